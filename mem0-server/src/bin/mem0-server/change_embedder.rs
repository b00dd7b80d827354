//! Changing the embedder of a data folder, by a command or while the server runs.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mem0_components::ProviderConfig;
use mem0_engine::{
    EmbedderChoice, EmbedderPlan, Engine, EngineError, cancel_embedder_change, plan_embedder_change,
};
use tracing::Level;

use crate::config::Config;
use crate::{Failure, Signals, complain, components, folder, show, stderr_log};

/// How often progress is said where there is no bar.
const SAID: Duration = Duration::from_secs(10);

/// How often the bar moves.
const MOVED: Duration = Duration::from_millis(250);

/// About how many characters a token of a provider has.
const CHARACTERS_A_TOKEN: u64 = 4;

/// `mem0-server change-embedder`.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) data_dir: PathBuf,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    Change {
        to: ProviderConfig,
        /// What a million tokens cost.
        price: Option<f64>,
        /// Whether whoever runs it has said yes.
        is_agreed: bool,
    },
    Cancel,
}

/// Whether a running server changes the embedder of its folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    #[default]
    No,
    /// If nobody charges for it.
    Free,
    /// Also if somebody does.
    Paid,
}

pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let data_dir = std::path::absolute(&options.data_dir)?;
    match options.action {
        Action::Change { to, price, is_agreed } => change(&data_dir, &to, price, is_agreed),
        Action::Cancel => {
            let cancelled = cancel_embedder_change(&data_dir);
            show(match cancelled.map_err(|error| folder::failed(&data_dir, error))? {
                true => "The change was cancelled; the data folder keeps its embedder.",
                false => "The data folder's embedder is not being changed.",
            })
        }
    }
}

fn change(
    data_dir: &Path,
    to: &ProviderConfig,
    price: Option<f64>,
    is_agreed: bool,
) -> Result<(), Failure> {
    let choice = components::choice(to)?;
    let plan = plan_embedder_change(data_dir, &choice);
    let plan = plan.map_err(|error| folder::failed(data_dir, error))?;
    if !is_change(&plan) {
        return show(&format!("The data folder has the embedder {} already.", plan.to));
    }
    let charges = components::charges(to) && plan.memories > 0;
    for line in described(&plan, charges.then_some(price)) {
        show(&line)?;
    }
    if charges && !plan.is_begun && !is_agreed && !agrees()? {
        return Err("nothing was changed, since nobody has agreed: add --yes, or type yes on a \
                    terminal"
            .into());
    }
    let engine = Engine::open_and_change_embedder(data_dir, choice)
        .map_err(|error| crate::unusable(data_dir, error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::new()?;
        let done = tokio::select! {
            done = engine.embedder_changed() => Some(done),
            () = follow(&engine) => None,
            () = signals.next() => None,
        };
        engine.close().await?;
        match done {
            Some(done) => Ok(done?),
            None => Err(Failure::from("stopped; the same command goes on where it was stopped")),
        }
    })?;
    show(&format!(
        "The data folder has the embedder {} now. Start the server with --embedder {} from now on.",
        plan.to, to.provider
    ))
}

/// Whether there is something to change.
fn is_change(plan: &EmbedderPlan) -> bool {
    plan.is_begun || plan.from != plan.to
}

/// What a change takes; with the price of a million tokens, if somebody charges for it.
fn described(plan: &EmbedderPlan, charged: Option<Option<f64>>) -> Vec<String> {
    let EmbedderPlan { from, to, memories, characters, disk_bytes, .. } = plan;
    let rest = if plan.is_begun { "The change goes on: " } else { "" };
    let megabytes = disk_bytes.div_ceil(1_000_000);
    let mut lines = vec![
        format!("{rest}{memories} memories of {from} are to be embedded by {to}."),
        format!(
            "The data folder grows by at most {megabytes} MB; what the former vectors take is used \
             again afterwards."
        ),
    ];
    if let Some(price) = charged {
        let tokens = characters.div_ceil(CHARACTERS_A_TOKEN);
        let cost = match price {
            Some(price) => {
                let cost = price * tokens as f64 / 1e6;
                format!("at {price} for a million tokens, that is about {cost:.2}")
            }
            None => "with embedding_price, the price of a million tokens, the cost is shown too"
                .to_owned(),
        };
        lines.push(format!(
            "The provider is sent {characters} characters, which are about {tokens} tokens; {cost}."
        ));
    }
    lines
}

