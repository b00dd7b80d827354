//! The phases of each kind of job.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rusqlite::Connection;

use crate::components::{Answer, Components};
use crate::erasing;
use crate::folder::disk_room;
use crate::folder::text_index::{Indexed, LONG};
use crate::job::{self, Job, JobKind, Next};
use crate::learning::prepare::{self, PreparedLearning};
use crate::learning::store;
use crate::memories::add::{self, PreparedAdd};
use crate::memories::delete;
use crate::memories::events::{self, Outcome};
use crate::memories::traces;
use crate::retrieval::index_cache::IndexCache;
use crate::tenancy::access;
use crate::threads::writer::in_savepoint;
use crate::work_budget::WorkBudget;
use crate::{EngineError, clock};

/// How often the preparing of a job is begun. Each time but the last, the process has ended before
/// anything came of it.
const ATTEMPTS: i64 = 5;

/// What is needed to carry out a job, in addition to the data folder.
pub(crate) enum Prepared {
    Nothing,
    Add(Box<PreparedAdd>),
    Learned(Box<PreparedLearning>),
    #[cfg(test)]
    Scripted(Vec<Answer>),
}

/// The same, once everything slow is done.
pub(crate) enum Ready {
    Nothing,
    Add(Box<PreparedAdd>, Vec<Option<Indexed>>),
    Learned(Box<PreparedLearning>, Vec<Indexed>),
    /// It could not be done, and will not be tried again.
    Failed(EngineError),
    #[cfg(test)]
    Scripted(Vec<Answer>),
}

/// The result of a turn.
#[derive(Debug)]
pub(crate) enum Step {
    /// No queued job can be carried out.
    Idle,
    /// A job was finished.
    Done { erased: bool },
    /// A part of a long job was done.
    Unfinished { erased: bool },
    /// Nothing was done: the job with this number must be prepared outside the writer.
    Outside { project: i64, seq: i64 },
}

/// The answers to a job that were kept and still count. Runs on a reader.
///
/// Answers of another component than the current one do not count, nor do the answers after them.
pub(crate) fn kept(
    connection: &Connection,
    seq: i64,
    components: &Components,
) -> Result<Vec<Answer>, EngineError> {
    let kept = job::answers(connection, seq)?.into_iter();
    let counting =
        kept.take_while(|(answered, answer)| *answered == components.who_answered(answer));
    Ok(counting.map(|(_, answer)| answer).collect())
}

/// Returns what a job still needs beside these answers; `None` when it is gone. Runs on a reader.
pub(crate) fn prepare(
    connection: &Connection,
    seq: i64,
    answers: &[Answer],
    components: &Components,
    scopes: &IndexCache,
) -> Result<Option<Next<Prepared>>, EngineError> {
    let Some(job) = job::read(connection, seq)? else { return Ok(None) };
    if !access::project_exists(connection, job.project)? {
        // Nothing is asked for a deleted project; carrying the job out ends it.
        return Ok(Some(Next::Apply(Prepared::Nothing)));
    }
    next(connection, &job, answers, components, scopes).map(Some)
}

fn next(
    connection: &Connection,
    job: &Job,
    answers: &[Answer],
    components: &Components,
    scopes: &IndexCache,
) -> Result<Next<Prepared>, EngineError> {
    match job.kind {
        Some(JobKind::Add) if components.llm.is_some() => {
            let next = prepare::prepare(connection, job, answers, components, scopes)?;
            Ok(match next {
                Next::Ask(question) => Next::Ask(question),
                Next::Apply(prepared) => Next::Apply(Prepared::Learned(Box::new(prepared))),
            })
        }
        Some(JobKind::Add) => Ok(match add::prepare(connection, job, answers, components)? {
            Next::Ask(question) => Next::Ask(question),
            Next::Apply(prepared) => Next::Apply(Prepared::Add(Box::new(prepared))),
        }),
        #[cfg(test)]
        Some(JobKind::Scripted) => Ok(super::scripted::next(answers)),
        _ => Ok(Next::Apply(Prepared::Nothing)),
    }
}

impl Prepared {
    /// Does the slow work that needs neither a connection nor a component.
    pub(crate) fn analyse(self) -> Result<Ready, EngineError> {
        match self {
            Self::Nothing => Ok(Ready::Nothing),
            Self::Add(prepared) => {
                let indexed = catch_unwind(AssertUnwindSafe(|| prepared.index()));
                Ok(Ready::Add(prepared, indexed.map_err(|_| EngineError::Internal)??))
            }
            Self::Learned(prepared) => {
                let indexed = catch_unwind(AssertUnwindSafe(|| prepared.index()));
                Ok(Ready::Learned(prepared, indexed.map_err(|_| EngineError::Internal)?))
            }
            #[cfg(test)]
            Self::Scripted(answers) => Ok(Ready::Scripted(answers)),
        }
    }
}

