//! A cheap server that answers bytes made beforehand.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::canned;

struct Answers {
    fixed: HashMap<&'static str, Vec<u8>>,
    /// By the path and query of the request.
    pages: HashMap<String, Vec<u8>>,
}

impl Answers {
    fn new() -> Self {
        let fixed = HashMap::from([
            ("/v3/memories/search/", answer(&canned::search_answer())),
            ("/v3/memories/add/", answer(&canned::add_answer())),
            ("/v1/ping/", answer(&canned::ping_answer())),
        ]);
        let first = [1, 10, 50, 1000].map(|size| (1, size));
        let all = (1..=canned::STREAMED / canned::PAGE).map(|page| (page, canned::PAGE));
        let page = |(page, size)| {
            let path = format!("/v3/memories/?page={page}&page_size={size}");
            (path, answer(&canned::list_answer(page, size)))
        };
        Self { fixed, pages: first.into_iter().chain(all).map(page).collect() }
    }

    fn of(&self, target: &str) -> Option<&[u8]> {
        let path = target.split('?').next().unwrap_or_default();
        self.fixed.get(path).or_else(|| self.pages.get(target)).map(Vec::as_slice)
    }
}

fn answer(body: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ndate: Sat, 22 Aug 2026 17:10:11 GMT\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nx-request-id: 0f1c8fb46d204a5e9d620a4c7b1f5f10\r\n\r\n",
        body.len(),
    );
    (head + body).into_bytes()
}

/// Serves on a free loopback port, which it prints, until standard input ends.
pub fn serve() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        std::thread::spawn(|| {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            std::process::exit(0);
        });
        let answers = Arc::new(Answers::new());
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(connection(stream, Arc::clone(&answers)));
        }
    })
}

async fn connection(mut stream: TcpStream, answers: Arc<Answers>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    loop {
        let (size, held, answer) = loop {
            if let Some(request) = parse(&buffer, &answers)? {
                break request;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        buffer.drain(..size);
        if let Some(held) = held {
            tokio::time::sleep(held).await;
        }
        stream.write_all(answer).await?;
    }
}

/// The size of the request at the start of the buffer once it is complete, the delay of its answer,
/// and the answer.
#[allow(clippy::type_complexity)]
fn parse<'a>(
    buffer: &[u8],
    answers: &'a Answers,
) -> io::Result<Option<(usize, Option<Duration>, &'a [u8])>> {
    let Some(head) = buffer.windows(4).position(|part| part == b"\r\n\r\n") else {
        return Ok(None);
    };
    let bad = |what: &str| io::Error::other(what.to_owned());
    let text = std::str::from_utf8(&buffer[..head]).map_err(|_| bad("a head that is not text"))?;
    let mut lines = text.split("\r\n");
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let (mut length, mut held) = (0, None);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let number = || value.trim().parse::<usize>().map_err(|_| bad("a number that is none"));
        if name.eq_ignore_ascii_case("content-length") {
            length = number()?;
        } else if name.eq_ignore_ascii_case("x-hold-ms") {
            held = Some(Duration::from_millis(number()? as u64));
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(bad("a chunked request"));
        }
    }
    let size = head + 4 + length;
    if buffer.len() < size {
        return Ok(None);
    }
    match answers.of(target) {
        Some(answer) => Ok(Some((size, held, answer))),
        None => {
            eprintln!("nothing to answer to {target}");
            Err(bad("an unknown path"))
        }
    }
}