/// Asks whoever sits at the terminal, if there is one.
fn agrees() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(io::stderr(), "Type yes to begin: ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// Shows how far the change has come, for as long as it is polled.
async fn follow(engine: &Engine) {
    let bar = folder::bar("memories");
    let (is_shown, mut waits) = (!bar.is_hidden(), None);
    let mut ticks = tokio::time::interval(if is_shown { MOVED } else { SAID });
    loop {
        ticks.tick().await;
        let Ok(Some(change)) = engine.embedder_change() else { continue };
        if is_shown {
            bar.set_length(change.memories);
            bar.set_position(change.done);
        } else if change.memories > 0 {
            complain(&format!("{} of {} memories", change.done, change.memories));
        }
        if change.waits_for != waits {
            waits = change.waits_for;
            if let Some(why) = &waits {
                bar.suspend(|| complain(&format!("it waits: {why}")));
            }
        }
    }
}

/// Says what a server's change of its embedder takes, if the folder has another one, and refuses
/// what nobody has agreed to.
pub(crate) fn agree(
    data_dir: &Path,
    config: &Config,
    to: &EmbedderChoice,
    mode: Mode,
) -> Result<(), Failure> {
    if !data_dir.join("mem0.db").exists() {
        return Ok(());
    }
    let plan = plan_embedder_change(data_dir, to);
    let plan = plan.map_err(|error| folder::failed(data_dir, error))?;
    let charges = config.embedder.as_ref().is_some_and(components::charges) && plan.memories > 0;
    let lines = described(&plan, charges.then_some(config.embedding_price));
    if is_change(&plan) {
        if charges && mode != Mode::Paid && !plan.is_begun {
            let lines = lines.join(" ");
            return Err(format!("{lines} To agree to that, set change_embedder to paid").into());
        }
        lines.iter().for_each(|line| stderr_log::write_line(Level::INFO, line));
    }
    Ok(())
}

/// Logs how far a change has come, until it is done.
pub(crate) async fn report(engine: Engine) {
    let mut last = None;
    let done = loop {
        tokio::select! {
            done = engine.embedder_changed() => break done,
            () = tokio::time::sleep(SAID) => {}
        }
        if let Ok(Some(change)) = engine.embedder_change() {
            let (done, memories) = (change.done, change.memories);
            let why = change.waits_for.map(|why| format!("; it waits: {why}")).unwrap_or_default();
            let line = format!("embedded again: {done} of {memories} memories{why}");
            stderr_log::write_line(Level::INFO, &line);
            last = Some(change.to);
        }
    };
    match done {
        Ok(()) => {
            if let Some(to) = last {
                let line = format!("the data folder has the embedder {to} now");
                stderr_log::write_line(Level::INFO, &line);
            }
        }
        Err(EngineError::Closed) => {}
        Err(error) => stderr_log::write_line(Level::ERROR, &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_a_cost_and_without_one_the_tokens_are_said() {
        let folder = std::env::temp_dir().join(format!("mem0-described-{}", std::process::id()));
        drop(Engine::open(&folder).unwrap());
        let plan = plan_embedder_change(&folder, &mem0_engine::BuiltIn::Static.into()).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let mut plan = plan;
        (plan.from, plan.to) = ("a (2 dimensions)".to_owned(), "b (3 dimensions)".to_owned());
        (plan.memories, plan.characters, plan.disk_bytes) = (7, 10_000_001, 1_000_001);
        let free = described(&plan, None);
        assert_eq!(
            free,
            [
                "7 memories of a (2 dimensions) are to be embedded by b (3 dimensions).",
                "The data folder grows by at most 2 MB; what the former vectors take is used again \
                 afterwards.",
            ]
        );
        assert_eq!(
            described(&plan, Some(Some(0.13))).last().unwrap(),
            "The provider is sent 10000001 characters, which are about 2500001 tokens; at 0.13 for a \
             million tokens, that is about 0.33."
        );
        let unknown = described(&plan, Some(None));
        assert!(unknown.last().unwrap().contains("with embedding_price"), "{unknown:?}");
    }
}