/// Continues a job, on the writer. A job that must be prepared outside it is returned untouched.
pub(crate) fn carry_on(
    connection: &Connection,
    (project, seq): (i64, i64),
    components: &Components,
) -> Result<Step, EngineError> {
    let mut is_long = false;
    let step = apply_with(connection, seq, |job| {
        if job.kind.is_none_or(|kind| !needs_preparing(kind)) {
            return Ok(Some(Arc::new(Ready::Nothing)));
        }
        if job.attempts >= ATTEMPTS {
            return Err(EngineError::EndsTheProcess);
        }
        let asks = components.llm.is_some() || components.embedder.batch().is_some();
        if job.kind == Some(JobKind::Add) && asks || job.length > 2 * LONG {
            is_long = true;
            return Ok(None);
        }
        // A short add without questions is not worth another thread.
        let scopes = IndexCache::default();
        let Next::Apply(prepared) = next(connection, job, &[], components, &scopes)? else {
            is_long = true;
            return Ok(None);
        };
        match prepared {
            Prepared::Add(prepared) if prepared.is_long() => {
                is_long = true;
                Ok(None)
            }
            prepared => Ok(Some(Arc::new(prepared.analyse()?))),
        }
    })?;
    Ok(if is_long { Step::Outside { project, seq } } else { step })
}

fn needs_preparing(kind: JobKind) -> bool {
    use JobKind::{DeleteEntity, DeleteScope, EraseMemory, EraseProject};
    !matches!(kind, DeleteScope | EraseMemory | DeleteEntity | EraseProject)
}

/// Continues a prepared job, on the writer.
pub(crate) fn apply(
    connection: &Connection,
    seq: i64,
    ready: Arc<Ready>,
) -> Result<Step, EngineError> {
    apply_with(connection, seq, move |_| Ok(Some(ready)))
}

/// Continues a job and records how far it has come, in one transaction: a crash neither loses nor
/// repeats a step. An error that will not pass fails its event.
///
/// What was prepared is judged again: the job, or its project, may be gone by now.
fn apply_with(
    connection: &Connection,
    seq: i64,
    ready: impl FnOnce(&Job) -> Result<Option<Arc<Ready>>, EngineError>,
) -> Result<Step, EngineError> {
    let started_at = clock::now();
    let Some(job) = job::read(connection, seq)? else { return Ok(Step::Done { erased: false }) };
    let erased = job.erases(connection);
    if job.kind != Some(JobKind::EraseProject) && !access::project_exists(connection, job.project)?
    {
        job::remove(connection, seq)?;
        return Ok(Step::Done { erased });
    }
    let failed = |error: &EngineError| -> Result<_, EngineError> {
        // What the steps before stored stays.
        let results = job::results(connection, seq)?;
        Ok(Some(Outcome::Failed { error: error.to_string(), results, metadata: None }))
    };
    let mut is_left = false;
    let outcome = in_savepoint(connection, |connection| {
        let Some(ready) = ready(&job)? else {
            is_left = true;
            return Ok(None);
        };
        match (job.kind, &*ready) {
            (Some(JobKind::Add), Ready::Add(prepared, _))
                if !prepared.is_current(connection)? =>
            {
                // It is prepared again, with the embedder that the folder has by now.
                is_left = true;
                Ok(None)
            }
            (Some(JobKind::Add), Ready::Add(prepared, indexed)) => {
                disk_room::grow(connection, |_| add::apply(connection, &job, prepared, indexed))
            }
            (Some(JobKind::Add), Ready::Learned(prepared, _))
                if !prepared.is_current(connection)? =>
            {
                is_left = true;
                Ok(None)
            }
            (Some(JobKind::Add), Ready::Learned(prepared, indexed)) => {
                disk_room::grow(connection, |_| store::apply(connection, &job, prepared, indexed))
            }
            (Some(JobKind::DeleteScope), _) => delete::carry_out_scope(connection, &job),
            (Some(JobKind::EraseMemory), _) => erasing::memory::carry_out(connection, &job),
            (Some(JobKind::DeleteEntity), _) => erasing::entity::carry_out(connection, &job),
            (Some(JobKind::EraseProject), _) => erasing::project::carry_out(connection, &job),
            #[cfg(test)]
            (Some(JobKind::Scripted), Ready::Scripted(answers)) => {
                super::scripted::apply(connection, answers).map(Some)
            }
            (_, Ready::Failed(error)) => failed(error),
            _ => Err(EngineError::Internal),
        }
    });
    if is_left {
        return Ok(Step::Done { erased: false });
    }
    let outcome = match outcome {
        Ok(outcome) => outcome,
        // The erasing of a project has no event that could fail, and is tried again until it is
        // done.
        Err(error) if error.is_transient() || job.kind == Some(JobKind::EraseProject) => {
            return Err(error);
        }
        Err(error) => failed(&error)?,
    };
    let Some(outcome) = outcome else {
        job::note_running(connection, job.event)?;
        return Ok(Step::Unfinished { erased });
    };
    events::finish(connection, job.event, started_at, &outcome)?;
    job::remove(connection, seq)?;
    if job.erases_texts {
        // All at once, as its results were written.
        traces::erase_texts(connection, job.event, &mut WorkBudget::new())?;
    }
    Ok(Step::Done { erased })
}
