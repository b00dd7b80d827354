//! Compares the SDK's clients with others. See `benches/README.md`.

mod conduct;
mod construction;
mod decoding;
mod plot;
mod report;
mod scenario;
mod target;

use std::path::PathBuf;

use clients::contender::Error;
use lexopt::ValueExt as _;

use conduct::{Contenders, Server};
use plot::Plot;
use report::{Outcome, cpu};
use scenario::{IN_FLIGHT, PLOTTED, ROWS, Scenario, growing, scenarios};

/// The options of the command line.
pub struct Options {
    /// Scales the number of rounds.
    effort: f64,
    /// Only these contenders; all if empty.
    only: Vec<String>,
    /// Only scenarios whose name begins like this; `first` is the first request of a process.
    scenario: String,
    /// Where to write all rounds as JSON.
    json: Option<PathBuf>,
    /// The folder for the plots and their data.
    plots: Option<PathBuf>,
    /// Where the official clients are installed: a virtual environment, and a folder with
    /// `node_modules`.
    python: Option<PathBuf>,
    node: Option<PathBuf>,
}

fn main() -> Result<(), Error> {
    let mut options = Options {
        effort: 1.0,
        only: Vec::new(),
        scenario: String::new(),
        json: None,
        plots: None,
        python: None,
        node: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Value(value) if value == "serve" => return Ok(clients::server::serve()?),
            lexopt::Arg::Value(value) if value == "contend" => {
                let (name, base_url) = (parser.value()?.string()?, parser.value()?.string()?);
                return clients::contender::contend(&name, &base_url, None);
            }
            lexopt::Arg::Value(value) if value == "fly" => {
                let (name, base_url) = (parser.value()?.string()?, parser.value()?.string()?);
                let flight = clients::flight::fly(&name, &base_url)?;
                println!("{}", serde_json::to_string(&flight)?);
                return Ok(());
            }
            lexopt::Arg::Value(value) if value == "first" => {
                let (name, base_url) = (parser.value()?.string()?, parser.value()?.string()?);
                println!("{}", construction::first(&name, &base_url)?);
                return Ok(());
            }
            lexopt::Arg::Long("effort") => options.effort = parser.value()?.parse()?,
            lexopt::Arg::Long("only") => {
                let names = parser.value()?.string()?;
                options.only = names.split(',').map(str::to_owned).collect();
            }
            lexopt::Arg::Long("scenario") => options.scenario = parser.value()?.string()?,
            lexopt::Arg::Long("json") => options.json = Some(parser.value()?.into()),
            lexopt::Arg::Long("plots") => options.plots = Some(parser.value()?.into()),
            lexopt::Arg::Long("python") => options.python = Some(parser.value()?.into()),
            lexopt::Arg::Long("node") => options.node = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    measure(&options)
}

fn measure(options: &Options) -> Result<(), Error> {
    let server = Server::start()?;
    let mut contenders = Contenders::new(&server, options);
    let mut outcomes = Vec::new();
    for scenario in scenarios() {
        if scenario.name().starts_with(&options.scenario) {
            let outcome = outcome(&mut contenders, &scenario, options, true)?;
            println!("{}", outcome.table());
            outcomes.push(outcome);
        }
    }
    let (mut decoded, mut flights) = (Vec::new(), None);
    if options.scenario == "first" {
        return first_requests(&contenders, options);
    }
    if options.scenario.is_empty() {
        decoded = decoding::decode(((60.0 * options.effort) as usize).max(3))?;
        println!("\n### Decoding a page of 200 rows\n\n| | MB/s | / derived |\n|---|---|---|");
        for decoding::Decoded { what, megabytes, ratio } in &decoded {
            println!("| {what} | {megabytes:.0} | {ratio:.3} |");
        }
        println!("\n### Making a client\n\n| | times | CPU, µs |\n|---|---|---|");
        for (what, times, micros) in construction::construct()? {
            println!("| {what} | {times} | {micros:.1} |");
        }
        first_requests(&contenders, options)?;
        let (ours, bare) = (contenders.fly("async")?, contenders.fly("reqwest")?);
        println!("\n### 10,000 adds in flight\n\n{ours:?}\n{bare:?}");
        flights = Some((ours, bare));
    }
    println!("{}", target::table(&outcomes, &decoded, flights.as_ref()));
    if let Some(folder) = &options.plots {
        let (in_flight, rows) = growing();
        std::fs::create_dir_all(folder)?;
        for (file, title, across, scenarios, places) in [
            (
                "clients-in-flight",
                "CPU per search of ten hits",
                "searches in flight",
                in_flight,
                IN_FLIGHT.map(|number| number as f64).to_vec(),
            ),
            (
                "clients-rows",
                "CPU per page of a list",
                "rows in the answer",
                rows,
                ROWS.map(f64::from).to_vec(),
            ),
        ] {
            let mut lines: Vec<_> =
                PLOTTED.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
            for (scenario, place) in scenarios.iter().zip(places) {
                let outcome = outcome(&mut contenders, scenario, options, false)?;
                for (name, points) in &mut lines {
                    let micros = outcome.of(name, cpu);
                    if micros.is_finite() {
                        points.push((place, micros));
                    }
                }
            }
            lines.retain(|(_, points)| !points.is_empty());
            let (title, across) = (title.to_owned(), across.to_owned());
            let plot = Plot { title, across, up: "µs of CPU".to_owned(), lines };
            std::fs::write(folder.join(format!("{file}.svg")), plot.svg())?;
            std::fs::write(folder.join(format!("{file}.csv")), plot.csv())?;
        }
    }
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_vec(&outcomes)?)?;
    }
    Ok(())
}

/// How long a program waits for its first answer.
fn first_requests(contenders: &Contenders, options: &Options) -> Result<(), Error> {
    let rounds = ((200.0 * options.effort) as usize).max(5);
    let told = contenders.first(&construction::FIRST, rounds)?;
    println!("\n### The first request of a process\n\n| | µs | / its baseline |\n|---|---|---|");
    for (name, (micros, ratio)) in construction::FIRST.iter().zip(told) {
        println!("| {name} | {micros:.0} | {ratio:.2} |");
    }
    Ok(())
}

/// Measures the contenders of a scenario that are selected and can be started here.
fn outcome(
    contenders: &mut Contenders,
    scenario: &Scenario,
    options: &Options,
    count: bool,
) -> Result<Outcome, Error> {
    let rounds = ((scenario.rounds as f64 * options.effort) as usize).max(1);
    let asked =
        |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let names = scenario.contenders.iter().copied();
    let names: Vec<_> = names.filter(|name| contenders.has(name) && asked(name)).collect();
    let measured = contenders.measure(scenario, &names, rounds)?;
    let counted = if count { contenders.count(scenario, &names)? } else { Vec::new() };
    Ok(Outcome { scenario: scenario.name(), measured, counted })
}
