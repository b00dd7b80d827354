use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::testing::memory_store::cosine;
use crate::testing::random::Random;
use crate::testing::report::{Case, Ended, expect};
use crate::{
    Collection, ComponentError, ComponentErrorKind, Embedding, Payload, ScoredRecord, StoreFilter,
    StorePage, VectorQuery, VectorRecord, VectorStore,
};

/// The store that is checked.
pub(super) struct Subject<'a> {
    pub(super) store: &'a dyn VectorStore,
    pub(super) prefix: &'a str,
    pub(super) dimensions: usize,
}

impl Subject<'_> {
    pub(super) fn other_name(&self) -> String {
        format!("{}_entities", self.prefix)
    }

    /// The suite's collection, empty.
    pub(super) async fn fresh(&self) -> Result<Arc<dyn Collection>, Ended> {
        self.store.delete_collection(self.prefix).await?;
        Ok(self.store.collection(self.prefix, self.dimensions).await?)
    }

    /// The unit vector at this angle from the first axis.
    pub(super) fn at(&self, angle: f32) -> Embedding {
        let mut components = vec![0.0; self.dimensions];
        (components[0], components[1]) = (angle.cos(), angle.sin());
        Embedding::new(components)
    }

    pub(super) fn random_vector(&self, random: &mut Random) -> Embedding {
        let mut components: Vec<f32> = (0..self.dimensions).map(|_| random.component()).collect();
        components[0] += 2.0;
        let length = components.iter().map(|part| part * part).sum::<f32>().sqrt();
        components.iter_mut().for_each(|part| *part /= length);
        Embedding::new(components)
    }

    /// Both collections, empty. They are opened after both were deleted.
    pub(super) async fn fresh_pair(
        &self,
    ) -> Result<(Arc<dyn Collection>, Arc<dyn Collection>), Ended> {
        let (name, other) = (self.prefix, &*self.other_name());
        self.store.delete_collection(other).await?;
        self.store.delete_collection(name).await?;
        let one = self.store.collection(name, self.dimensions).await?;
        Ok((one, self.store.collection(other, self.dimensions).await?))
    }

    /// So many records of this user, in random directions: the same ones in each call.
    pub(super) fn records(&self, user: &str, count: usize) -> Vec<VectorRecord> {
        let mut random = Random::of(user);
        (0..count)
            .map(|at| {
                let data = format!("memory {at}");
                let payload = payload(user, [("data", data.into()), ("at", at.into())]);
                VectorRecord::new(random.uuid(), self.random_vector(&mut random), payload)
            })
            .collect()
    }
}

/// A payload of this user.
pub(super) fn payload<'a>(
    user: &str,
    fields: impl IntoIterator<Item = (&'a str, Value)>,
) -> Payload {
    let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value));
    fields.chain([("user_id".to_owned(), user.into())]).collect::<Map<_, _>>()
}

pub(super) fn of(user: &str) -> StoreFilter {
    StoreFilter::is("user_id", user)
}

/// All records that the filter lets through, over pages of so many.
pub(super) async fn list(
    collection: &dyn Collection,
    filter: &StoreFilter,
    size: usize,
) -> Result<Vec<VectorRecord>, ComponentError> {
    let mut records = Vec::new();
    let mut page = StorePage::first(size);
    // More pages than any case has: one that never ends shows in what it repeats.
    for _ in 0..2_000 {
        let rows = collection.list(filter, &page).await?;
        records.extend(rows.records);
        match rows.next {
            Some(next) => page = StorePage::first(size).after(next),
            None => break,
        }
    }
    Ok(records)
}

/// Everything that the filter lets through, by a search.
pub(super) async fn search(
    collection: &dyn Collection,
    vector: &Embedding,
    filter: &StoreFilter,
    limit: usize,
) -> Result<Vec<ScoredRecord>, ComponentError> {
    let query = VectorQuery::new(vector.clone(), limit).filter(filter.clone());
    collection.search(&query).await
}

/// That these are the ids, each once, in any order.
pub(super) fn expect_ids<'f, 'w>(
    found: impl IntoIterator<Item = &'f str>,
    wanted: impl IntoIterator<Item = &'w str>,
    by: &str,
) -> Case {
    let found: Vec<&str> = found.into_iter().collect();
    let once: BTreeSet<&str> = found.iter().copied().collect();
    let wanted: BTreeSet<&str> = wanted.into_iter().collect();
    expect(once.len() == found.len(), || {
        format!("{by} returned {} records more than once", found.len() - once.len())
    })?;
    expect(once == wanted, || {
        let (more, less) = (once.difference(&wanted).count(), wanted.difference(&once).count());
        format!("{by} returned {more} records that it must not return, and left out {less}")
    })
}

/// That this is a record as it was stored. A store may round a vector, and keeps its direction.
pub(super) fn expect_record(found: Option<VectorRecord>, wanted: &VectorRecord) -> Case {
    let Some(found) = found else {
        return Err(Ended::Failed("a record that was stored is not there".to_owned()));
    };
    expect(found.id == wanted.id, || {
        format!("a record came back under the id {:?} instead of {:?}", found.id, wanted.id)
    })?;
    expect_payload(&found.payload, &wanted.payload)?;
    expect(found.vector.components().len() == wanted.vector.components().len(), || {
        "a vector came back with another length".to_owned()
    })?;
    expect(cosine(&found.vector, &wanted.vector) > 0.99, || {
        "a vector came back with another direction".to_owned()
    })
}

/// That a payload is this one, key by key.
pub(super) fn expect_payload(found: &Payload, wanted: &Payload) -> Case {
    if let Some((field, value)) =
        wanted.iter().find(|(field, value)| found.get(*field) != Some(value))
    {
        let instead = found.get(field).map_or("nothing".to_owned(), Value::to_string);
        return Err(Ended::Failed(format!(
            "the payload's field {field:?} came back as {instead} instead of {value}"
        )));
    }
    match found.keys().find(|field| !wanted.contains_key(*field)) {
        Some(field) => Err(Ended::Failed(format!("the payload came back with a field {field:?}"))),
        None => Ok(()),
    }
}

/// That an answer is an error of this kind.
pub(super) fn expect_error<T>(
    answer: Result<T, ComponentError>,
    kind: ComponentErrorKind,
    what: &str,
) -> Case {
    match answer {
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(Ended::Failed(format!("{what} is an error of another kind: {error}"))),
        Ok(_) => Err(Ended::Failed(format!("{what} succeeded"))),
    }
}

pub(super) fn ids(records: &[VectorRecord]) -> impl Iterator<Item = &str> {
    records.iter().map(|record| record.id.as_str())
}

pub(super) fn hit_ids(hits: &[ScoredRecord]) -> impl Iterator<Item = &str> {
    hits.iter().map(|hit| hit.id.as_str())
}
