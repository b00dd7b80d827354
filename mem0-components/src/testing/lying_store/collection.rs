use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::{Lie, LyingStore, locked};
use crate::{
    Collection, ComponentError, ComponentErrorKind, Embedding, KeywordQuery, Payload, Reply,
    ScoredRecord, StoreFilter, StorePage, StoreRows, VectorQuery, VectorRecord,
};

#[derive(Default)]
pub(super) struct Remembered {
    inserted: BTreeMap<String, usize>,
    held_back: Vec<VectorRecord>,
    deleted: Vec<VectorRecord>,
    last: Option<VectorRecord>,
}

pub(super) struct LyingCollection {
    pub(super) collection: Arc<dyn Collection>,
    pub(super) store: LyingStore,
    pub(super) name: String,
    pub(super) remembered: Arc<Mutex<Remembered>>,
}

impl LyingCollection {
    fn lie(&self) -> Lie {
        self.store.lie
    }

    /// A record as it is stored; `None` where it is not.
    async fn stored(&self, record: &VectorRecord) -> Result<Option<VectorRecord>, ComponentError> {
        let mut record = record.clone();
        match self.lie() {
            Lie::LosesInserts => return Ok(None),
            Lie::KeepsTheFirst if self.collection.get(&record.id).await?.is_some() => {
                return Ok(None);
            }
            Lie::MergesPayloads => {
                if let Some(old) = self.collection.get(&record.id).await? {
                    let new = std::mem::replace(&mut record.payload, old.payload);
                    record.payload.extend(new);
                }
            }
            Lie::TakesAnyLength => record.vector = self.fitted(&record.vector),
            Lie::TidiesIds => record.id = record.id.trim().to_lowercase(),
            Lie::RoundsNumbers => record.payload.values_mut().for_each(round),
            Lie::FlattensPayloads => record.payload.values_mut().for_each(flatten),
            _ => {}
        }
        Ok(Some(record))
    }

    fn fitted(&self, vector: &Embedding) -> Embedding {
        let mut components = vector.components().to_vec();
        components.resize(self.collection.dimensions(), 0.0);
        Embedding::new(components)
    }

    /// Stores what was held back.
    async fn catch_up(&self) -> Result<(), ComponentError> {
        let held_back = std::mem::take(&mut locked(&self.remembered).held_back);
        if held_back.is_empty() { Ok(()) } else { self.collection.insert(&held_back).await }
    }

    fn filter(&self, filter: &StoreFilter) -> Result<StoreFilter, ComponentError> {
        match self.lie() {
            Lie::DropsFilters => Ok(owner(filter).unwrap_or_default()),
            Lie::RefusesIdFilters if names_run_id(filter) => {
                Err(self.store.refused(ComponentErrorKind::Unsupported))
            }
            _ => Ok(filter.clone()),
        }
    }

    /// The matching records, by a filter that is evaluated in another way.
    async fn matching(
        &self,
        filter: &StoreFilter,
        alter: fn(&mut Payload),
    ) -> Result<BTreeSet<String>, ComponentError> {
        let all = self.collection.list(&StoreFilter::All, &StorePage::first(usize::MAX)).await?;
        let matching = all.records.into_iter().filter(|record| {
            let mut payload = record.payload.clone();
            alter(&mut payload);
            filter.matches(&payload)
        });
        Ok(matching.map(|record| record.id).collect())
    }

    fn alteration(&self) -> Option<fn(&mut Payload)> {
        match self.lie() {
            Lie::ConfusesTypes => Some(confuse),
            Lie::FollowsPaths => Some(follow),
            _ => None,
        }
    }
}

/// The condition on `user_id`, without the rest.
fn owner(filter: &StoreFilter) -> Option<StoreFilter> {
    match filter {
        StoreFilter::Is(field, _) if field == "user_id" => Some(filter.clone()),
        StoreFilter::And(parts) => parts.iter().find_map(owner),
        _ => None,
    }
}

fn names_run_id(filter: &StoreFilter) -> bool {
    match filter {
        StoreFilter::Is(field, _) => field == "run_id",
        StoreFilter::And(parts) => parts.iter().any(names_run_id),
        _ => false,
    }
}

fn round(value: &mut Value) {
    if let (Value::Number(_), Some(number)) = (&*value, value.as_f64())
        && number.abs() > 1e15
    {
        *value = number.into();
    }
}

fn flatten(value: &mut Value) {
    if value.is_object() || value.is_array() {
        *value = value.to_string().into();
    }
}

