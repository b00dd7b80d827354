//! The local platform among clients that are slow, greedy, broken or many: it keeps serving the
//! others.
//!
//! The router is served by the binary's own `serving`, from its source.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mem0_client::{AddMemoryOptions, Filter, Scope};
use mem0_engine::{BuiltIn, Engine};
use mem0_server::{Authentication, BODY_LIMIT, Metrics, router};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::client::{Client, KEY, Settings, Way, ask, in_time};

#[allow(dead_code, reason = "only the binary counts its file handles")]
#[path = "../../mem0-server/src/bin/mem0-server/serving.rs"]
mod serving;

/// A local platform on a loopback socket, until it is dropped.
pub(crate) struct Platform {
    pub(crate) engine: Engine,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl Platform {
    /// With places for so many connections, each of which may take so long over a request.
    pub(crate) fn start(connections: usize, patience: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The static table, which is quicker than the default.
        let engine = Engine::open_with_built_in(folder.path(), BuiltIn::Static).unwrap();
        let app = router(engine.clone(), Authentication::key(KEY));
        let limits = serving::Limits { connections, head: patience, body: patience };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = engine.clone();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                let stopped = async { drop(stopped.await) };
                let draining =
                    serving::serve(listener, app, Metrics::default(), limits, stopped).await;
                draining.finish(Instant::now() + Duration::from_secs(1)).await;
                serving.close().await.unwrap();
            });
        });
        Self { engine, address, stop: Some(stop), thread: Some(thread), _folder: folder }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Lets both clients add, search, list and delete, each call in time.
    #[track_caller]
    fn serves(&self) {
        let base_url = self.base_url();
        let clients = [Way::Async, Way::Blocking].map(|way| {
            let base_url = base_url.clone();
            thread::spawn(move || {
                in_time(Duration::from_secs(60), move || good_client(way, &base_url));
            })
        });
        for client in clients {
            client.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A platform that panicked has failed its clients too.
            let _ = thread.join();
        }
    }
}

/// What somebody does who knows nothing of the others. Nothing is tried twice.
fn good_client(way: Way, base_url: &str) {
    let mut settings = Settings::new(base_url);
    settings.retry = mem0_client::RetryPolicy::none();
    settings.timeout = Duration::from_secs(20);
    let client = &Client::new(way, &settings).unwrap();
    let user = format!("{way:?}");
    for round in 0..5 {
        let text = format!("I climbed mountain number {round}");
        let options = AddMemoryOptions::new(Scope::user(&user)).infer(false);
        ask!(client.add(text.as_str(), options)).unwrap();
        let found = ask!(client.search("which mountain?", Filter::user_id(&user))).unwrap();
        assert_eq!(found.results.len(), round + 1);
    }
    let listed = ask!(client.get_all(Filter::user_id(&user))).unwrap();
    for memory in &listed.results {
        ask!(client.delete(memory.id.as_str())).unwrap();
    }
    assert_eq!(listed.results.len(), 5);
}

/// A request's head, whose body has so many bytes.
fn head(length: usize) -> String {
    format!(
        "POST /v3/memories/search/ HTTP/1.1\r\nhost: x\r\nauthorization: Token {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// The status of the next answer, and its body. `None` when the connection is over.
fn read_answer(stream: &mut impl BufRead) -> Option<(u16, Vec<u8>)> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let status = line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((status, body))
}

/// Room for more connections than many systems give a process by itself.
fn raise_the_limit_on_files(wanted: u64) {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        setrlimit(Resource::Nofile, limit).unwrap();
    }
}

#[test]
fn slow_clients() {
    let platform = Platform::start(1024, Duration::from_secs(5));
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut slow: Vec<_> = (0..50).map(|_| platform.connect()).collect();
        let over = &over;
        scope.spawn(move || {
            for byte in head(10).bytes().cycle() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                // Those that were sent away have had their share.
                slow.retain_mut(|stream| stream.write_all(&[byte]).is_ok());
                thread::sleep(Duration::from_millis(20));
            }
        });
        platform.serves();
        over.store(true, Ordering::SeqCst);
    });
}

