use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mem0_tests::openapi::Specification;
use serde_json::Value;

/// The binary as a process, which is killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Its standard output before it was ready.
    pub(crate) lines: Vec<String>,
}

pub(crate) fn command(data_dir: &Path) -> Command {
    let mut command = unconfigured(data_dir);
    // Quicker than the default: most tests are not about meaning.
    command.args(["--embedder", "static"]);
    command
}

/// The same without an embedder of its own.
pub(crate) fn unconfigured(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir);
    command.env_remove("MEM0_SERVER_API_KEY");
    command
}

impl Server {
    /// Starts it, and reads its output until it announces its address.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            lines.push(line.unwrap());
            let line = lines.last().unwrap();
            if let Some(address) = line.strip_prefix("mem0-server listening on http://") {
                let address = address.parse().unwrap();
                return Self { child, address, lines };
            }
        }
        panic!("it never listened: {lines:?} {:?}", child.wait());
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        // The shell's built-in, since not every system has a kill program.
        let kill = format!("kill {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Its exit code; `None` when a signal ended it.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The most memory that it has had resident, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        1024 * line.trim().strip_suffix(" kB").unwrap().trim().parse::<u64>().unwrap()
    }

    /// Ends it with SIGKILL, unless it has ended already.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn stop(mut self) {
        self.signal("-TERM");
        assert_eq!(self.ended(), Some(0));
    }

    pub(crate) fn get(&self, key: &str, path: &str) -> (u16, Value) {
        send(self.address, key, "GET", path, "").unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request on a new connection. An error means that no complete answer came back.
pub(crate) fn send(
    address: SocketAddr,
    key: &str,
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(head(key, method, path, body.len()).as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let (status, answer) = read_answer(&mut stream)?;
    let path = path.split('?').next().unwrap();
    // The specification does not list the server's own failures.
    if matches!(status, 500 | 503 | 507) {
        return Ok((status, answer));
    }
    let bytes = answer.to_string();
    Specification::published().validate(method, path, status, bytes.as_bytes()).unwrap();
    Ok((status, answer))
}

pub(crate) fn head(key: &str, method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Token {key}\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    )
}

pub(crate) fn read_answer(stream: &mut TcpStream) -> std::io::Result<(u16, Value)> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    Ok((status, serde_json::from_str(body).map_err(|_| broken())?))
}

/// One request on a connection that stays open, and its answer's status and headers.
pub(crate) fn exchange(stream: &mut TcpStream, request: &str) -> (u16, Vec<String>) {
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_ascii_lowercase()
    };
    let status = line()[9..12].parse().unwrap();
    let headers: Vec<_> = std::iter::from_fn(|| Some(line()).filter(|l| !l.is_empty())).collect();
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    (status, headers)
}
