//! The local platform on a loopback socket, with every answer held against the published
//! specification.
//!
//! Takes the options of `mem0-server` that `run` gives. An answer that departs from the
//! specification reaches the client as a 599 with the reason, and makes the process end with
//! status 1.

use std::error::Error;
use std::process::ExitCode;

use mem0_components::{MemoryConfig, Registry};
use mem0_engine::{Engine, EngineOptions};
use mem0_server::{Authentication, router};
use mem0_tests::checked::{Violations, checked_into};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut options = EngineOptions::default();
    if let Ok(llm) = option("--llm") {
        let config = MemoryConfig::from_json(&format!("{{\"llm\": {llm}}}"))?;
        let registry = mem0_providers::register(Registry::empty());
        options = options.llm(registry.build(&config)?.llm.ok_or("--llm names no model")?);
    }
    let engine = Engine::open_with(option("--data-dir")?, options)?;
    let keys = Authentication::key(&option("--api-key")?);
    let violations = Violations::default();
    let app = checked_into(router(engine.clone(), keys), &violations);
    let listener = TcpListener::bind(option("--listen")?).await?;
    println!("checked server listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(terminated()).await?;
    engine.close().await?;
    let departed = violations.take();
    for violation in &departed {
        eprintln!("{violation}");
    }
    Ok(if departed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    if let Ok(mut signal) = signal(SignalKind::terminate()) {
        signal.recv().await;
    }
}

#[cfg(not(unix))]
async fn terminated() {
    let _ = tokio::signal::ctrl_c().await;
}

fn option(name: &str) -> Result<String, String> {
    let mut words = std::env::args().skip_while(|word| word != name).skip(1);
    words.next().ok_or_else(|| format!("{name} is missing"))
}
