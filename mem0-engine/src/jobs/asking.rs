use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_timer::Delay;
use tokio::sync::watch;

use super::fair_queue::FairQueue;
use super::llm_budget;
use super::phases::{self, Prepared, Ready, Step};
use super::wake_signal::WakeSignal;
use crate::components::embedders::Embedders;
use crate::components::{Answer, Components, Question};
use crate::folder::open_folder::OpenFolder;
use crate::job::{self, Next};
use crate::retrieval::index_cache::IndexCache;
use crate::threads::readers::Readers;
use crate::threads::writer::Writer;
use crate::turns::Owner;
use crate::{EngineError, clock};

/// How long a closing engine waits for the questions that are out. What is cut off is asked again
/// after the next start.
const GRACE: Duration = Duration::from_secs(5);

/// A question that is out for so long has not ended the process, so that a process which is killed
/// in the middle of it, however often, does not count as one that it ends.
const HARMLESS: Duration = Duration::from_secs(1);

/// How old a job is at least when it is given up for an error that may pass. What the disk has no
/// room for is never given up.
const TRIED_FOR: i64 = clock::MICROS_PER_DAY;

/// Prepares jobs outside of the writer, each on a thread of its own: what one asks for holds up no
/// other project.
pub(crate) struct Asking {
    shared: Arc<Shared>,
    end: watch::Sender<End>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// How many jobs are being prepared.
    under_way: AtomicUsize,
    writer: Writer,
    readers: Readers,
    embedders: Embedders,
    queue: FairQueue,
    wake: WakeSignal,
    folder: Arc<OpenFolder>,
    scopes: IndexCache,
    end: watch::Receiver<End>,
}

/// How soon the preparing must end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum End {
    Far,
    /// Further questions are not asked.
    Near,
    /// Open questions are given up.
    Now,
}

/// Why the preparing of a job ended before it was carried out.
enum Unfinished {
    /// The engine is closed; the job stays in the queue.
    Closing,
    /// It may be tried again, at the earliest after the requested time.
    Later(EngineError),
}

impl From<EngineError> for Unfinished {
    fn from(error: EngineError) -> Self {
        if matches!(error, EngineError::Closed) { Self::Closing } else { Self::Later(error) }
    }
}

impl Asking {
    pub(crate) fn new(
        writer: Writer,
        readers: Readers,
        embedders: Embedders,
        queue: FairQueue,
        wake: WakeSignal,
        folder: Arc<OpenFolder>,
        scopes: IndexCache,
    ) -> Self {
        let (end, ends) = watch::channel(End::Far);
        let under_way = AtomicUsize::new(0);
        let shared = Shared {
            under_way,
            writer,
            readers,
            embedders,
            queue,
            wake,
            folder,
            scopes,
            end: ends,
        };
        Self { shared: Arc::new(shared), end, threads: Vec::new() }
    }

    /// Begins to prepare a job, whose project is held, and to carry it out. Wakes the worker at the
    /// end.
    pub(crate) fn begin(&mut self, project: i64, seq: i64) {
        self.threads.retain(|thread| !thread.is_finished());
        let shared = self.shared.clone();
        shared.under_way.fetch_add(1, Ordering::SeqCst);
        let thread = thread::Builder::new().name("mem0-asking".to_owned());
        match thread.spawn(move || shared.carry_out(project, seq)) {
            Ok(thread) => self.threads.push(thread),
            Err(error) => {
                tracing::warn!(%error, "no thread could be started for a job");
                self.shared.under_way.fetch_sub(1, Ordering::SeqCst);
                self.shared.queue.rest(project, None);
            }
        }
    }

    /// Whether a job is being prepared.
    pub(crate) fn is_busy(&self) -> bool {
        self.shared.under_way.load(Ordering::SeqCst) > 0
    }

    /// Prevents further questions. Returns how long to wait for the open ones.
    pub(crate) fn wind_down(&self) -> Duration {
        self.end.send_replace(End::Near);
        GRACE
    }