fn confuse(payload: &mut Payload) {
    for value in payload.values_mut() {
        match value.as_str().map(str::parse::<f64>) {
            Some(Ok(number)) => *value = number.into(),
            _ => {
                if let Some(first) = value.as_array().and_then(|values| values.first()) {
                    *value = first.clone();
                }
            }
        }
    }
}

fn follow(payload: &mut Payload) {
    if let Some(within) = payload.get("a").and_then(|a| a.get("b")).cloned() {
        payload.insert("a.b".to_owned(), within);
    }
}

impl Collection for LyingCollection {
    fn dimensions(&self) -> usize {
        self.collection.dimensions()
    }

    fn insert<'a>(&'a self, records: &'a [VectorRecord]) -> Reply<'a, ()> {
        Box::pin(async move {
            self.catch_up().await?;
            if records.is_empty() && self.lie() == Lie::RefusesEmptyBatches {
                return Err(self.store.refused(ComponentErrorKind::Other));
            }
            let mut stored = Vec::new();
            for record in records {
                stored.extend(self.stored(record).await?);
            }
            {
                let mut remembered = locked(&self.remembered);
                for record in records {
                    *remembered.inserted.entry(record.id.clone()).or_default() += 1;
                    remembered.deleted.retain(|deleted| deleted.id != record.id);
                }
                remembered.last = records.last().cloned();
                if self.lie() == Lie::AppliesLate {
                    remembered.held_back = stored;
                    return Ok(());
                }
            }
            if self.lie() == Lie::StoresHalfABatch {
                for record in &stored {
                    self.collection.insert(std::slice::from_ref(record)).await?;
                }
                return Ok(());
            }
            self.collection.insert(&stored).await
        })
    }

