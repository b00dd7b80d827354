//! Reads all memories of all users over HTTP, page by page.

use std::path::Path;
use std::time::Instant;

use mem0_client::{Filter, GetAllMemoryOptions};
use mem0_client_blocking::MemoryClient;

use crate::Failure;
use crate::server::{self, Server};

/// The numbers of rows after which the memory in use is first measured.
const FIRST: [usize; 2] = [10_000, 100_000];

/// How many megabytes more than after [`FIRST`] all rows may take, for an allocator's noise.
const SLACK: u64 = 12;

/// How many bytes a client may take for each row: a hash of 16, and its share of a table that
/// doubles, the old table beside the new one for a moment.
const A_ROW: usize = 60;

/// Reads with either client, from a server that was just started.
pub fn stream(data: &Path) -> Result<(), Failure> {
    println!("| | rows | seconds | rows a second | | at first | 10,000 | 100,000 | all |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let options = || GetAllMemoryOptions::new(Filter::any_user()).page_size(200);

    let server = Server::start(data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut course = Course::begin(&server)?;
    runtime.block_on(async {
        let mut all = server.client.get_all_stream(options());
        while let Some(memory) = all.next().await {
            course.row(&memory?.id)?;
        }
        Ok::<_, Failure>(())
    })?;
    course.end("`AsyncMemoryClient`, `get_all_stream`")?;
    server.stop()?;

    let server = Server::start(data)?;
    let client =
        MemoryClient::builder().api_key("bench").base_url(server.base_url.as_str()).build()?;
    let mut course = Course::begin(&server)?;
    for memory in client.get_all_iter(options()) {
        course.row(&memory?.id)?;
    }
    course.end("`MemoryClient`, `get_all_iter`")?;
    server.stop()
}

/// The number of rows so far, and the memory in use on the way, in this process and in the server.
struct Course<'a> {
    server: &'a Server,
    began: Instant,
    rows: usize,
    resident: Vec<(u64, u64)>,
}

impl<'a> Course<'a> {
    fn begin(server: &'a Server) -> Result<Self, Failure> {
        let mut course = Self { server, began: Instant::now(), rows: 0, resident: Vec::new() };
        course.measure()?;
        Ok(course)
    }

    fn measure(&mut self) -> Result<(), Failure> {
        let own = server::resident_megabytes(std::process::id())?;
        self.resident.push((own, self.server.resident_megabytes()?));
        Ok(())
    }

    fn row(&mut self, id: &str) -> Result<(), Failure> {
        if id.is_empty() {
            return Err("a memory without an id".into());
        }
        self.rows += 1;
        if FIRST.contains(&self.rows) {
            self.measure()?;
        }
        Ok(())
    }

    fn end(mut self, name: &str) -> Result<(), Failure> {
        let took = self.began.elapsed().as_secs_f64();
        self.measure()?;
        let rate = self.rows as f64 / took;
        let of = |side: fn(&(u64, u64)) -> u64| self.resident.iter().map(side).collect::<Vec<_>>();
        let hashes = (self.rows * A_ROW / 1_000_000) as u64;
        for (side, megabytes, slack) in [
            ("client, MB", of(|both| both.0), SLACK + hashes),
            ("server, MB", of(|both| both.1), SLACK),
        ] {
            let cells: Vec<_> = megabytes.iter().map(u64::to_string).collect();
            println!(
                "| {name} | {} | {took:.0} | {rate:.0} | {side} | {} |",
                self.rows,
                cells.join(" | ")
            );
            if let [_, .., early, late] = megabytes[..]
                && late > early + slack
            {
                return Err(
                    format!("{side}: {early} after {} rows, {late} after all", FIRST[1]).into()
                );
            }
        }
        Ok(())
    }
}
