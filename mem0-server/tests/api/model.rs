//! A language model with OpenAI's protocol that does what a test says, good or bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// How long it is not there after it has died.
const AWAY: Duration = Duration::from_millis(1500);

/// What it does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// Learns of each new message what it says.
    Learns,
    /// Says this, and why it ended.
    Says(String, &'static str),
    /// Answers with a status, the seconds of `Retry-After` and a body.
    Answers(u16, Option<u64>, String),
    /// Sends nothing, until whoever asked is gone or [`Model::release`] is called; then it learns.
    Hangs,
    /// Sends a byte, and another, and never ends.
    Drips,
    /// Sends half an answer, and closes the connection.
    BreaksOff,
    /// The same, and nobody listens for a while.
    Dies,
}

/// What it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The new messages of the prompt.
    pub(crate) new: String,
    /// How many bytes the request's body had.
    pub(crate) length: usize,
}

#[derive(Default)]
struct State {
    asked: Mutex<Vec<Asked>>,
    came: Condvar,
    is_released: AtomicBool,
    is_dead: AtomicBool,
}

/// The model, until the test ends.
#[derive(Clone)]
pub(crate) struct Model {
    address: SocketAddr,
    state: Arc<State>,
}

impl Model {
    /// Does what the closure says of the number of a request, from 0, and of its new messages.
    pub(crate) fn start(does: impl Fn(usize, &str) -> Does + Send + Sync + 'static) -> Self {
        Self::start_in(Duration::ZERO, does)
    }

    /// The same, but nobody listens before this time is over.
    pub(crate) fn start_in(
        wait: Duration,
        does: impl Fn(usize, &str) -> Does + Send + Sync + 'static,
    ) -> Self {
        // An address that nobody else takes while nobody listens there.
        let listener = TcpListener::bind("127.0.0.77:0").unwrap();
        let model = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let (own, does) = (model.clone(), Arc::new(does));
        let listener = wait.is_zero().then_some(listener);
        thread::spawn(move || {
            let (mut listener, mut wait) = (listener, wait);
            loop {
                let now = listener.take().unwrap_or_else(|| {
                    thread::sleep(wait);
                    TcpListener::bind(own.address).unwrap()
                });
                loop {
                    let (stream, _) = now.accept().unwrap();
                    if own.state.is_dead.swap(false, Ordering::SeqCst) {
                        break;
                    }
                    let (own, does) = (own.clone(), does.clone());
                    // Whoever asked may be gone, or may have been killed while it asked.
                    thread::spawn(move || own.serve(stream, &*does));
                }
                wait = AWAY;
            }
        });
        model
    }

    /// Configures a server to ask it, with these limits.
    pub(crate) fn of(&self, command: &mut Command, limits: &Value) {
        let config = json!({"model": "tiny", "api_key": "unused",
            "openai_base_url": format!("http://{}/v1", self.address)});
        let llm = json!({"provider": "openai", "config": config});
        command.args(["--llm", &llm.to_string(), "--llm-limits", &limits.to_string()]);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "OPENROUTER_API_KEY"] {
            command.env_remove(proxy);
        }
    }

    /// All that it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }

    /// Waits until it was asked so often.
    #[track_caller]
    pub(crate) fn await_asked(&self, times: usize) {
        let asked = self.state.asked.lock().unwrap();
        let within = Duration::from_secs(60);
        let waited = self.state.came.wait_timeout_while(asked, within, |it| it.len() < times);
        assert!(!waited.unwrap().1.timed_out(), "it was not asked {times} times");
    }

    /// Ends all hanging, from now on too.
    pub(crate) fn release(&self) {
        self.state.is_released.store(true, Ordering::SeqCst);
    }

    /// Answers one request, as far as its sender is there.
    fn serve(
        &self,
        mut stream: TcpStream,
        does: &dyn Fn(usize, &str) -> Does,
    ) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request: Value = serde_json::from_slice(&body).unwrap();
        let new = new_messages(&request);
        let number = {
            let mut asked = self.state.asked.lock().unwrap();
            asked.push(Asked { new: new.clone(), length });
            asked.len() - 1
        };
        self.state.came.notify_all();
        let learned = || said(&facts(&request), "stop");
        let head = "content-type: application/json\r\nconnection: close\r\n";
        let whole = |status: u16, more: &str, body: &str| {
            format!(
                "HTTP/1.1 {status} X\r\n{head}{more}content-length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        match does(number, &new) {
            Does::Learns => stream.write_all(whole(200, "", &learned()).as_bytes()),
            Does::Says(text, ended) => {
                stream.write_all(whole(200, "", &said(&text, ended)).as_bytes())
            }
            Does::Answers(status, wait, body) => {
                let wait = wait.map(|wait| format!("retry-after: {wait}\r\n")).unwrap_or_default();
                stream.write_all(whole(status, &wait, &body).as_bytes())
            }
            Does::Hangs => {
                stream.set_read_timeout(Some(Duration::from_millis(20)))?;
                while !self.state.is_released.load(Ordering::SeqCst) {
                    // It is gone when there is nothing more to come.
                    if stream.read(&mut [0]).is_ok_and(|read| read == 0) {
                        return Ok(());
                    }
                }
                stream.write_all(whole(200, "", &learned()).as_bytes())
            }
            Does::Drips => {
                stream
                    .write_all(whole(200, "", &" ".repeat(1 << 20)).as_bytes()[..200].as_ref())?;
                loop {
                    stream.write_all(b" ")?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
            does @ (Does::BreaksOff | Does::Dies) => {
                if matches!(does, Does::Dies) {
                    self.state.is_dead.store(true, Ordering::SeqCst);
                    drop(TcpStream::connect(self.address));
                }
                let whole = whole(200, "", &learned());
                stream.write_all(&whole.as_bytes()[..whole.len() - 40])
            }
        }
    }
}

/// What OpenAI answers.
pub(crate) fn said(text: &str, ended: &str) -> String {
    json!({"model": "tiny", "usage": {"prompt_tokens": 9, "completion_tokens": 3},
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": ended}]})
    .to_string()
}

/// A fact as the model writes it of its first new message.
pub(crate) fn fact(quote: &str) -> Value {
    let text = quote.replace("I bought", "User bought");
    json!({"message": 1, "quote": quote, "text": text, "about": "user"})
}

fn new_messages(request: &Value) -> String {
    let messages = request["messages"].as_array().unwrap().iter();
    let texts = messages.filter_map(|message| message["content"].as_str());
    let all = texts.collect::<Vec<_>>().join("\n");
    let (_, new) = all.split_once("New messages:\n").unwrap_or_default();
    let rows = new.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let said: Vec<_> = rows.filter_map(|row| Some(row["text"].as_str()?.to_owned())).collect();
    said.join("\n")
}

fn facts(request: &Value) -> String {
    let new = new_messages(request);
    let facts = new.lines().enumerate().map(|(at, said)| {
        let mut fact = fact(said);
        fact["message"] = (at + 1).into();
        fact
    });
    json!({"facts": facts.collect::<Vec<_>>()}).to_string()
}
