use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::receiver::Receiver;

/// The keys of the tenants that are not to notice anything. The second one has a webhook.
pub(super) const BYSTANDER: &str = "bystander";
pub(super) const LISTENER: &str = "listener";

/// How many rounds it does when nothing is measured, and how long each may take at the very most.
const ROUNDS: usize = 15;
const AT_MOST: Duration = Duration::from_secs(20);

/// How long it rests between two rounds, so that it is no attack itself.
const REST: Duration = Duration::from_millis(10);

/// The times that the calls of each kind took.
pub(super) struct Waited {
    search: Vec<Duration>,
    add: Vec<Duration>,
    ready: Vec<Duration>,
    /// From an add until its delivery arrives.
    delivery: Vec<Duration>,
}

/// The number-th call of its kind.
type Call = Box<dyn FnMut(&mut Connection, usize) + Send>;

/// Searches, adds, asks whether the server is ready and awaits deliveries, for so long or some
/// rounds of each.
pub(super) fn work(address: SocketAddr, receiver: Receiver, measured: Option<Duration>) -> Waited {
    let mut first = Connection::new(address, BYSTANDER);
    for n in 0..20 {
        first.add(n);
    }
    let repeat = |key, mut call: Call| {
        thread::spawn(move || {
            let (mut connection, began) = (Connection::new(address, key), Instant::now());
            let mut waited = Vec::new();
            let goes_on = |done: usize| match measured {
                Some(time) => began.elapsed() < time,
                None => done < ROUNDS,
            };
            while goes_on(waited.len()) {
                let since = Instant::now();
                call(&mut connection, waited.len());
                waited.push(since.elapsed());
                thread::sleep(REST);
            }
            waited
        })
    };
    let search = repeat(BYSTANDER, Box::new(|connection, _| connection.search()));
    let add = repeat(BYSTANDER, Box::new(|connection, n| connection.add(100 + n)));
    let ready = repeat(BYSTANDER, Box::new(|connection, _| connection.ready()));
    let delivery = repeat(
        LISTENER,
        Box::new(move |connection, n| {
            connection.add(n);
            receiver.next(AT_MOST);
        }),
    );
    let join = |thread: thread::JoinHandle<Vec<Duration>>| thread.join().unwrap();
    Waited { search: join(search), add: join(add), ready: join(ready), delivery: join(delivery) }
}

/// The names of what is printed, and the most that each may be.
pub(super) const HEADER: &str = "attack,searches,search_p50_ms,search_p99_ms,adds,add_p50_ms,\
                                 add_p99_ms,readies,ready_p50_ms,ready_p99_ms,deliveries,\
                                 delivery_p50_ms,delivery_p99_ms,peak_mib\n\
                                 at most,,,50,,,100,,,1000,,,,700\n";

/// The number, the median and the 99th percentile of each, in milliseconds.
impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut of = |times: &[Duration]| {
            let mut times = times.to_vec();
            times.sort_unstable();
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64();
            write!(f, "{},{:.1},{:.1},", times.len(), at(0.5) * 1000.0, at(0.99) * 1000.0)
        };
        of(&self.search)?;
        of(&self.add)?;
        of(&self.ready)?;
        of(&self.delivery)?;
        Ok(())
    }
}

/// A connection that stays open.
struct Connection {
    address: SocketAddr,
    key: &'static str,
    stream: Option<BufReader<TcpStream>>,
}

impl Connection {
    fn new(address: SocketAddr, key: &'static str) -> Self {
        Self { address, key, stream: None }
    }

    fn search(&mut self) {
        let body = json!({"query": "what do I like?", "filters": {"user_id": "b"}}).to_string();
        let found = self.call("POST", "/v3/memories/search/", &body);
        assert!(!found["results"].as_array().unwrap().is_empty(), "{found}");
    }

    fn add(&mut self, n: usize) {
        let text = format!("I like the number {n}");
        let body = json!({"messages": text, "user_id": "b", "infer": false}).to_string();
        let added = self.call("POST", "/v3/memories/add/", &body);
        assert_eq!(added["status"], "SUCCEEDED", "{added}");
    }

    fn ready(&mut self) {
        assert_eq!(self.call("GET", "/ready", "")["status"], "ok");
    }

    /// Makes a call, which must succeed. A connection that was closed between two calls is
    /// replaced.
    fn call(&mut self, method: &str, path: &str, body: &str) -> Value {
        for _ in 0..2 {
            if let Some((status, answer)) = self.try_call(method, path, body) {
                assert_eq!(status, 200, "{method} {path}: {answer}");
                return answer;
            }
            self.stream = None;
        }
        panic!("{method} {path} is not answered");
    }

    fn try_call(&mut self, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
        let reader = match &mut self.stream {
            Some(reader) => reader,
            none => {
                let stream = TcpStream::connect_timeout(&self.address, AT_MOST).ok()?;
                stream.set_read_timeout(Some(AT_MOST)).ok()?;
                stream.set_nodelay(true).ok()?;
                none.insert(BufReader::new(stream))
            }
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Token {}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        reader.get_mut().write_all(head.as_bytes()).ok()?;
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let status = line.get(9..12)?.parse().ok()?;
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length: ") {
                length = value.parse().ok()?;
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).ok()?;
        Some((status, serde_json::from_slice(&answer).ok()?))
    }
}
