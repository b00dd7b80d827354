use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use clients::contender::Error;
use clients::flight::Flight;
use clients::run::Measured;

use crate::Options;
use crate::scenario::{OFFICIAL, Scenario};

/// The server's process, which ends with this one.
pub struct Server {
    process: Child,
    base_url: String,
}

impl Server {
    pub fn start() -> Result<Self, Error> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut base_url = String::new();
        let stdout = process.stdout.take().ok_or("no standard output")?;
        BufReader::new(stdout).read_line(&mut base_url)?;
        Ok(Self { process, base_url: base_url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Contender {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Contender {
    fn start(mut command: Command) -> Result<Self, Error> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = process.stdin.take().ok_or("no standard input")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no standard output")?);
        Ok(Self { process, orders, answers })
    }

    fn order(&mut self, scenario: &Scenario, requests: usize) -> Result<Measured, Error> {
        writeln!(self.orders, "{} {} {requests}", scenario.work, scenario.in_flight)?;
        self.orders.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err("the contender ended".into());
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The contenders' processes.
pub struct Contenders {
    base_url: String,
    python: Option<PathBuf>,
    node: Option<PathBuf>,
    /// The contenders that take a second to start, from their first use on.
    official: HashMap<&'static str, Contender>,
}

impl Contenders {
    pub fn new(server: &Server, options: &Options) -> Self {
        Self {
            base_url: server.base_url.clone(),
            python: options.python.clone(),
            node: options.node.clone(),
            official: HashMap::new(),
        }
    }

    /// Whether the contender can be started here.
    pub fn has(&self, name: &str) -> bool {
        match name {
            "typescript" => self.node.is_some(),
            name if OFFICIAL.contains(&name) => self.python.is_some(),
            _ => true,
        }
    }

    fn command(&self, name: &str) -> Result<Command, Error> {
        let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients");
        let mut command = match (name, &self.python, &self.node) {
            ("typescript", _, Some(node)) => {
                // Node looks for packages next to the program.
                let copy = node.join("contender.mjs");
                std::fs::copy(sources.join("contender.mjs"), &copy)?;
                let mut command = Command::new("node");
                command.arg(copy);
                command
            }
            ("python-async" | "python-sync", Some(python), _) => {
                let mut command = Command::new(python.join("bin/python"));
                command.arg(sources.join("contender.py")).arg(name);
                command
            }
            _ => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["contend", name]);
                command
            }
        };
        command
            .arg(&self.base_url)
            .env("MEM0_TELEMETRY", if name == "typescript" { "false" } else { "False" });
        command
            .env("NO_PROXY", "127.0.0.1")
            .env("MEM0_DIR", std::env::temp_dir().join("mem0-measured"));
        Ok(command)
    }

    /// Measures rounds in which the contenders take turns.
    pub fn measure(
        &mut self,
        scenario: &Scenario,
        names: &[&'static str],
        rounds: usize,
    ) -> Result<Vec<(String, Vec<Measured>)>, Error> {
        let mut all: Vec<(String, Vec<Measured>)> =
            names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        for round in 0..rounds {
            for place in 0..names.len() {
                // Each round begins with another contender.
                let place = (place + round) % names.len();
                let name = names[place];
                let mut contender = match self.official.remove(name) {
                    Some(contender) => contender,
                    None => Contender::start(self.command(name)?)?,
                };
                // The official clients take as long for a tenth of the requests.
                let is_official = OFFICIAL.contains(&name);
                let requests = match is_official {
                    true => (scenario.requests / 10).max(scenario.in_flight).max(1),
                    false => scenario.requests,
                };
                let measured = contender
                    .order(scenario, requests)
                    .map_err(|error| format!("{name}, {}: {error}", scenario.name()))?;
                all[place].1.push(measured);
                // The other contenders get a new process each turn: where memory happens to lie
                // makes a process up to a third slower or faster for its whole life.
                if is_official {
                    self.official.insert(name, contender);
                }
            }
        }
        Ok(all)
    }

    /// 10,000 adds at once, in a new process.
    pub fn fly(&self, name: &str) -> Result<Flight, Error> {
        let mut command = Command::new(std::env::current_exe()?);
        let output =
            command.args(["fly", name, &self.base_url]).stderr(Stdio::inherit()).output()?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The first request of each contender, each in a new process, in turns. Returns medians in
    /// microseconds, and of the ratio to the baseline. Names come in pairs, the baseline first.
    pub fn first(&self, names: &[&str], rounds: usize) -> Result<Vec<(f64, f64)>, Error> {
        let mut all = vec![Vec::new(); names.len()];
        for _ in 0..rounds {
            for (times, name) in all.iter_mut().zip(names) {
                let mut command = Command::new(std::env::current_exe()?);
                let output = command
                    .args(["first", name, &self.base_url])
                    .stderr(Stdio::inherit())
                    .output()?;
                times.push(String::from_utf8(output.stdout)?.trim().parse::<f64>()?);
            }
        }
        let median = |mut figures: Vec<f64>| {
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let mut told = Vec::new();
        for pair in all.chunks(2) {
            for times in pair {
                let baseline = pair.first().into_iter().flatten();
                let ratios = times.iter().zip(baseline).map(|(own, its)| own / its).collect();
                told.push((median(times.clone()), median(ratios)));
            }
        }
        Ok(told)
    }

    /// One round with the counting allocator, for each contender that has one.
    pub fn count(
        &self,
        scenario: &Scenario,
        names: &[&'static str],
    ) -> Result<Vec<(String, Measured)>, Error> {
        let binary = std::env::current_exe()?.with_file_name("clients-counting");
        if !binary.exists() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for name in names.iter().filter(|name| !OFFICIAL.contains(name)) {
            let mut command = Command::new(&binary);
            command.args([name, self.base_url.as_str()]);
            let measured = Contender::start(command)?.order(scenario, scenario.requests)?;
            all.push(((*name).to_owned(), measured));
        }
        Ok(all)
    }
}