    /// Gives up the open questions, and waits for what is being written.
    pub(crate) fn end(self) {
        self.end.send_replace(End::Now);
        // Each thread has caught what panicked in it.
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl Shared {
    fn carry_out(&self, project: i64, seq: i64) {
        // A component is the caller's, and may panic wherever it is named or dropped.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.go_through(project, seq)));
        let outcome = outcome.unwrap_or(Err(Unfinished::Later(EngineError::Internal)));
        match outcome.or_else(|unfinished| self.give_up(project, seq, unfinished)) {
            Ok(()) => self.queue.carried_out(project),
            // Held until the next start.
            Err(Unfinished::Closing) => self.survived(seq),
            Err(Unfinished::Later(error)) => {
                tracing::warn!(%error, "a queued job could not be carried out yet");
                self.survived(seq);
                self.queue.rest(project, llm_budget::wait(&error));
            }
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.wake.wake();
    }

    /// Fails a job that has been tried for long enough.
    fn give_up(&self, project: i64, seq: i64, why: Unfinished) -> Result<(), Unfinished> {
        let error = match why {
            Unfinished::Later(error) if !error.is_transient() => error,
            why => return Err(why),
        };
        let job = self.read(project, move |connection| job::read(connection, seq))?;
        match job {
            Some(job) if clock::now().saturating_sub(job.created_at) >= TRIED_FOR => {
                Ok(self.apply(seq, Err(EngineError::GivenUp(Box::new(error))))?)
            }
            _ => Err(Unfinished::Later(error)),
        }
    }

    /// Records that the job has not ended the process.
    fn survived(&self, seq: i64) {
        if let Err(error) = self.write(move |connection| job::forget_attempts(connection, seq)) {
            tracing::warn!(%error, "the attempts at a queued job could not be noted");
        }
    }

    /// Brings a job to its end. An error that will not pass fails it.
    fn go_through(&self, project: i64, seq: i64) -> Result<(), Unfinished> {
        let ready = match self.prepare(project, seq) {
            // Long texts take long to analyse.
            Ok(Some(prepared)) => self.read(project, move |_| prepared.analyse()),
            Ok(None) => return Ok(()),
            Err(Unfinished::Later(error)) => Err(error),
            Err(unfinished) => return Err(unfinished),
        };
        match ready {
            Err(error) if error.may_pass() => Err(error.into()),
            ready => self.apply(seq, ready).map_err(Unfinished::from),
        }
    }

    /// Asks a job's questions one after the other, and keeps each answer; `None` when the job is
    /// gone.
    fn prepare(&self, project: i64, seq: i64) -> Result<Option<Prepared>, Unfinished> {
        // The same for all questions. If the folder gets another embedder meanwhile, the job is
        // prepared again.
        let components = self.embedders.now();
        let asked = components.clone();
        let mut answers =
            self.read(project, move |connection| phases::kept(connection, seq, &asked))?;
        let mut is_repeated = false;
        loop {
            let (asked, scopes) = (components.clone(), self.scopes.clone());
            let next;
            (next, answers) = self.read(project, move |connection| {
                let next = phases::prepare(connection, seq, &answers, &asked, &scopes)?;
                if let Some(Next::Ask(question)) = &next {
                    llm_budget::check(connection, seq, question, &asked)?;
                }
                Ok((next, answers))
            })?;
            let question = match next {
                None => return Ok(None),
                Some(Next::Apply(prepared)) => return Ok(Some(prepared)),
                Some(Next::Ask(question)) => question,
            };
            let goes_elsewhere = components.goes_elsewhere(&question);
            self.write(move |connection| {
                if goes_elsewhere {
                    // Who ends the process while it waits for another machine is not the job.
                    job::forget_attempts(connection, seq)?;
                }
                match job::read(connection, seq)? {
                    Some(job) => job::note_running(connection, job.event),
                    None => Ok(()),
                }
            })?;
            let Some(answer) = self.ask((project, seq), &components, &question) else {
                return Err(Unfinished::Closing);
            };
            let tokens = llm_budget::tokens(&question, &answer);
            if let Some(tokens) = tokens {
                components.llm_use.count(tokens);
            }
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    if let Some(tokens) = tokens {
                        self.write(move |connection| llm_budget::note(connection, seq, tokens))?;
                    }
                    // What stands before a model may have answered for it.
                    if is_repeated || !error.is_unreadable() {
                        return Err(error.into());
                    }
                    is_repeated = true;
                    continue;
                }
            };
            is_repeated = false;
            if !answer.is_kept() {
                answers.push(answer);
                continue;
            }
            let number = answers.iter().filter(|answer| answer.is_kept()).count();
            let kept = answer.clone();
            let answered = components.who_answered(&answer);
            self.write(move |connection| {
                job::forget_attempts(connection, seq)?;
                tokens.map_or(Ok(()), |tokens| llm_budget::note(connection, seq, tokens))?;
                job::keep_answer(connection, seq, number, &answered, &kept)
            })?;
            answers.push(answer);
        }
    }

    /// Asks, with no connection in reach; `None` when the engine ends first.
    fn ask(
        &self,
        (project, seq): (i64, i64),
        components: &Components,
        question: &Question,
    ) -> Option<Result<Answer, EngineError>> {
        let mut end = self.end.clone();
        if *end.borrow() >= End::Near {
            return None;
        }
        let ended = pin!(async move { end.wait_for(|end| *end == End::Now).await.map(drop) });
        let asked = async {
            let mut asked = pin!(components.ask(Owner { project, key: 0 }, question));
            match first(asked.as_mut(), pin!(Delay::new(HARMLESS))).await {
                Some(answer) => answer,
                None => {
                    self.survived(seq);
                    asked.await
                }
            }
        };
        let asked = pin!(asked);
        let answer = catch_unwind(AssertUnwindSafe(|| pollster::block_on(first(asked, ended))));
        answer.unwrap_or(Some(Err(EngineError::Internal)))
    }

    /// Applies a job step by step, each in a transaction of its own.
    fn apply(&self, seq: i64, ready: Result<Ready, EngineError>) -> Result<(), EngineError> {
        let ready = Arc::new(ready.unwrap_or_else(Ready::Failed));
        loop {
            // For a moment, while the embedder changes.
            pollster::block_on(self.embedders.to_store());
            let ready = ready.clone();
            let applied = self
                .writer
                .send_alone(Owner::JOBS, move |connection| phases::apply(connection, seq, ready));
            let applied = applied.blocking_recv().unwrap_or(Err(EngineError::Closed));
            match self.folder.note(applied)? {
                Step::Unfinished { .. } if *self.end.borrow() < End::Now => {}
                Step::Unfinished { .. } => return Err(EngineError::Closed),
                _ => return Ok(()),
            }
        }
    }

    fn read<T: Send + 'static>(
        &self,
        project: i64,
        body: impl FnOnce(&rusqlite::Connection) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.readers
            .send(Owner { project, key: 0 }, body)
            .blocking_recv()
            .unwrap_or(Err(EngineError::Closed))
    }