#[test]
fn half_requests() {
    let platform = Platform::start(1024, Duration::from_secs(1));
    let halves = ["", "P", "POST /v3/memories/se", &head(100)[..80], &head(100)];
    let with_half_a_body = format!("{}{{\"query\": ", head(100));
    let mut streams = Vec::new();
    for half in halves.into_iter().chain([with_half_a_body.as_str()]) {
        for _ in 0..20 {
            let mut stream = platform.connect();
            stream.write_all(half.as_bytes()).unwrap();
            // Every other one hangs up.
            if streams.len() % 2 == 0 {
                stream.shutdown(std::net::Shutdown::Write).unwrap();
            }
            streams.push(stream);
        }
    }
    platform.serves();
    // Each of them is sent away in the end, with or without a word.
    for mut stream in streams {
        let mut said = Vec::new();
        match stream.read_to_end(&mut said) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
        }
        let said = String::from_utf8_lossy(&said);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    }
}

#[test]
fn oversized_bodies() {
    let platform = Platform::start(1024, Duration::from_secs(60));
    let over = AtomicBool::new(false);
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    let with_a_length = [head(BODY_LIMIT + 1).into_bytes(), vec![b' '; BODY_LIMIT + 1]].concat();
    let in_chunks = head(0).replace("content-length: 0", "transfer-encoding: chunked");
    let in_chunks =
        [in_chunks.into_bytes(), chunk.repeat(BODY_LIMIT / 0x10000 + 1), b"0\r\n\r\n".into()];
    thread::scope(|scope| {
        for request in [with_a_length, in_chunks.concat()] {
            let (platform, over) = (&platform, &over);
            scope.spawn(move || {
                loop {
                    let mut stream = platform.connect();
                    stream.write_all(&request).unwrap();
                    let answer = read_answer(&mut BufReader::new(stream));
                    assert_eq!(answer.map(|(status, _)| status), Some(413));
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
        }
        platform.serves();
        over.store(true, Ordering::SeqCst);
    });
}

#[test]
fn a_thousand_idle_connections() {
    raise_the_limit_on_files(4096);
    let platform = Platform::start(1024, Duration::from_secs(30));
    let idle: Vec<_> = (0..1000).map(|_| platform.connect()).collect();
    platform.serves();
    drop(idle);
}

/// More of them than there are places: others wait until the idle are sent away.
#[test]
fn idle_connections_in_every_place() {
    let platform = Platform::start(16, Duration::from_secs(1));
    let idle: Vec<_> = (0..64).map(|_| platform.connect()).collect();
    platform.serves();
    for mut stream in idle {
        let mut said = Vec::new();
        // Sent away, with or without a word.
        let _ = stream.read_to_end(&mut said);
        assert!(!said.starts_with(b"HTTP/1.1 2"));
    }
}

#[test]
fn pipelining() {
    let platform = Platform::start(1024, Duration::from_secs(30));
    let over = AtomicBool::new(false);
    let ask = |number: usize| {
        format!(
            "GET /v1/unknown-{number}/ HTTP/1.1\r\nhost: x\r\nauthorization: Token {KEY}\r\n\r\n"
        )
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    let mut stream = platform.connect();
                    let ping = "GET /v1/ping/ HTTP/1.1\r\nhost: x\r\nauthorization: Token ";
                    let requests: String = (0..200)
                        .map(|number| match number % 2 {
                            0 => format!("{ping}{KEY}\r\n\r\n"),
                            _ => ask(number),
                        })
                        .collect();
                    stream.write_all(requests.as_bytes()).unwrap();
                    let mut stream = BufReader::new(stream);
                    for number in 0..200 {
                        let (status, _) = read_answer(&mut stream).unwrap();
                        assert_eq!(status, if number % 2 == 0 { 200 } else { 404 }, "{number}");
                    }
                }
            });
        }
        platform.serves();
        over.store(true, Ordering::SeqCst);
    });
}

#[test]
fn a_flood_without_keys() {
    let platform = Platform::start(1024, Duration::from_secs(30));
    let (over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for thread in 0..8 {
            let (platform, over, refused) = (&platform, &over, &refused);
            scope.spawn(move || {
                let key = ["", "authorization: Token wrong\r\n"][thread % 2];
                let request =
                    head(2).replace(&format!("authorization: Token {KEY}\r\n"), key) + "{}";
                while !over.load(Ordering::SeqCst) {
                    // A body that nobody reads ends its connection.
                    let mut stream = BufReader::new(platform.connect());
                    stream.get_mut().write_all(request.as_bytes()).unwrap();
                    let (status, _) = read_answer(&mut stream).unwrap();
                    assert_eq!(status, 401);
                    refused.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        platform.serves();
        over.store(true, Ordering::SeqCst);
    });
    let refused = refused.into_inner();
    assert!(refused >= 100, "only {refused} came without a key");
}
