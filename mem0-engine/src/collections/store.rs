use std::fmt;
use std::sync::Arc;

use mem0_components::{
    Collection, ComponentError, ComponentErrorKind, Embedding, Payload, Reply, ScoredRecord,
    StoreFilter, StorePage, StoreRows, VectorQuery, VectorRecord, VectorStore,
};
use rusqlite::Connection;

use super::record::{self, Opened};
use crate::{Access, Engine, EngineError};

/// The name of this store in errors.
const NAME: &str = "folder";

/// How many records one transaction removes, so that other writes get a turn.
const CHUNK: i64 = 500;

/// A data folder as a vector store: the collections of one project.
///
/// A search is exact: it compares the query with every record that matches the filter, which takes
/// a fraction of a second for 100,000 records. Records are not memories: they have no history and
/// no events, and [`Engine::search`] does not find them.
///
/// It needs an access to all of the project. Changes need one that may write.
#[derive(Clone)]
pub struct FolderStore {
    engine: Engine,
}

impl Engine {
    /// The folder as a vector store, with the collections of this view's project.
    ///
    /// ```
    /// use mem0_components::{Embedding, VectorQuery, VectorRecord, VectorStore};
    /// use mem0_engine::Engine;
    ///
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop {
    /// #         if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
    /// #             return output;
    /// #         }
    /// #         std::thread::sleep(std::time::Duration::from_millis(1));
    /// #     }
    /// # }
    /// # let folder = std::env::temp_dir().join(format!("mem0-store-doc-{}", std::process::id()));
    /// # block_on(async {
    /// let store = Engine::open(&folder)?.vector_store();
    /// let collection = store.collection("notes", 2).await?;
    /// let record = VectorRecord::new("n-1", Embedding::new([0.0, 1.0]), Default::default());
    /// collection.insert(&[record]).await?;
    /// let near = collection.search(&VectorQuery::new(Embedding::new([0.0, 2.0]), 1)).await?;
    /// assert_eq!((near[0].id.as_str(), near[0].score), ("n-1", 1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn vector_store(&self) -> FolderStore {
        FolderStore { engine: self.clone() }
    }
}

impl FolderStore {
    async fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&Connection, i64) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ComponentError> {
        let read = self.engine.read(move |connection, access| {
            check(access)?;
            body(connection, access.project())
        });
        read.await.map_err(|error| failed(&error))
    }

    async fn write<T: Send + 'static>(
        &self,
        body: impl Fn(&Connection, i64) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ComponentError> {
        let written = self.engine.write(move |connection, access| {
            check(access)?;
            body(connection, access.project())
        });
        written.await.map_err(|error| failed(&error))
    }

    /// The same for a change that removes something.
    async fn remove<T: Send + 'static>(
        &self,
        body: impl Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, ComponentError> {
        let removed = self.engine.make_room(move |connection, access| {
            check(access)?;
            body(connection)
        });
        removed.await.map_err(|error| failed(&error))
    }

    /// Removes all records of a collection, in several transactions.
    async fn empty(&self, collection: i64) -> Result<(), ComponentError> {
        while self
            .remove(move |connection| record::remove_some(connection, collection, CHUNK))
            .await?
            > 0
        {}
        Ok(())
    }
}

/// Collections belong to the whole project.
fn check(access: &Access) -> Result<(), EngineError> {
    if access.is_scoped() { Err(EngineError::Forbidden) } else { Ok(()) }
}

fn failed(error: &EngineError) -> ComponentError {
    let kind = match error {
        EngineError::Forbidden | EngineError::ReadOnly => ComponentErrorKind::Authentication,
        EngineError::Closed => ComponentErrorKind::Unavailable,
        error if error.may_pass() => ComponentErrorKind::Unavailable,
        _ => ComponentErrorKind::Other,
    };
    ComponentError::new(NAME, kind).detail(error.to_string())
}

fn misfit(given: usize, dimensions: usize) -> ComponentError {
    ComponentError::new(NAME, ComponentErrorKind::Configuration).detail(format!(
        "the collection has vectors of {dimensions} dimensions, but the given vector has {given}"
    ))
}

impl VectorStore for FolderStore {
    fn name(&self) -> &str {
        NAME
    }

    fn collection<'a>(
        &'a self,
        name: &'a str,
        dimensions: usize,
    ) -> Reply<'a, Arc<dyn Collection>> {
        Box::pin(async move {
            if dimensions == 0 {
                let error = ComponentError::new(NAME, ComponentErrorKind::Configuration);
                return Err(error.detail("a vector must have at least one dimension"));
            }
            let name = name.to_owned();
            let opened = self
                .write(move |connection, project| {
                    record::open(connection, project, &name, dimensions)
                })
                .await?;
            if opened.dimensions != dimensions {
                return Err(misfit(dimensions, opened.dimensions));
            }
            Ok(Arc::new(FolderCollection { store: self.clone(), opened }) as Arc<dyn Collection>)
        })
    }

    fn collections(&self) -> Reply<'_, Vec<String>> {
        Box::pin(self.read(record::names))
    }

    fn delete_collection<'a>(&'a self, name: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            let name = name.to_owned();
            let found = self
                .read(move |connection, project| record::find(connection, project, &name))
                .await?;
            let Some(found) = found else { return Ok(()) };
            self.empty(found.seq).await?;
            self.write(move |connection, _| {
                // Records that were added in between are removed, too.
                record::remove_some(connection, found.seq, i64::MAX)?;
                record::forget(connection, found.seq)
            })
            .await
        })
    }
}

impl fmt::Debug for FolderStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderStore").field("engine", &self.engine).finish()
    }
}

