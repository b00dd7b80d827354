//! Says of each component what it is and where it goes, and asks it once.

use std::time::{Duration, Instant};

use mem0_components::{
    ComponentError, FinishReason, LlmMessage, LlmRequest, Purpose, embed_all, rerank_all,
};
use mem0_engine::{BuiltIn, EmbedderChoice};

use crate::config::Config;
use crate::{Failure, complain, components, show};

/// How long a component is waited for: a model may have to be loaded first.
const PATIENCE: Duration = Duration::from_secs(120);

/// The most of a model's own name that is shown, in characters.
const LONGEST_NAME: usize = 100;

/// Runs `mem0-server check-config`. Returns whether every component can be used.
pub(crate) fn run(config: &Config) -> Result<bool, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let found = runtime.block_on(async {
        [
            ("llm", llm(config).await),
            ("embedder", embedder(config).await),
            ("reranker", { reranker(config).await }),
        ]
    });
    let mut is_well = true;
    for (component, found) in found {
        match found {
            Ok(found) => show(&format!("{component}: {found}"))?,
            Err(wrong) => {
                is_well = false;
                // What is said of a setting begins with its name.
                let wrong = wrong.to_string();
                match wrong.starts_with(component) {
                    true => complain(&wrong),
                    false => complain(&format!("{component}: {wrong}")),
                }
            }
        }
    }
    Ok(is_well)
}

async fn llm(config: &Config) -> Result<String, Failure> {
    let Some(llm) = components::llm(config)? else {
        return Ok("none, so what is added is stored word for word".to_owned());
    };
    let request = LlmRequest::new([LlmMessage::user("Answer with this one word: yes")]);
    let began = Instant::now();
    let answer = within(llm.generate(&request)).await?;
    let took = began.elapsed();
    if answer.finish == FinishReason::Length {
        return Err("its answer was cut off after one word; raise llm.config.max_tokens".into());
    }
    let model = match &answer.model {
        Some(model) => format!(", as {}", shown(model)),
        None => String::new(),
    };
    let tokens = match answer.usage {
        Some(usage) => format!("{} + {} tokens", usage.input, usage.output),
        None => "tokens that it does not count".to_owned(),
    };
    let limits = components::shown_limits(&config.llm_limits);
    let limits = limits.map(|limits| format!("; its limits are {limits}")).unwrap_or_default();
    let place = place(llm.goes_to());
    Ok(format!("{}, {place}, answered in {}{model}, with {tokens}{limits}", llm.name(), time(took)))
}

async fn embedder(config: &Config) -> Result<String, Failure> {
    let nowhere = "built in, so no text leaves this machine for it";
    let embedder = match config.embedder.as_ref().map(components::choice).transpose()? {
        None => return Ok(format!("the data folder's own, which is {nowhere}")),
        Some(EmbedderChoice::BuiltIn(built_in)) => {
            return Ok(format!("{}, which is {nowhere}", BuiltIn::name(built_in)));
        }
        Some(EmbedderChoice::Given(embedder)) => embedder,
    };
    let began = Instant::now();
    within(embed_all(&*embedder, &["yes"], Purpose::Search)).await?;
    let (model, took) = (embedder.model(), time(began.elapsed()));
    let (place, length) = (place(embedder.goes_to()), embedder.dimensions());
    Ok(format!("{model}, {place}, answered in {took} with a vector of {length} numbers"))
}

async fn reranker(config: &Config) -> Result<String, Failure> {
    let Some(reranker) = components::reranking(config)? else {
        return Ok("a comparison of words on this machine".to_owned());
    };
    let began = Instant::now();
    within(rerank_all(&*reranker, "Is it?", &["yes"])).await?;
    let (place, took) = (place(reranker.goes_to()), time(began.elapsed()));
    Ok(format!("{}, {place}, answered in {took} with a score", reranker.name()))
}

async fn within<T>(
    question: impl Future<Output = Result<T, ComponentError>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(format!("it did not answer within {} s", PATIENCE.as_secs()).into()),
    }
}

/// Where a component is asked.
pub(crate) fn place(goes_to: Option<String>) -> String {
    match goes_to {
        Some(address) => format!("at {address}"),
        None => "in this process".to_owned(),
    }
}

fn time(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

/// The name that a service gives its model, which may be anything.
fn shown(model: &str) -> String {
    let printable = |character: &char| !character.is_control();
    model.chars().filter(printable).take(LONGEST_NAME).collect()
}
