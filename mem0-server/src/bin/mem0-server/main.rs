//! Serves the Mem0 platform's API from one data folder on this machine.

mod api_key;
mod arguments;
mod change_embedder;
mod check_config;
mod components;
mod config;
mod folder;
mod keys;
mod nearest_name;
mod serving;
mod stderr_log;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use mem0_engine::{Engine, EngineError, EngineOptions};
use mem0_server::{Metrics, Receivers, RouterOptions, deliver, metrics_router, router_with};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout_at};
use tracing::Level;

use arguments::Command;
use change_embedder::Mode;
use config::Config;
use serving::Limits;

/// It gives memory back to the system, which glibc's own keeps for the threads that had it once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The least time to close the folder in, when requests have used up the drain limit.
const CLOSING: Duration = Duration::from_secs(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let command = match arguments::read() {
        Ok(command) => command,
        Err(error) => {
            complain(&format!("{error}\nTry mem0-server --help."));
            return ExitCode::from(2);
        }
    };
    let serves = matches!(command, Command::Serve(_));
    if !matches!(command, Command::Help | Command::Version) {
        let names = std::env::vars_os().map(|(name, _)| name);
        for warning in nearest_name::unknown_variables(names) {
            if serves {
                stderr_log::write_line(Level::WARN, &warning);
            } else {
                complain(&warning);
            }
        }
    }
    let done = match command {
        Command::Help => show(arguments::HELP),
        Command::Version => show(concat!("mem0-server ", env!("CARGO_PKG_VERSION"))),
        Command::PrintConfig(config) => show(&config.to_toml()),
        Command::Serve(config) => serve(&config),
        Command::Keys(options) => keys::run(options),
        Command::ChangeEmbedder(options) => change_embedder::run(options),
        Command::CheckConfig(config) => match check_config::run(&config) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
        Command::Folder(options) => match folder::run(options) {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error = with_causes(&*error);
            if serves {
                stderr_log::write_line(Level::ERROR, &error);
            } else {
                complain(&error);
            }
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, in one line.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Says which data folder cannot be used, and why.
fn unusable(data_dir: &Path, error: EngineError) -> Failure {
    match error {
        EngineError::Storage(source) => {
            let why = with_causes(&*source);
            format!("cannot use the data folder {}: {why}", data_dir.display()).into()
        }
        EngineError::NoFolder(path) => format!(
            "{} is not a data folder: it does not contain mem0.db. Give the right one with \
             --data-dir. The server makes a new one when it starts, and \"keys create\" and \
             \"import\" do with --create-folder",
            path.display()
        )
        .into(),
        error @ (EngineError::OtherEmbedder { .. } | EngineError::ChangingEmbedder { .. }) => {
            let folder = data_dir.display();
            format!(
                "{error}. The command \"mem0-server change-embedder --to NAME --data-dir {folder}\" \
                 changes it or goes on with that, with --cancel instead of --to it cancels; \
                 with --change-embedder free, the server changes it while it serves"
            )
            .into()
        }
        other => other.into(),
    }
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// Prints what can be printed again. A reader that has read enough, such as `head`, is not a
/// failure.
fn show(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn complain(text: &str) {
    // Nothing can be done when standard error is closed.
    let _ = writeln!(io::stderr(), "mem0-server: {text}");
}

fn serve(config: &Config) -> Result<(), Failure> {
    stderr_log::install(config.log)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(config))
}

/// Opens the folder with the components that are configured.
fn open(data_dir: &Path, config: &Config) -> Result<Engine, Failure> {
    // First, so that a wrong setting is said before anything is opened.
    let reranker = components::reranking(config)?;
    let llm = components::llm(config)?;
    let embedder = config.embedder.as_ref().map(components::choice).transpose()?;
    if let Some(llm) = &llm {
        let place = check_config::place(llm.goes_to());
        let line = format!("the language model is {}, {place}", llm.name());
        stderr_log::write_line(Level::INFO, &line);
    }
    let mut options = EngineOptions::default().llm_limits(config.llm_limits);
    if let Some(llm) = llm {
        options = options.llm(llm);
    }
    let engine = match (embedder, config.change_embedder) {
        (None, Mode::No) => Engine::open_with(data_dir, options),
        (None, _) => return Err("change_embedder needs the option embedder".into()),
        (Some(embedder), Mode::No) => Engine::open_with(data_dir, options.embedder(embedder)),
        (Some(to), mode) => {
            change_embedder::agree(data_dir, config, &to, mode)?;
            Engine::open_with(data_dir, options.change_embedder(to))
        }
    };
    let engine = engine.map_err(|error| unusable(data_dir, error))?;
    Ok(match reranker {
        Some(reranker) => engine.with_reranker(reranker),
        None => engine,
    })
}

async fn run(config: &Config) -> Result<(), Failure> {
    let data_dir = std::path::absolute(&config.data_dir)?;
    let is_new = !data_dir.join("mem0.db").exists();
    let engine = open(&data_dir, config)?;
    let done = if is_new { "created" } else { "opened" };
    let data_dir = data_dir.display();
    stderr_log::write_line(Level::INFO, &format!("{done} the data folder {data_dir}"));
    let listener = TcpListener::bind(&config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let metrics = Metrics::default();
    let metrics_listener = match config.metrics_listen {
        None => None,
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .map_err(|error| format!("cannot listen on {address} for metrics: {error}"))?,
        ),
    };
    // After everything that may fail, since a key made here is shown only once.
    let authentication = api_key::accepted(&engine, config).await?;
    let mut options = RouterOptions::default();
    options.body_limit = config.body_limit;
    options.base_url = config.base_url.clone();
    options.cors_origins = config.cors_origins.clone();
    options.rate_limit = config.rate_limit;
    options.sleep = Some(|time| Box::pin(tokio::time::sleep(time)));
    options.metrics = Some(metrics.clone());
    let app = router_with(engine.clone(), authentication, options);
    // Before the line that says the server is ready: whoever reads that may stop it at once.
    let mut signals = Signals::new()?;
    if let Some(listener) = metrics_listener {
        print(&format!("metrics on http://{}/metrics", listener.local_addr()?))?;
        let app = metrics_router(engine.clone(), metrics.clone());
        // It ends with the process, since nothing of it must be finished.
        tokio::spawn(async move { axum::serve(listener, app).await });
    }
    let address = listener.local_addr()?;
    // Whatever the address is: behind a proxy on this machine, callers come from elsewhere.
    let receivers = if config.private_webhooks { Receivers::Anywhere } else { Receivers::Public };
    let delivering = deliver(&engine, receivers)?;
    tokio::spawn(change_embedder::report(engine.clone()));
    print(&announcement(address))?;
    let limits = Limits {
        connections: serving::connections(config.max_connections),
        head: config.header_timeout,
        body: config.body_timeout,
    };
    let draining = serving::serve(listener, app, metrics, limits, signals.next()).await;
    let until = Instant::now() + config.drain_limit;
    let closing = async {
        draining.finish(until).await;
        timeout_at(until.max(Instant::now() + CLOSING), engine.close()).await
    };
    let closed = tokio::select! {
        closed = closing => closed.ok(),
        () = signals.next() => None,
    };
    match closed {
        Some(closed) => closed?,
        None => {
            tracing::warn!("stopped before everything was done; what is queued waits for a start");
            // What was acknowledged is on disk, and no query that goes on keeps the process.
            std::process::exit(0)
        }
    }
    drop(delivering);
    Ok(())
}

fn announcement(address: SocketAddr) -> String {
    let line = format!("mem0-server listening on http://{address}");
    if address.ip().is_loopback() {
        line
    } else {
        format!("{line} (other machines can reach it, and the connection is not encrypted)")
    }
}

/// The signals that ask the process to stop.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The signals that ask the process to stop.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        self.0.recv().await;
    }
}
