//! The lower bound: a socket for each thread, prepared requests, and answers that are read but not
//! decoded.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::canned;
use crate::contender::{BlockingContender, Error};
use crate::plain::{AddBody, ListBody, SearchBody};
use crate::work::Work;

pub struct Raw {
    address: String,
}

struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
}

thread_local! {
    static SOCKET: RefCell<Option<Socket>> = const { RefCell::new(None) };
}

impl Raw {
    pub fn new(base_url: &str) -> Self {
        Self { address: base_url.trim_start_matches("http://").to_owned() }
    }

    fn exchange(&self, path: &str, body: &impl serde::Serialize) -> Result<usize, Error> {
        let body = serde_json::to_string(body)?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Token {}\r\naccept: */*\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            canned::API_KEY,
            body.len(),
        );
        SOCKET.with_borrow_mut(|socket| {
            if socket.is_none() {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                *socket = Some(Socket { stream, buffer: vec![0; 1 << 20] });
            }
            let Some(Socket { stream, buffer }) = socket else { return Ok(0) };
            stream.write_all(request.as_bytes())?;
            let (mut read, mut whole) = (0, usize::MAX);
            while read < whole {
                read += match stream.read(&mut buffer[read..])? {
                    0 => return Err("the server hung up".into()),
                    read => read,
                };
                let head = || buffer[..read].windows(4).position(|part| part == b"\r\n\r\n");
                if whole == usize::MAX
                    && let Some(head) = head()
                {
                    let text = std::str::from_utf8(&buffer[..head])?;
                    let length = text.split("content-length: ").nth(1).unwrap_or_default();
                    let length: usize = length.split("\r\n").next().unwrap_or_default().parse()?;
                    whole = head + 4 + length;
                }
            }
            Ok(1)
        })
    }
}

impl BlockingContender for Raw {
    fn work(&self, work: Work) -> Result<usize, Error> {
        match work {
            Work::Search => {
                let body = SearchBody::new(canned::QUERY, canned::USER);
                self.exchange("/v3/memories/search/", &body)
            }
            Work::Add => {
                self.exchange("/v3/memories/add/", &AddBody::new(canned::MESSAGES, canned::USER))
            }
            Work::List(rows) => {
                let path = format!("/v3/memories/?page=1&page_size={rows}");
                self.exchange(&path, &ListBody::new(canned::USER))
            }
            Work::Stream => {
                for page in 1..=canned::STREAMED / canned::PAGE {
                    let path = format!("/v3/memories/?page={page}&page_size={}", canned::PAGE);
                    self.exchange(&path, &ListBody::new(canned::USER))?;
                }
                Ok(1)
            }
        }
    }
}