    fn write(
        &self,
        body: impl Fn(&rusqlite::Connection) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<(), EngineError> {
        self.writer.send(Owner::JOBS, body).blocking_recv().unwrap_or(Err(EngineError::Closed))
    }
}

/// The answer of the first future; `None` when the second one ends before it.
pub(super) async fn first<T>(
    mut asked: Pin<&mut impl Future<Output = T>>,
    mut ended: Pin<&mut impl Future>,
) -> Option<T> {
    std::future::poll_fn(|context| {
        if let Poll::Ready(answer) = asked.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        ended.as_mut().poll(context).map(|_| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Instant;

    use mem0_components::testing::{HashEmbedder, ScriptedLlm};
    use mem0_components::{
        ComponentError, ComponentErrorKind, Embedder, Embedding, LlmResponse, Purpose, Reply,
        TokenUsage,
    };
    use mem0_types::{EventType, IdField, Message, Role};
    use rusqlite::Connection;
    use serde_json::json;

    use super::super::fair_queue::HELD_AT_ONCE;
    use super::super::scripted;
    use super::super::wake_signal::Stop;
    use super::super::worker;
    use super::*;
    use crate::components::llm_use::LlmUse;
    use crate::components::{EmbedderInUse, GivenEmbedder};
    use crate::folder::{schema, settings};
    use crate::ids::EntityIds;
    use crate::job::JobKind;
    use crate::memories::stats::Retrievals;
    use crate::memories::{add, events};
    use crate::{Access, AddRequest, LlmLimits};

    /// An engine's threads over a folder of its own.
    struct Bench {
        path: PathBuf,
        writer: Writer,
        wake: WakeSignal,
        worker: Option<JoinHandle<()>>,
        llm: ScriptedLlm,
    }

    impl Bench {
        fn new(llm: ScriptedLlm) -> Self {
            let name = format!("mem0-asking-{}-{:x}", std::process::id(), fastrand::u64(..));
            let path = std::env::temp_dir().join(name);
            let connection = schema::open_writer(&path).unwrap();
            let second = "INSERT INTO projects (seq, id, organization, name, created_at, updated_at) \
                 VALUES (2, 'second', 1, 'Second', 0, 0)";
            connection.execute(second, []).unwrap();
            Self::over(path, connection, llm)
        }

        fn over(path: PathBuf, connection: Connection, llm: ScriptedLlm) -> Self {
            Self::limited(path, connection, llm, LlmLimits::default())
        }

        fn limited(
            path: PathBuf,
            connection: Connection,
            llm: ScriptedLlm,
            limits: LlmLimits,
        ) -> Self {
            let components = Components {
                llm: Some(Arc::new(llm.clone())),
                llm_use: Arc::new(LlmUse::new(limits)),
                embedder: EmbedderInUse::Given(GivenEmbedder::new(Arc::new(HashEmbedder::new(8)))),
                ..Default::default()
            };
            Self::with(path, connection, llm, components)
        }

        fn with(
            path: PathBuf,
            connection: Connection,
            llm: ScriptedLlm,
            components: Components,
        ) -> Self {
            let (writer, _) = Writer::start(connection, |_| Ok(()), || ()).unwrap();
            let (readers, _) = Readers::start(&path).unwrap();
            let wake = WakeSignal::default();
            let worker = worker::start(
                writer.clone(),
                (readers, IndexCache::default()),
                Embedders::new(components),
                wake.clone(),
                Retrievals::default(),
                Arc::default(),
                OpenFolder::in_memory(),
            );
            Self { path, writer, wake, worker: Some(worker.unwrap()), llm }
        }

        /// The same folder in the next life of the process.
        fn reopened(self, llm: ScriptedLlm) -> Self {
            self.reopened_with(llm, LlmLimits::default())
        }

        fn reopened_with(mut self, llm: ScriptedLlm, limits: LlmLimits) -> Self {
            let (path, connection) = self.closed();
            Self::limited(path, connection, llm, limits)
        }

        fn closed(&mut self) -> (PathBuf, Connection) {
            self.stop(Stop::Now);
            let path = std::mem::take(&mut self.path);
            let connection = schema::open_writer(&path).unwrap();
            (path, connection)
        }

        fn stop(&mut self, stop: Stop) {
            self.wake.stop(stop);
            self.worker.take().unwrap().join().unwrap();
        }

        fn write<T: Send + 'static>(
            &self,
            body: impl Fn(&Connection) -> Result<T, EngineError> + Send + 'static,
        ) -> T {
            self.writer.send(Owner::JOBS, body).blocking_recv().unwrap().unwrap()
        }

        /// Queues a job that asks three questions; the number of its event.
        fn queue(&self, project: i64) -> i64 {
            let event = self.write(move |connection| {
                let kind = EventType::Other("SCRIPTED".to_owned());
                let ids = EntityIds::default();
                let (event, _) = events::insert(connection, project, &kind, &ids, &json!({}), 0)?;
                job::queue(connection, project, JobKind::Scripted, Some(event), clock::now())?;
                Ok(event)
            });
            self.wake.wake();
            event
        }

        /// Queues an add of an instruction, for which nobody is asked: it teaches nothing.
        fn queue_add(&self, project: i64, text: &str) -> i64 {
            let request = AddRequest::new(
                vec![Message::new(Role::from("system"), text)],
                EntityIds::one(IdField::UserId, "alice"),
            );
            self.write(move |connection| {
                let access = Access::to_project(project);
                let index = add::index(&request, &crate::components::Made::InPlace);
                add::accept(connection, &access, &request, &request.payload()?, || &index)?;
                Ok(())
            });
            self.wake.wake();
            self.number("SELECT max(seq) FROM events")
        }

        fn number(&self, sql: &'static str) -> i64 {
            self.write(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?))
        }

        fn event(&self, event: i64) -> (String, Option<String>) {
            self.write(move |connection| {
                let sql = "SELECT status, error FROM events WHERE seq = ?";
                Ok(connection.query_row(sql, [event], |row| Ok((row.get(0)?, row.get(1)?)))?)
            })
        }

        #[track_caller]
        fn await_status(&self, event: i64, status: &str) {
            let began = Instant::now();
            while self.event(event).0 != status {
                assert!(began.elapsed() < Duration::from_secs(20), "{:?}", self.event(event));
                thread::sleep(Duration::from_millis(2));
            }
        }

        #[track_caller]
        fn await_asked(&self, times: usize) {
            assert!(self.llm.wait_until_asked(times, Duration::from_secs(20)));
        }

        /// What the jobs that were carried out had been told.
        fn told(&self) -> String {
            self.write(|connection| settings::get(connection, scripted::SETTING))
                .unwrap_or_default()
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            if self.worker.is_some() {
                self.stop(Stop::Now);
            }
            if !self.path.as_os_str().is_empty() {
                for end in ["", "-wal", "-shm"] {
                    let mut path = self.path.clone().into_os_string();
                    path.push(end);
                    let _ = std::fs::remove_file(path);
                }
            }
        }
    }

    fn answering(answers: &'static [&'static str]) -> ScriptedLlm {
        ScriptedLlm::in_turn(answers.iter().map(|text| Ok(LlmResponse::text(*text))))
    }

    /// Answers once; the next time the connection breaks.
    fn cut_off_after_one() -> ScriptedLlm {
        let broken = ComponentError::new("scripted", ComponentErrorKind::Network)
            .retry_after(Duration::from_secs(60));
        ScriptedLlm::in_turn([Ok(LlmResponse::text("kept")), Err(broken)])
    }

    #[test]
    fn a_job_asks_three_times_and_is_carried_out_once_with_all_answers() {
        let bench = Bench::new(answering(&["yes", "no"]));
        let event = bench.queue(1);
        bench.await_status(event, "SUCCEEDED");
        assert_eq!(bench.told(), r#"[1,"yes","no"]"#);
        assert_eq!(bench.llm.asked(), 2);
        assert_eq!(bench.number("SELECT count(*) FROM jobs"), 0);
        assert_eq!(bench.number("SELECT count(*) FROM job_answers"), 0);
    }

    #[test]
    fn a_question_that_is_out_holds_its_own_project_and_nobody_else() {
        let bench = Bench::new(ScriptedLlm::replying("late"));
        let hold = bench.llm.hold();
        let thinking = bench.queue(1);
        bench.await_asked(1);
        assert_eq!(bench.event(thinking).0, "RUNNING");
        let behind = bench.queue_add(1, "behind it");
        let other = bench.queue_add(2, "tea");
        bench.await_status(other, "SUCCEEDED");
        assert_eq!(bench.event(behind).0, "PENDING");
        hold.release();
        bench.await_status(behind, "SUCCEEDED");
        assert_eq!(bench.event(thinking).0, "SUCCEEDED");
    }

    #[test]
    fn no_more_questions_are_out_than_may_be_and_every_job_has_its_turn() {
        let bench = Bench::new(ScriptedLlm::replying("late"));
        let hold = bench.llm.hold();
        bench.write(|connection| {
            for project in 3..40 {
                let sql = "INSERT INTO projects (seq, id, organization, name, created_at, \
                           updated_at) VALUES (?1, ?1, 1, 'x', 0, 0)";
                connection.execute(sql, [project])?;
            }
            Ok(())
        });
        let events: Vec<_> = (3..40).map(|project| bench.queue(project)).collect();
        bench.await_asked(HELD_AT_ONCE);
        thread::sleep(Duration::from_millis(50));
        assert_eq!(bench.llm.asked(), HELD_AT_ONCE);
        hold.release();
        events.iter().for_each(|event| bench.await_status(*event, "SUCCEEDED"));
        assert_eq!(bench.llm.most_at_once(), HELD_AT_ONCE);
    }

    #[test]
    fn an_answer_that_was_paid_for_is_not_asked_for_again_after_a_restart() {
        let bench = Bench::new(cut_off_after_one());
        let event = bench.queue(1);
        bench.await_asked(2);
        assert_eq!(bench.number("SELECT count(*) FROM job_answers"), 2);
        let bench = bench.reopened(answering(&["after the restart"]));
        bench.await_status(event, "SUCCEEDED");
        assert_eq!(bench.told(), r#"[1,"kept","after the restart"]"#);
        assert_eq!(bench.llm.asked(), 1);
    }

    #[test]
    fn an_answer_of_another_model_does_not_count() {
        let bench = Bench::new(cut_off_after_one());
        let event = bench.queue(1);
        bench.await_asked(2);
        assert_eq!(bench.number("SELECT count(*) FROM job_answers"), 2);
        let bench = bench.reopened(answering(&["anew", "last"]).with_name("other/model"));
        bench.await_status(event, "SUCCEEDED");
        assert_eq!(bench.told(), r#"[1,"anew","last"]"#);
    }

    #[test]
    fn without_a_model_a_job_that_asks_one_fails_with_the_reason() {
        let mut bench = Bench::new(cut_off_after_one());
        let event = bench.queue(1);
        bench.await_asked(2);
        let (path, connection) = bench.closed();
        let embedder = EmbedderInUse::Given(GivenEmbedder::new(Arc::new(HashEmbedder::new(8))));
        let components = Components { embedder, ..Default::default() };
        let bench = Bench::with(path, connection, bench.llm.clone(), components);
        bench.await_status(event, "FAILED");
        let error = bench.event(event).1.unwrap();
        assert!(error.contains("No LLM is configured"), "{error}");
    }

    /// Each answer counts so many tokens.
    fn counting(texts: &'static [&'static str], input: u64, output: u64) -> ScriptedLlm {
        ScriptedLlm::in_turn(texts.iter().map(move |text| {
            let mut response = LlmResponse::text(*text);
            response.usage = Some(TokenUsage::new(input, output));
            Ok(response)
        }))
    }

    const USED: &str = "SELECT llm_calls * 1000 + llm_tokens FROM projects WHERE seq = 1";

    #[test]
    fn over_a_limit_of_the_day_a_project_waits_for_the_next_day_and_no_other_does() {
        let per_day = LlmLimits { calls_per_day: Some(1), ..LlmLimits::default() };
        let tokens = LlmLimits { tokens_per_day: Some(30), ..LlmLimits::default() };
        for limits in [per_day, tokens] {
            let bench = Bench::new(ScriptedLlm::replying("unasked"));
            let bench = bench.reopened_with(counting(&["one", "other", "next"], 20, 10), limits);
            let event = bench.queue(1);
            bench.await_asked(1);
            let behind = bench.queue_add(1, "behind it");
            let other = bench.queue(2);
            // The other project has a day of its own.
            bench.await_asked(2);
            let add = bench.queue_add(2, "tea");
            assert_eq!(bench.event(event).0, "RUNNING");
            for event in [other, add, behind] {
                assert_ne!(bench.event(event).0, "SUCCEEDED");
            }
            assert_eq!((bench.llm.asked(), bench.number(USED)), (2, 1030));
            // A day old, and it is not given up.
            bench.write(|connection| {
                connection.execute("UPDATE jobs SET created_at = 0", [])?;
                Ok(())
            });
            let bench = bench.reopened_with(counting(&["unasked"], 1, 1), limits);
            bench.write(|_| Ok(()));
            assert_eq!((bench.event(event).0.as_str(), bench.llm.asked()), ("RUNNING", 0));
            // The next day. Nobody is asked between the days.
            let mut bench = bench;
            let (path, connection) = bench.closed();
            connection.execute("UPDATE projects SET llm_day = '2001-01-01'", []).unwrap();
            let next = counting(&["two", "two"], 20, 10);
            let bench = Bench::limited(path, connection, next, limits);
            bench.await_status(event, "SUCCEEDED");
            bench.await_status(behind, "SUCCEEDED");
            bench.await_status(add, "SUCCEEDED");
            assert_eq!(bench.number(USED), 1030);
        }
    }

    #[test]
    fn over_the_limit_of_an_add_it_fails_in_words_and_the_next_one_has_its_own() {
        let limits = LlmLimits { tokens_per_add: Some(4), ..LlmLimits::default() };
        let bench = Bench::new(ScriptedLlm::replying("unasked"));
        // Without a count of the provider's: "second" and this answer have 18 characters.
        let bench = bench.reopened_with(answering(&["twelve chars", "other answer"]), limits);
        for asked in [1, 2] {
            let event = bench.queue(1);
            bench.await_status(event, "FAILED");
            let error = bench.event(event).1.unwrap();
            assert!(error.contains("the 4 tokens that one may (tokens_per_add"), "{error}");
            assert_eq!(bench.llm.asked(), asked);
        }
        assert_eq!(bench.number(USED), 2008);
    }

    #[test]
    fn a_question_in_vain_counts_and_one_that_was_not_read_does_not() {
        use ComponentErrorKind as Kind;
        for (kind, calls, status) in [
            (Kind::Unreadable, 3, "SUCCEEDED"),
            (Kind::Refused, 1, "FAILED"),
            (Kind::Network, 2, "SUCCEEDED"),
        ] {
            let error = ComponentError::new("scripted", kind);
            let last = [Ok(LlmResponse::text("a")), Ok(LlmResponse::text("b"))];
            let bench = Bench::new(ScriptedLlm::in_turn([Err(error)].into_iter().chain(last)));
            let event = bench.queue(1);
            bench.await_status(event, status);
            let called = bench.number("SELECT llm_calls FROM projects WHERE seq = 1");
            assert_eq!(called, calls, "{kind:?}");
        }
    }

    #[test]
    fn no_more_questions_are_in_flight_than_the_limit_allows() {
        let limits = LlmLimits { in_flight: Some(1), ..LlmLimits::default() };
        let bench = Bench::new(ScriptedLlm::replying("unasked"));
        let bench = bench.reopened_with(ScriptedLlm::replying("late"), limits);
        let hold = bench.llm.hold();
        let events = [bench.queue(1), bench.queue(2)];
        bench.await_asked(1);
        bench.await_status(events[0], "RUNNING");
        bench.await_status(events[1], "RUNNING");
        hold.release();
        events.iter().for_each(|event| bench.await_status(*event, "SUCCEEDED"));
        assert_eq!((bench.llm.asked(), bench.llm.most_at_once()), (4, 1));
    }

    #[test]
    fn a_component_that_panics_while_it_is_named_holds_no_project() {
        #[derive(Debug)]
        struct Nameless;

        impl Embedder for Nameless {
            fn model(&self) -> &str {
                panic!("on purpose")
            }

            fn dimensions(&self) -> usize {
                2
            }

            fn embed<'a>(&'a self, texts: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
                let embeddings = vec![Embedding::new([1.0, 0.0]); texts.len()];
                Box::pin(std::future::ready(Ok(embeddings)))
            }
        }

        let mut bench = Bench::new(ScriptedLlm::replying("unasked"));
        let (path, connection) = bench.closed();
        let embedder = EmbedderInUse::Given(GivenEmbedder::new(Arc::new(Nameless)));
        let components = Components { embedder, ..Default::default() };
        let bench = Bench::with(path, connection, bench.llm.clone(), components);
        let began = Instant::now();
        let event = bench.queue(1);
        bench.await_status(event, "FAILED");
        // The next one has its turn, too.
        let behind = bench.queue(1);
        bench.await_status(behind, "FAILED");
        let mut bench = bench;
        bench.stop(Stop::WhenIdle);
        assert!(began.elapsed() < GRACE, "a place was lost");
    }

    #[test]
    fn a_passing_error_rests_the_project_as_long_as_asked_and_no_other() {
        let wait = Duration::from_millis(1500);
        let busy = ComponentError::new("scripted", ComponentErrorKind::RateLimited);
        let bench = Bench::new(ScriptedLlm::in_turn([
            Err(busy.retry_after(wait)),
            Ok(LlmResponse::text("a")),
            Ok(LlmResponse::text("b")),
        ]));
        let began = Instant::now();
        let event = bench.queue(1);
        bench.await_asked(1);
        let other = bench.queue_add(2, "tea");
        bench.await_status(other, "SUCCEEDED");
        assert!(began.elapsed() < wait, "the other project waited, too");
        bench.await_status(event, "SUCCEEDED");
        assert!(began.elapsed() >= wait);
        assert_eq!(bench.told(), r#"[1,"a","b"]"#);
    }

    #[test]
    fn an_error_that_does_not_pass_for_a_day_fails_the_event_with_the_reason() {
        let bench = Bench::new(ScriptedLlm::failing(ComponentErrorKind::Timeout));
        let event = bench.queue(1);
        bench.await_asked(1);
        assert_eq!(bench.event(event).0, "RUNNING");
        bench.write(|connection| {
            let sql = "UPDATE jobs SET created_at = created_at - ?";
            Ok(connection.execute(sql, [TRIED_FOR])?)
        });
        bench.await_status(event, "FAILED");
        let error = bench.event(event).1.unwrap();
        assert!(error.contains("given up after a day"), "{error}");
        // The queue goes on.
        let behind = bench.queue_add(1, "tea");
        bench.await_status(behind, "SUCCEEDED");
    }

    #[test]
    fn a_lasting_error_fails_the_event_in_words_without_the_question() {
        let bench = Bench::new(ScriptedLlm::failing(ComponentErrorKind::Authentication));
        let event = bench.queue(1);
        bench.await_status(event, "FAILED");
        let error = bench.event(event).1.unwrap();
        assert!(error.contains("does not accept the key"), "{error}");
        assert!(!error.contains("second"), "{error}");
        // The queue goes on.
        let behind = bench.queue_add(1, "tea");
        bench.await_status(behind, "SUCCEEDED");
    }

    #[test]
    fn an_answer_without_the_form_of_its_provider_is_asked_for_once_more() {
        use ComponentErrorKind::Unreadable;
        let broken = || Err(ComponentError::new("scripted", Unreadable));
        let said = |text: &str| Ok(LlmResponse::text(text));
        let bench = Bench::new(ScriptedLlm::in_turn([broken(), said("a"), broken(), said("b")]));
        bench.await_status(bench.queue(1), "SUCCEEDED");
        assert_eq!((bench.told().as_str(), bench.llm.asked()), (r#"[1,"a","b"]"#, 4));
        // A second time in a row it fails; each time counts against the limits.
        let bench = Bench::new(ScriptedLlm::failing(Unreadable));
        bench.await_status(bench.queue(1), "FAILED");
        assert_eq!(bench.llm.asked(), 2);
        let bench = Bench::new(ScriptedLlm::replying("unasked"));
        let limits = LlmLimits { calls_per_day: Some(1), ..LlmLimits::default() };
        let bench = bench.reopened_with(ScriptedLlm::failing(Unreadable), limits);
        let event = bench.queue(1);
        bench.await_asked(1);
        bench.await_status(bench.queue_add(2, "tea"), "SUCCEEDED");
        assert_eq!((bench.event(event).0.as_str(), bench.llm.asked()), ("RUNNING", 1));
    }

    #[test]
    fn a_model_that_never_answers_is_asked_again_and_its_project_goes_on() {
        let limits = LlmLimits { seconds_per_call: Some(1), ..LlmLimits::default() };
        let bench = Bench::new(ScriptedLlm::replying("unasked"));
        let llm = ScriptedLlm::replying("late");
        let bench = bench.reopened_with(llm.clone(), limits);
        let hold = llm.hold();
        let event = bench.queue(1);
        // The first is given up: without a limit of ours nobody would.
        bench.await_asked(2);
        assert_eq!(bench.number("SELECT llm_calls FROM projects WHERE seq = 1"), 1);
        hold.release();
        bench.await_status(event, "SUCCEEDED");
    }

    #[test]
    fn a_component_that_panics_fails_the_event_and_nothing_else() {
        let bench = Bench::new(ScriptedLlm::answering(|_| panic!("on purpose")));
        let event = bench.queue(1);
        bench.await_status(event, "FAILED");
        let behind = bench.queue_add(1, "tea");
        bench.await_status(behind, "SUCCEEDED");
    }

    #[test]
    fn an_answer_that_comes_after_the_project_is_gone_changes_nothing() {
        let bench = Bench::new(ScriptedLlm::replying("late"));
        let hold = bench.llm.hold();
        bench.queue(2);
        bench.await_asked(1);
        bench.write(|connection| {
            Ok(connection.execute("UPDATE projects SET deleted_at = 1 WHERE seq = 2", [])?)
        });
        hold.release();
        let began = Instant::now();
        while bench.number("SELECT count(*) FROM jobs") > 0 {
            assert!(began.elapsed() < Duration::from_secs(20));
        }
        assert_eq!(bench.told(), "");
        // Nothing more was asked for it.
        assert_eq!(bench.llm.asked(), 1);
    }

    #[test]
    fn closing_gives_up_the_question_that_is_out_and_carries_out_the_rest() {
        let bench = Bench::new(ScriptedLlm::replying("late"));
        let _hold = bench.llm.hold();
        let thinking = bench.queue(1);
        bench.await_asked(1);
        let began = Instant::now();
        let mut bench = bench;
        bench.stop(Stop::WhenIdle);
        assert!((GRACE..2 * GRACE).contains(&began.elapsed()), "{:?}", began.elapsed());
        assert_eq!(bench.event(thinking).0, "RUNNING");
        assert_eq!(bench.number("SELECT count(*) FROM jobs"), 1);
    }
}
