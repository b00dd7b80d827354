//! A small HTTP/1.1 server on a loopback port, on threads of its own, so that it answers whatever
//! the runtime under test does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// One request as it was read: the line and the header lines.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
}

const PIECES: Duration = Duration::from_millis(5);

type Answering = Arc<dyn Fn(&Heard) -> String + Send + Sync>;

pub(crate) struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

/// A whole answer with this JSON.
pub(crate) fn ok(json: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
}

impl Server {
    /// Answers what the closure writes.
    pub(crate) fn start(answering: impl Fn(&Heard) -> String + Send + Sync + 'static) -> Self {
        Self::start_with(None, answering)
    }

    /// The same, closing each connection on which nothing came for so long.
    pub(crate) fn start_with(
        idle: Option<Duration>,
        answering: impl Fn(&Heard) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::start_closing(idle, Duration::ZERO, answering)
    }

    /// The same on a long way: a request that comes later than `crossing` before the closing
    /// crosses it, and is never answered.
    pub(crate) fn start_closing(
        idle: Option<Duration>,
        crossing: Duration,
        answering: impl Fn(&Heard) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self {
            address,
            heard: Arc::default(),
            connections: Arc::default(),
            stop: Arc::default(),
        };
        let (heard, connections) = (Arc::clone(&server.heard), Arc::clone(&server.connections));
        let (stop, answering): (_, Answering) = (Arc::clone(&server.stop), Arc::new(answering));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                connections.fetch_add(1, Ordering::SeqCst);
                let (heard, answering) = (Arc::clone(&heard), Arc::clone(&answering));
                thread::spawn(move || serve(&stream, idle, crossing, &heard, &answering));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listening thread, which then sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers requests on one connection until either side ends it.
fn serve(
    stream: &TcpStream,
    idle: Option<Duration>,
    crossing: Duration,
    heard: &Mutex<Vec<Heard>>,
    answering: &Answering,
) -> Option<()> {
    stream.set_read_timeout(idle).ok()?;
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    let mut answered: Option<Instant> = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let closing = answered.zip(idle).map(|(answered, idle)| answered + idle - crossing);
        if closing.is_some_and(|closing| Instant::now() >= closing) {
            return None;
        }
        let mut headers = Vec::new();
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            headers.push(header.to_owned());
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let request = Heard { line: line.trim_end().to_owned(), headers };
        let answer = answering(&request);
        heard.lock().ok()?.push(request);
        let mut stream = stream;
        // Larger answers come in several pieces too.
        let head = answer.find("\r\n\r\n").map_or(0, |end| end + 4);
        stream.write_all(answer.as_bytes().get(..head)?).ok()?;
        thread::sleep(PIECES);
        stream.write_all(answer.as_bytes().get(head..)?).ok()?;
        answered = Some(Instant::now());
    }
}
