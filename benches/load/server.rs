use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mem0_client::{AsyncMemoryClient, Filter, SearchMemoryOptions};

use crate::Failure;

/// The server as a process.
pub struct Server {
    process: Child,
    pub client: AsyncMemoryClient,
    pub base_url: String,
    pub started_within: Duration,
}

impl Server {
    /// Starts the program next to this one on a folder. Returns when it answers.
    pub fn start(data: &Path) -> Result<Self, Failure> {
        let program = std::env::current_exe()?.with_file_name("mem0-server");
        if !program.exists() {
            return Err("build the server first: cargo build --release -p mem0-server".into());
        }
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let began = Instant::now();
        let process = Command::new(program)
            .arg("--data-dir")
            .arg(data)
            .args(["--listen", &address.to_string(), "--api-key", "bench"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        while std::net::TcpStream::connect(address).is_err() {
            if began.elapsed() > Duration::from_secs(60) {
                return Err("the server does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let started_within = began.elapsed();
        let base_url = format!("http://{address}");
        let client =
            AsyncMemoryClient::builder().api_key("bench").base_url(base_url.as_str()).build()?;
        Ok(Self { process, client, base_url, started_within })
    }

    pub fn resident_megabytes(&self) -> Result<u64, Failure> {
        resident_megabytes(self.process.id())
    }

    pub fn stop(mut self) -> Result<(), Failure> {
        Command::new("kill").arg(self.process.id().to_string()).status()?;
        self.process.wait()?;
        Ok(())
    }
}

/// How much memory a process has in RAM.
pub fn resident_megabytes(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.ok_or("no VmRSS")?.parse::<u64>()? / 1000)
}

pub async fn search(client: &AsyncMemoryClient, user: &str, question: &str) -> Result<(), Failure> {
    let options = SearchMemoryOptions::new(Filter::user_id(user)).threshold(0.0);
    let found = client.search(question, options).await?;
    if found.is_empty() { Err("nothing was found".into()) } else { Ok(()) }
}
