//! A plain HTTP server on a loopback address.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Answers each path with one JSON text, and remembers the requests.
pub struct Loopback {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

#[derive(Debug, Clone)]
pub struct Request {
    /// Method and path.
    pub line: String,
    /// One line for each header, names in lower case.
    pub headers: Vec<String>,
    pub body: String,
}

impl Loopback {
    pub fn answering(answers: &'static [(&'static str, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (connection, seen) = (connection.unwrap(), Arc::clone(&seen));
                thread::spawn(move || serve(&connection, answers, &seen));
            }
        });
        Self { address, requests }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Until the other side hangs up.
fn serve(mut connection: &TcpStream, answers: &[(&str, &str)], seen: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(connection);
    while let Some(request) = read(&mut reader) {
        let path = request.line.split([' ', '?']).nth(1).unwrap_or_default();
        let answer = answers.iter().find(|(known, _)| *known == path);
        let (status, body) = answer.map_or(("404 Not Found", "{}"), |(_, body)| ("200 OK", *body));
        seen.lock().unwrap().push(request);
        let length = body.len();
        write!(connection, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut lines =
        reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let line = lines.next()?;
    let headers: Vec<String> = lines
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some(format!("{}: {value}", name.to_lowercase()))
        })
        .collect();
    let length = headers.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let line = line.rsplit_once(' ')?.0.to_owned();
    Some(Request { line, headers, body: String::from_utf8(body).unwrap() })
}