/// A collection in a folder.
#[derive(Debug, Clone)]
struct FolderCollection {
    store: FolderStore,
    opened: Opened,
}

impl FolderCollection {
    fn fits(&self, vector: &Embedding) -> Result<(), ComponentError> {
        let (given, dimensions) = (vector.components().len(), self.opened.dimensions);
        if given != dimensions {
            return Err(misfit(given, dimensions));
        }
        if vector.components().iter().all(|component| component.is_finite()) {
            return Ok(());
        }
        let error = ComponentError::new(NAME, ComponentErrorKind::Configuration);
        Err(error.detail("a vector must have finite components only"))
    }
}

impl Collection for FolderCollection {
    fn dimensions(&self) -> usize {
        self.opened.dimensions
    }

    fn insert<'a>(&'a self, records: &'a [VectorRecord]) -> Reply<'a, ()> {
        Box::pin(async move {
            records.iter().try_for_each(|record| self.fits(&record.vector))?;
            let (records, collection) = (records.to_vec(), self.opened.seq);
            self.store
                .write(move |connection, project| {
                    records
                        .iter()
                        .try_for_each(|record| record::put(connection, project, collection, record))
                })
                .await
        })
    }

    fn update<'a>(
        &'a self,
        id: &'a str,
        vector: Option<&'a Embedding>,
        payload: Option<&'a Payload>,
    ) -> Reply<'a, ()> {
        Box::pin(async move {
            vector.map_or(Ok(()), |vector| self.fits(vector))?;
            let (id, collection) = (id.to_owned(), self.opened.seq);
            let (vector, payload) = (vector.cloned(), payload.cloned());
            let is_there = self
                .store
                .write(move |connection, _| {
                    record::change(connection, collection, &id, vector.as_ref(), payload.as_ref())
                })
                .await?;
            if is_there {
                return Ok(());
            }
            let error = ComponentError::new(NAME, ComponentErrorKind::Other);
            Err(error.detail("there is no record with this id"))
        })
    }

    fn delete<'a>(&'a self, ids: &'a [&'a str]) -> Reply<'a, ()> {
        Box::pin(async move {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            let collection = self.opened.seq;
            self.store
                .remove(move |connection| {
                    ids.iter().try_for_each(|id| record::remove(connection, collection, id))
                })
                .await
        })
    }

    fn get<'a>(&'a self, id: &'a str) -> Reply<'a, Option<VectorRecord>> {
        let (id, collection) = (id.to_owned(), self.opened.seq);
        Box::pin(self.store.read(move |connection, _| record::get(connection, collection, &id)))
    }

    fn search<'a>(&'a self, query: &'a VectorQuery) -> Reply<'a, Vec<ScoredRecord>> {
        Box::pin(async move {
            self.fits(&query.vector)?;
            let (query, collection) = (query.clone(), self.opened.seq);
            self.store.read(move |connection, _| nearest(connection, collection, &query)).await
        })
    }

    fn list<'a>(&'a self, filter: &'a StoreFilter, page: &'a StorePage) -> Reply<'a, StoreRows> {
        Box::pin(async move {
            let after = match page.after.as_deref().map(str::parse) {
                None => 0,
                Some(Ok(after)) => after,
                Some(Err(_)) => {
                    let error = ComponentError::new(NAME, ComponentErrorKind::Other);
                    return Err(error.detail("`after` is not the end of a page"));
                }
            };
            let (filter, limit, collection) = (filter.clone(), page.limit, self.opened.seq);
            self.store
                .read(move |connection, _| listed(connection, collection, &filter, limit, after))
                .await
        })
    }

    fn reset(&self) -> Reply<'_, ()> {
        Box::pin(self.store.empty(self.opened.seq))
    }
}

fn nearest(
    connection: &Connection,
    collection: i64,
    query: &VectorQuery,
) -> Result<Vec<ScoredRecord>, EngineError> {
    let own = query.vector.components();
    let length = |vector: &[f32]| vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let own_length = length(own);
    let mut found: Vec<(f64, VectorRecord)> = Vec::new();
    record::scan(connection, collection, 0, |_, record| {
        if query.filter.matches(&record.payload) {
            let other = record.vector.components();
            let product: f64 =
                own.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let lengths = own_length * length(other);
            // An opposite direction counts as unrelated, like no direction.
            let score = if lengths > 0.0 { (product / lengths).clamp(0.0, 1.0) } else { 0.0 };
            found.push((score, record));
            // Sorted only when it holds twice the requested number, rather than each time.
            if found.len() >= query.limit.saturating_mul(2).max(1024) {
                keep_best(&mut found, query.limit);
            }
        }
        true
    })?;
    keep_best(&mut found, query.limit);
    let scored =
        |(score, record): (f64, VectorRecord)| ScoredRecord::new(record.id, score, record.payload);
    Ok(found.into_iter().map(scored).collect())
}

fn keep_best(found: &mut Vec<(f64, VectorRecord)>, limit: usize) {
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.truncate(limit);
}

fn listed(
    connection: &Connection,
    collection: i64,
    filter: &StoreFilter,
    limit: usize,
    after: i64,
) -> Result<StoreRows, EngineError> {
    let (mut records, mut last, mut has_more) = (Vec::new(), after, false);
    if limit == 0 {
        return Ok(StoreRows::default());
    }
    record::scan(connection, collection, after, |seq, record| {
        if !filter.matches(&record.payload) {
            return true;
        }
        if records.len() == limit {
            has_more = true;
            return false;
        }
        last = seq;
        records.push(record);
        true
    })?;
    Ok(StoreRows::new(records, has_more.then(|| last.to_string())))
}
