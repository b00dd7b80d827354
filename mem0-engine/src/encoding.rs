//! The sentence encoder, on threads of its own.
//!
//! Questions go before texts, projects share the time, and one thread never takes texts, so that a
//! question waits for questions alone.

use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lru::LruCache;
use mem0_components::Purpose;
use mem0_encoder::{DIMENSIONS, Encoder, Sentence};
use tokio::sync::oneshot;

use crate::EngineError;
use crate::text::vector::Vector;
use crate::turns::{Owner, Turns};

pub(crate) use mem0_encoder::{DIMENSIONS as LENGTH, MODEL};

/// The most texts, and the most bytes of them, that are encoded before others have their turn, in
/// about 20 ms. A longer text is encoded alone, and takes 50 ms at most.
const AT_ONCE: (usize, usize) = (8, 512);

/// Below this share of words that the model knows, a vector says nothing.
const KNOWN: f32 = 0.5;

/// The bytes of the questions whose vectors are remembered, and of the longest of them.
const REMEMBERED: usize = 4 * 1024 * 1024;
const LONGEST_REMEMBERED: usize = 4 * 1024;

/// Sends texts to the encoder's threads, which end with the last clone.
#[derive(Debug, Clone)]
pub(crate) struct Encoding(Arc<Ending>);

struct Ending {
    desk: Arc<Desk>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encoding")
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.desk.waiting().has_ended = true;
        self.desk.more.notify_all();
        let threads =
            std::mem::take(self.threads.get_mut().unwrap_or_else(PoisonError::into_inner));
        // Each thread has caught what panicked in it.
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

#[derive(Default)]
struct Desk {
    waiting: Mutex<Waiting>,
    more: Condvar,
    remembered: Mutex<Remembered>,
}

#[derive(Default)]
struct Waiting {
    questions: Turns<Task>,
    texts: Turns<Task>,
    /// How many threads have texts, and how many may.
    on_texts: usize,
    most_on_texts: usize,
    has_ended: bool,
}

struct Task {
    texts: VecDeque<String>,
    vectors: Vec<Vector>,
    reply: oneshot::Sender<Result<Vec<Vector>, EngineError>>,
}

impl Encoding {
    /// Starts the threads.
    pub(crate) fn start() -> Result<Self, EngineError> {
        let threads = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
        let desk = Arc::new(Desk::default());
        desk.waiting().most_on_texts = threads - 1;
        let ending = Ending { desk: Arc::clone(&desk), threads: Mutex::default() };
        for _ in 0..threads {
            let desk = Arc::clone(&desk);
            let thread = thread::Builder::new().name("mem0-encoder".to_owned());
            let thread = thread.spawn(move || desk.work())?;
            ending.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(Self(Arc::new(ending)))
    }

    /// The vector of each text. What the project asked lately is not encoded again, be it a whole
    /// question or a part of one. What is still queued is not encoded if the future is dropped.
    pub(crate) async fn embed(
        &self,
        owner: Owner,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Vec<Vector>, EngineError> {
        if purpose != Purpose::Search {
            return self.encode(owner, texts, purpose).await;
        }
        let desk = &self.0.desk;
        let mut vectors: Vec<Option<Vector>> = {
            let mut remembered = desk.remembered();
            texts.iter().map(|text| remembered.find(owner, text)).collect()
        };
        let missing = texts.iter().zip(&vectors).filter(|(_, vector)| vector.is_none());
        let missing: Vec<&str> = missing.map(|(text, _)| *text).collect();
        let made = self.encode(owner, &missing, purpose).await?;
        {
            let mut remembered = desk.remembered();
            let made = missing.iter().zip(&made);
            made.for_each(|(text, vector)| remembered.keep(owner, text, vector));
        }
        let missing = vectors.iter_mut().filter(|vector| vector.is_none());
        missing.zip(made).for_each(|(place, vector)| *place = Some(vector));
        vectors.into_iter().map(|vector| vector.ok_or(EngineError::Internal)).collect()
    }

    async fn encode(
        &self,
        owner: Owner,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Vec<Vector>, EngineError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let desk = &self.0.desk;
        let (reply, answer) = oneshot::channel();
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let task = Task { texts, vectors: Vec::new(), reply };
        {
            let mut waiting = desk.waiting();
            match purpose {
                Purpose::Search => waiting.questions.push(owner, task),
                _ => waiting.texts.push(owner, task),
            }
        }
        desk.more.notify_all();
        answer.await.unwrap_or(Err(EngineError::Closed))
    }
}

/// The vector of each text, made by threads that the caller waits for.
pub(crate) fn encode_now(texts: &[&str]) -> Result<Vec<Vector>, EngineError> {
    let encoder = Encoder::built_in().map_err(|_| EngineError::Internal)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let parts = texts.chunks(texts.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts.map(|texts| scope.spawn(move || encoder.encode(texts))).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        for part in parts {
            let encoded = part.join().map_err(|_| EngineError::Internal)?;
            vectors.extend(encoded.map_err(|_| EngineError::Internal)?.iter().map(vector));
        }
        Ok(vectors)
    })
}

impl Desk {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one thread does until the end.
    fn work(&self) {
        while let Some((owner, mut task, is_question)) = self.next() {
            let began = Instant::now();
            let part = task.next_part();
            let encoded = catch_unwind(AssertUnwindSafe(|| {
                // Made ready by the first text, so that a process without one never waits for it.
                let encoder = Encoder::built_in().map_err(|_| EngineError::Internal)?;
                let texts: Vec<&str> = part.iter().map(String::as_str).collect();
                encoder.encode(&texts).map_err(|_| EngineError::Internal)
            }));
            let outcome = encoded.unwrap_or(Err(EngineError::Internal));
            self.put_back(owner, task, is_question, outcome, began.elapsed());
        }
    }