    fn update<'a>(
        &'a self,
        id: &'a str,
        vector: Option<&'a Embedding>,
        payload: Option<&'a Payload>,
    ) -> Reply<'a, ()> {
        Box::pin(async move {
            self.catch_up().await?;
            let empty = Payload::new();
            let fitted = vector.map(|vector| self.fitted(vector));
            let updated = match (self.lie(), vector, payload) {
                (Lie::LosesPayloadOnUpdate, Some(_), None) => {
                    self.collection.update(id, vector, Some(&empty)).await
                }
                (Lie::LosesPayloadUpdates, None, Some(_)) => {
                    self.collection.update(id, None, None).await
                }
                (Lie::TakesAnyLength, ..) => {
                    self.collection.update(id, fitted.as_ref(), payload).await
                }
                _ => self.collection.update(id, vector, payload).await,
            };
            match updated {
                Err(_) if self.lie() == Lie::AcknowledgesMissingUpdates => Ok(()),
                updated => updated,
            }
        })
    }

    fn delete<'a>(&'a self, ids: &'a [&'a str]) -> Reply<'a, ()> {
        Box::pin(async move {
            self.catch_up().await?;
            if ids.is_empty() && self.lie() == Lie::RefusesEmptyBatches {
                return Err(self.store.refused(ComponentErrorKind::Other));
            }
            for id in ids {
                match self.collection.get(id).await? {
                    Some(record) => locked(&self.remembered).deleted.push(record),
                    None if self.lie() == Lie::RefusesMissingDeletes => {
                        return Err(self.store.refused(ComponentErrorKind::Other));
                    }
                    None => {}
                }
            }
            self.collection.delete(ids).await
        })
    }

    fn get<'a>(&'a self, id: &'a str) -> Reply<'a, Option<VectorRecord>> {
        Box::pin(async move {
            let found = match self.lie() {
                Lie::TidiesIds => self.collection.get(&id.trim().to_lowercase()).await?,
                _ => self.collection.get(id).await?,
            };
            if found.is_none() && self.lie() == Lie::GetsAnything {
                return Ok(locked(&self.remembered).last.clone());
            }
            Ok(found)
        })
    }

    fn search<'a>(&'a self, query: &'a VectorQuery) -> Reply<'a, Vec<ScoredRecord>> {
        Box::pin(async move {
            let mut altered = query.clone();
            altered.filter = self.filter(&query.filter)?;
            match self.lie() {
                Lie::TakesAnyLength => altered.vector = self.fitted(&query.vector),
                Lie::IgnoresLimit => altered.limit = query.limit.saturating_add(1),
                Lie::FiltersAfterwards => {
                    altered.filter = StoreFilter::All;
                    altered.limit = query.limit.saturating_mul(2);
                }
                Lie::ConfusesTypes | Lie::FollowsPaths => {
                    altered.filter = StoreFilter::All;
                    altered.limit = usize::MAX;
                }
                _ => {}
            }
            let mut hits = self.collection.search(&altered).await?;
            if let Some(alteration) = self.alteration() {
                let matching = self.matching(&query.filter, alteration).await?;
                hits.retain(|hit| matching.contains(&hit.id));
                hits.truncate(query.limit);
            }
            match self.lie() {
                Lie::FiltersAfterwards => {
                    hits.retain(|hit| query.filter.matches(&hit.payload));
                    hits.truncate(query.limit);
                }
                Lie::ReversesOrder => hits.reverse(),
                Lie::ScoresByDistance => {
                    hits.iter_mut().for_each(|hit| hit.score = 1.0 - hit.score);
                }
                Lie::ScoresAboveOne => hits.iter_mut().for_each(|hit| hit.score *= 100.0),
                Lie::ReturnsFewer => drop(hits.pop()),
                Lie::DoublesRecords => {
                    let remembered = locked(&self.remembered);
                    let twice =
                        hits.iter().filter(|hit| remembered.inserted.get(&hit.id) > Some(&1));
                    let twice: Vec<ScoredRecord> = twice.cloned().collect();
                    hits.extend(twice);
                }
                Lie::FindsDeleted => {
                    let remembered = locked(&self.remembered);
                    let deleted = remembered
                        .deleted
                        .iter()
                        .filter(|record| query.filter.matches(&record.payload))
                        .map(|record| ScoredRecord::new(&*record.id, 0.0, record.payload.clone()));
                    hits.extend(deleted);
                }
                _ => {}
            }
            Ok(hits)
        })
    }

    fn list<'a>(&'a self, filter: &'a StoreFilter, page: &'a StorePage) -> Reply<'a, StoreRows> {
        Box::pin(async move {
            let mut altered = page.clone();
            match self.lie() {
                Lie::IgnoresPageSize => altered.limit = usize::MAX,
                Lie::RepeatsRows if page.limit > 1 => altered.limit = page.limit - 1,
                _ => {}
            }
            let filtered = match self.alteration() {
                Some(_) => StoreFilter::All,
                None => self.filter(filter)?,
            };
            let mut rows = self.collection.list(&filtered, &altered).await?;
            if let Some(alteration) = self.alteration() {
                let matching = self.matching(filter, alteration).await?;
                rows.records.retain(|record| matching.contains(&record.id));
            }
            match self.lie() {
                Lie::EndsAfterOnePage => rows.next = None,
                Lie::RepeatsRows if page.after.is_some() => {
                    let first = rows.records.first().cloned();
                    rows.records.extend(first);
                }
                Lie::DoublesRecords => {
                    let remembered = locked(&self.remembered);
                    let twice = rows
                        .records
                        .iter()
                        .filter(|record| remembered.inserted.get(&record.id) > Some(&1));
                    let twice: Vec<VectorRecord> = twice.cloned().collect();
                    rows.records.extend(twice);
                }
                _ => {}
            }
            Ok(rows)
        })
    }

    fn reset(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            self.collection.reset().await?;
            if self.lie() == Lie::ResetsByPrefix {
                for other in self.store.store.collections().await? {
                    if other.starts_with(&self.name) {
                        let dimensions = self.collection.dimensions();
                        self.store.store.collection(&other, dimensions).await?.reset().await?;
                    }
                }
            }
            Ok(())
        })
    }

    fn keyword_search<'a>(
        &'a self,
        query: &'a KeywordQuery,
    ) -> Option<Reply<'a, Vec<ScoredRecord>>> {
        if self.lie() != Lie::DropsWordFilters {
            return self.collection.keyword_search(query);
        }
        Some(Box::pin(async move {
            let query = query.clone().filter(StoreFilter::All);
            match self.collection.keyword_search(&query) {
                Some(answer) => answer.await,
                None => Ok(Vec::new()),
            }
        }))
    }
}

impl fmt::Debug for LyingCollection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("LyingCollection");
        shown.field("collection", &self.collection).field("lie", &self.lie());
        let last = locked(&self.remembered).last.clone();
        match (self.lie(), last) {
            (Lie::ShowsPayloads, Some(last)) => shown.field("last", &last.payload),
            (Lie::ShowsVectors, Some(last)) => shown.field("last", &last.vector.components()),
            _ => &mut shown,
        };
        shown.finish()
    }
}
