//! Threads that compute vectors: questions before texts, and one thread never takes texts, so that
//! a question waits for questions alone.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use mem0_components::Purpose;
use mem0_encoder::{FolderEncoder, FolderError};
use tokio::sync::oneshot;

/// The most texts, and the most bytes of them, that are encoded in one turn, so that a question
/// does not wait for long. A longer text is encoded alone.
const AT_ONCE: (usize, usize) = (8, 512);

type Vectors = Vec<Vec<f32>>;

/// The threads, which end with this.
pub(super) struct Threads(Arc<Desk>);

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.waiting().has_ended = true;
        self.0.more.notify_all();
    }
}

struct Desk {
    encoder: Arc<FolderEncoder>,
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    questions: VecDeque<Task>,
    texts: VecDeque<Task>,
    /// How many threads have texts, and how many may.
    on_texts: usize,
    most_on_texts: usize,
    has_ended: bool,
}

/// Texts of one call, for one turn.
struct Task {
    texts: Vec<String>,
    reply: oneshot::Sender<Result<Vectors, Failed>>,
}

/// Why there are no vectors.
#[derive(Debug)]
pub(super) enum Failed {
    Refused(FolderError),
    /// The thread failed, which is a fault of ours.
    Panicked,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) => why.fmt(f),
            Self::Panicked => f.write_str("the thread that computes vectors failed; report this"),
        }
    }
}

impl Threads {
    pub(super) fn start(encoder: Arc<FolderEncoder>) -> io::Result<Self> {
        let threads = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
        let waiting = Waiting { most_on_texts: threads - 1, ..Waiting::default() };
        let desk = Arc::new(Desk { encoder, waiting: Mutex::new(waiting), more: Condvar::new() });
        let this = Self(desk);
        for _ in 0..threads {
            let desk = Arc::clone(&this.0);
            let thread = thread::Builder::new().name("mem0-folder".to_owned());
            thread.spawn(move || desk.work())?;
        }
        Ok(this)
    }

    /// The vector of each text. What is still queued is not computed if the future is dropped.
    pub(super) async fn encode(&self, texts: &[&str], purpose: Purpose) -> Result<Vectors, Failed> {
        let mut answers = Vec::new();
        {
            let mut waiting = self.0.waiting();
            let queue = match purpose {
                Purpose::Search => &mut waiting.questions,
                _ => &mut waiting.texts,
            };
            for texts in turns(texts) {
                let (reply, answer) = oneshot::channel();
                queue.push_back(Task { texts, reply });
                answers.push(answer);
            }
        }
        self.0.more.notify_all();
        let mut vectors = Vec::with_capacity(texts.len());
        for answer in answers {
            vectors.extend(answer.await.unwrap_or(Err(Failed::Panicked))?);
        }
        Ok(vectors)
    }
}

/// The texts of each turn.
fn turns(texts: &[&str]) -> Vec<Vec<String>> {
    let (most, most_bytes) = AT_ONCE;
    let (mut turns, mut bytes): (Vec<Vec<String>>, _) = (Vec::new(), 0);
    for text in texts {
        bytes += text.len();
        match turns.last_mut() {
            Some(turn) if turn.len() < most && bytes <= most_bytes => turn.push((*text).to_owned()),
            _ => {
                turns.push(vec![(*text).to_owned()]);
                bytes = text.len();
            }
        }
    }
    turns
}

impl Desk {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What one thread does until the end.
    fn work(&self) {
        while let Some((task, is_question)) = self.next() {
            let encoded = catch_unwind(AssertUnwindSafe(|| {
                let texts: Vec<&str> = task.texts.iter().map(String::as_str).collect();
                match is_question {
                    true => self.encoder.encode_questions(&texts),
                    false => self.encoder.encode_texts(&texts),
                }
            }));
            let outcome = match encoded {
                Ok(encoded) => encoded.map_err(Failed::Refused),
                Err(_) => Err(Failed::Panicked),
            };
            let _ = task.reply.send(outcome);
            if !is_question {
                self.waiting().on_texts -= 1;
                self.more.notify_all();
            }
        }
    }

    /// Waits for the next task that somebody still waits for.
    fn next(&self) -> Option<(Task, bool)> {
        let mut waiting = self.waiting();
        loop {
            if waiting.has_ended {
                return None;
            }
            let question = waiting.questions.pop_front();
            let is_question = question.is_some();
            let found = match question {
                None if waiting.on_texts < waiting.most_on_texts => waiting.texts.pop_front(),
                question => question,
            };
            match found {
                Some(task) if task.reply.is_closed() => {}
                Some(task) => {
                    waiting.on_texts += usize::from(!is_question);
                    return Some((task, is_question));
                }
                None => waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn turns_are_short_and_lose_nothing() {
        let long = "tea ".repeat(200);
        let mut texts = vec!["tea"; 20];
        texts.extend([&*long, "a", &long, "b", "c"]);
        let turns = turns(&texts);
        let lengths: Vec<usize> = turns.iter().map(Vec::len).collect();
        assert_eq!(lengths, [8, 8, 4, 1, 1, 1, 2]);
        assert_eq!(turns.concat(), texts);
        assert!(super::turns(&[]).is_empty());
    }

    #[test]
    fn questions_go_before_texts_and_one_thread_is_theirs() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = folder.join("../mem0-encoder/tests/data/folders/bert");
        let encoder = Arc::new(FolderEncoder::open(folder).unwrap());
        let waiting = Waiting { most_on_texts: 1, ..Waiting::default() };
        let desk = Desk { encoder, waiting: Mutex::new(waiting), more: Condvar::new() };
        let mut answers = Vec::new();
        let mut push = |text: &str, is_question: bool| {
            let (reply, answer) = oneshot::channel();
            answers.push(answer);
            let mut waiting = desk.waiting();
            let waiting = &mut *waiting;
            let queue = if is_question { &mut waiting.questions } else { &mut waiting.texts };
            queue.push_back(Task { texts: vec![text.to_owned()], reply });
        };
        push("first", false);
        push("second", false);
        push("asked", true);
        push("given up", true);
        push("asked again", true);
        let next = || {
            let (task, is_question) = desk.next().unwrap();
            (task.texts[0].clone(), is_question)
        };
        assert_eq!(next(), ("asked".to_owned(), true));
        drop(answers.remove(3));
        assert_eq!(next(), ("asked again".to_owned(), true));
        assert_eq!(next(), ("first".to_owned(), false));
        // The one place for texts is taken.
        assert_eq!(desk.waiting().texts.len(), 1);
        let (reply, _answer) = oneshot::channel();
        desk.waiting().questions.push_back(Task { texts: vec!["asked last".to_owned()], reply });
        assert_eq!(next(), ("asked last".to_owned(), true));
        desk.waiting().on_texts -= 1;
        assert_eq!(next(), ("second".to_owned(), false));
        desk.waiting().has_ended = true;
        assert!(desk.next().is_none());
    }
}