    /// Waits for the next task that somebody still waits for.
    fn next(&self) -> Option<(Owner, Task, bool)> {
        let mut waiting = self.waiting();
        loop {
            if waiting.has_ended {
                return None;
            }
            let question = waiting.questions.next(|_, _| true);
            let is_question = question.is_some();
            let found = match question {
                None if waiting.on_texts < waiting.most_on_texts => waiting.texts.next(|_, _| true),
                question => question,
            };
            match found {
                Some((_, task)) if task.reply.is_closed() => {}
                Some((owner, task)) => {
                    waiting.on_texts += usize::from(!is_question);
                    return Some((owner, task, is_question));
                }
                None => waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Answers a task, or queues what is left of it.
    fn put_back(
        &self,
        owner: Owner,
        mut task: Task,
        is_question: bool,
        outcome: Result<Vec<Sentence>, EngineError>,
        time: Duration,
    ) {
        let mut waiting = self.waiting();
        waiting.on_texts -= usize::from(!is_question);
        let queue = if is_question { &mut waiting.questions } else { &mut waiting.texts };
        queue.charge(owner, time);
        match outcome {
            Err(error) => drop(task.reply.send(Err(error))),
            Ok(sentences) => {
                task.vectors.extend(sentences.iter().map(vector));
                if task.texts.is_empty() {
                    let _ = task.reply.send(Ok(task.vectors));
                } else {
                    queue.push(owner, task);
                }
            }
        }
        drop(waiting);
        // A place for texts may have become free.
        self.more.notify_all();
    }
}

impl Task {
    /// Takes the texts that are encoded in one turn.
    fn next_part(&mut self) -> Vec<String> {
        let (most, most_bytes) = AT_ONCE;
        let (mut part, mut bytes) = (Vec::new(), 0);
        while part.len() < most
            && let Some(text) = self.texts.front()
            && (part.is_empty() || bytes + text.len() <= most_bytes)
        {
            bytes += text.len();
            part.extend(self.texts.pop_front());
        }
        part
    }
}

/// A text that the model does not know has no direction.
fn vector(sentence: &Sentence) -> Vector {
    match sentence.known >= KNOWN {
        true => Vector::pointing_along(&sentence.vector),
        false => Vector::zero(DIMENSIONS),
    }
}

/// The vectors of the questions that were asked last.
struct Remembered {
    /// By project and question.
    vectors: LruCache<(i64, String), Vector>,
    bytes: usize,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { vectors: LruCache::unbounded(), bytes: 0 }
    }
}

impl Remembered {
    fn find(&mut self, owner: Owner, question: &str) -> Option<Vector> {
        self.vectors.get(&(owner.project, question.to_owned())).cloned()
    }

    fn keep(&mut self, owner: Owner, question: &str, vector: &Vector) {
        if question.len() > LONGEST_REMEMBERED {
            return;
        }
        let key = (owner.project, question.to_owned());
        if self.vectors.put(key, vector.clone()).is_none() {
            self.bytes += size(question);
        }
        while self.bytes > REMEMBERED
            && let Some(((_, question), _)) = self.vectors.pop_lru()
        {
            self.bytes -= size(&question);
        }
    }
}

/// The bytes of a remembered question, with its vector and what the cache needs.
fn size(question: &str) -> usize {
    question.len() + DIMENSIONS + 128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(project: i64) -> Owner {
        Owner { project, key: 0 }
    }

    fn ask(encoding: &Encoding, project: i64, texts: &[&str], purpose: Purpose) -> Vec<Vector> {
        pollster::block_on(encoding.embed(owner(project), texts, purpose)).unwrap()
    }

    #[test]
    fn texts_have_the_vectors_of_the_encoder_whatever_their_number_and_length() {
        let encoding = Encoding::start().unwrap();
        let long = "She moved to Lisbon. ".repeat(5_000);
        let texts: Vec<String> = (0..100).map(|n| format!("The {n} cats sleep")).collect();
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.extend([long.as_str(), "", "Я живу в Москве"]);
        let vectors = ask(&encoding, 1, &texts, Purpose::Add);
        let sentences = Encoder::built_in().unwrap().encode(&texts).unwrap();
        assert_eq!(vectors, sentences.iter().map(vector).collect::<Vec<_>>());
        // What the model does not know has no direction.
        assert!(vectors[..=100].iter().all(|vector| !vector.is_zero()));
        assert!(vectors[101..].iter().all(Vector::is_zero));
        assert!(ask(&encoding, 1, &[], Purpose::Search).is_empty());
    }

    #[test]
    fn questions_go_before_texts_and_projects_take_turns() {
        let desk = Desk::default();
        desk.waiting().most_on_texts = 1;
        let mut answers = Vec::new();
        let mut push = |project: i64, texts: usize, is_question: bool| {
            let (reply, answer) = oneshot::channel();
            answers.push(answer);
            let texts = vec!["tea".to_owned(); texts].into();
            let task = Task { texts, vectors: Vec::new(), reply };
            let mut waiting = desk.waiting();
            let waiting = &mut *waiting;
            let queue = if is_question { &mut waiting.questions } else { &mut waiting.texts };
            queue.push(owner(project), task);
        };
        push(1, 40, false);
        push(2, 1, false);
        let run = || {
            let (owner, mut task, is_question) = desk.next().unwrap();
            let part = task.next_part().len();
            (owner, task, is_question, part)
        };
        let done = |(owner, task, is_question, _): (Owner, Task, bool, usize)| {
            let time = Duration::from_millis(5);
            desk.put_back(owner, task, is_question, Ok(Vec::new()), time);
        };
        let first = run();
        assert_eq!((first.0.project, first.3), (1, 8));
        // The one place for texts is taken, but a question has one.
        push(3, 1, true);
        let question = run();
        assert_eq!((question.0.project, question.2), (3, true));
        done(question);
        done(first);
        // Project 1 has had its turn.
        let second = run();
        assert_eq!((second.0.project, second.3), (2, 1));
        done(second);
        for part in [8, 8, 8, 8] {
            let next = run();
            assert_eq!((next.0.project, next.3), (1, part));
            done(next);
        }
        // However long one text is, it brings no other along.
        let texts: VecDeque<_> =
            ["tea".repeat(300), "tea".repeat(300), "tea".repeat(9_000), "tea".to_owned()].into();
        let mut task = Task { texts, vectors: Vec::new(), reply: oneshot::channel().0 };
        let parts: Vec<_> = std::iter::repeat_with(|| task.next_part().len()).take(5).collect();
        assert_eq!(parts, [1, 1, 1, 1, 0]);
        // Nobody waits for these any more.
        push(1, 1, false);
        push(1, 1, false);
        drop(answers.drain(answers.len() - 2..answers.len() - 1));
        let (.., part) = run();
        assert_eq!(part, 1);
        assert!(desk.waiting().texts.is_empty());
    }

    #[test]
    fn each_part_of_a_question_is_remembered_and_no_text() {
        let encoding = Encoding::start().unwrap();
        let first = ask(&encoding, 1, &["Where do I live?", "And since when?"], Purpose::Search);
        let again = ["And since when?", "Who asks?", "Where do I live?", "Who asks?"];
        let vectors = ask(&encoding, 1, &again, Purpose::Search);
        assert_eq!((&vectors[0], &vectors[2]), (&first[1], &first[0]));
        assert_eq!(vectors[1], vectors[3]);
        ask(&encoding, 1, &["I sail"], Purpose::Add);
        assert_eq!(encoding.0.desk.remembered().vectors.len(), 3);
        // What is remembered is taken, and nothing of it is encoded.
        let known = Vector::pointing_along(&[1.0; DIMENSIONS]);
        encoding.0.desk.remembered().keep(owner(1), "Who asks?", &known);
        let vectors = ask(&encoding, 1, &["I sail", "Who asks?"], Purpose::Search);
        assert_eq!(vectors[1], known);
        let vectors = ask(&encoding, 2, &["Who asks?"], Purpose::Search);
        assert_ne!(vectors[0], known);
    }

    #[test]
    fn a_question_is_remembered_for_its_project_within_bounds() {
        let mut remembered = Remembered::default();
        let vector = Vector::pointing_along(&[1.0; DIMENSIONS]);
        remembered.keep(owner(1), "tea?", &vector);
        assert_eq!(remembered.find(owner(1), "tea?"), Some(vector.clone()));
        assert_eq!(remembered.find(owner(2), "tea?"), None);
        remembered.keep(owner(1), "tea?", &vector);
        assert_eq!(remembered.bytes, size("tea?"));
        remembered.keep(owner(1), &"x".repeat(LONGEST_REMEMBERED + 1), &vector);
        assert_eq!(remembered.vectors.len(), 1);
        for n in 0..10_000 {
            remembered.keep(owner(1), &format!("{n}?"), &vector);
        }
        assert!(remembered.bytes <= REMEMBERED && remembered.bytes > REMEMBERED / 2);
        let sum: usize = remembered.vectors.iter().map(|((_, question), _)| size(question)).sum();
        assert_eq!(sum, remembered.bytes);
        assert_eq!(remembered.find(owner(1), "tea?"), None);
        assert!(remembered.find(owner(1), "9999?").is_some());
    }
}
