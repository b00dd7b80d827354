//! Serves the Mem0 platform's API from one data folder on this machine.

mod api_key;
mod arguments;
mod keys;
mod stderr_log;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use mem0_engine::Engine;
use mem0_server::{Receivers, deliver, router};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use arguments::{Command, Options};

/// How long requests may take to finish once the server is told to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(30);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let command = match arguments::read() {
        Ok(command) => command,
        Err(error) => {
            complain(&format!("{error}\nTry mem0-server --help."));
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Help => print(arguments::HELP),
        Command::Version => print(concat!("mem0-server ", env!("CARGO_PKG_VERSION"))),
        Command::Serve(options) => serve(&options),
        Command::Keys(options) => keys::run(options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{text}")?)
}

fn complain(text: &str) {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr(), "mem0-server: {text}");
}

fn serve(options: &Options) -> Result<(), Failure> {
    stderr_log::install()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(options))
}

async fn run(options: &Options) -> Result<(), Failure> {
    let engine = Engine::open(&options.data_dir).map_err(|error| match error {
        mem0_engine::EngineError::Storage(source) => {
            format!("cannot use the data folder {}: {source}", options.data_dir.display()).into()
        }
        other => Failure::from(other),
    })?;
    let listener = TcpListener::bind(&options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    // After all that may fail: a key that is made here is shown only once.
    let authentication = api_key::accepted(&engine, options.api_key.as_deref()).await?;
    let app = router(engine.clone(), authentication);
    // Before the line that says that the server is ready: whoever reads it may already stop it.
    let stopping = stop_signal()?;
    let address = listener.local_addr()?;
    // Who can only come from this machine could call its addresses anyway.
    let receivers = if address.ip().is_loopback() || options.private_webhooks {
        Receivers::Anywhere
    } else {
        Receivers::Public
    };
    let delivering = deliver(&engine, receivers)?;
    print(&announcement(address))?;

    let (tell, told) = oneshot::channel();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async {
        stopping.await;
        let _ = tell.send(());
    });
    tokio::select! {
        served = async { serving.await } => served?,
        () = async {
            // Dropped without a word only when serving ended by itself.
            let _ = told.await;
            tokio::time::sleep(DRAIN_LIMIT).await;
        } => tracing::warn!(seconds = DRAIN_LIMIT.as_secs(), "some requests did not finish in time"),
    }
    engine.close().await?;
    drop(delivering);
    Ok(())
}

fn announcement(address: SocketAddr) -> String {
    let line = format!("mem0-server listening on http://{address}");
    if address.ip().is_loopback() {
        line
    } else {
        format!("{line} (other machines can reach it, and nothing is encrypted)")
    }
}

/// Waits until the process is asked to stop.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Waits until the process is asked to stop.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
