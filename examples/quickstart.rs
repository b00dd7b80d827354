//! Remembers a year of letters between two friends, and answers questions from them.
//!
//! ```text
//! cargo run --release --example quickstart
//! ```
//!
//! The platform runs inside this process, under the clients: no account, no key, no network. With
//! `-- --data-dir DIR` its data stays in that folder. With `-- --hosted` and `MEM0_API_KEY` (and
//! `MEM0_BASE_URL`, if not the hosted service) it talks to a real platform instead.

use std::error::Error;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mem0_examples::conversation::{Conversation, Question};
use mem0_examples::crowd;
use mem0_sdk::{
    AsyncMemoryClient, EntityRef, Filter, Memory, MemoryClient, Page, Scope, SearchMemoryOptions,
    WaitOptions,
};
use mem0_server::{Authentication, Engine, router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::read()? {
        Arguments { hosted: true, .. } => hosted().await,
        Arguments { data_dir: Some(folder), .. } => local(&folder).await,
        Arguments { data_dir: None, .. } => local(tempfile::tempdir()?.path()).await,
    }
}

async fn local(folder: &Path) -> Result<(), Box<dyn Error>> {
    println!("Mem0 for Rust, on your own machine: the platform runs inside this process,");
    println!("its data in {}.", folder.display());
    println!("No account, no key, no network.\n");

    let engine = Engine::open(folder)?;
    let app = router(engine.clone(), Authentication::Off);
    let client = AsyncMemoryClient::builder().service(app.clone()).build()?;
    let blocking = MemoryClient::builder().service_with(move || app).build()?;

    let conversation = Conversation::load()?;
    let others = crowd::USERS * crowd::MEMORIES_EACH;
    println!(
        "Remembering {} turns of {} and {} in {} sessions, among {others} memories of others …",
        conversation.turns(),
        conversation.speakers.user,
        conversation.speakers.assistant,
        conversation.sessions.len(),
    );
    let started = Instant::now();
    let bar = progress(others + conversation.turns());
    crowd::store(&client, |count| bar.inc(count as u64)).await?;
    let scope = Scope::user("nadia");
    let wait = WaitOptions::default();
    conversation.remember(&client, &scope, &wait, |count| bar.inc(count as u64)).await?;
    bar.finish_and_clear();
    println!(
        "… done in {:.1} s. (→ answers the question, · was true once)\n",
        started.elapsed().as_secs_f64()
    );

    let mut answered = 0;
    let mut agreed = 0;
    let questions = Question::load_all()?;
    for (number, question) in questions.iter().enumerate() {
        let options = SearchMemoryOptions::new(Filter::user_id("nadia")).top_k(3);
        let hits = client.search(&question.question, options.clone()).await?;
        println!("{}. {}", number + 1, question.question);
        print(&conversation, question, &hits);
        let right = conversation.rank(&hits, &question.turns).is_some();
        // What has no answer comes with low scores at most.
        let nothing = hits.results.iter().all(|hit| hit.score.is_some_and(|score| score < 0.3));
        answered += usize::from(right || question.turns.is_empty() && nothing);

        // The blocking client blocks: inside a runtime it belongs on a thread that may.
        let (same, query) = (blocking.clone(), question.question.clone());
        let again = tokio::task::spawn_blocking(move || same.search(query, options)).await??;
        agreed += usize::from(again == hits);
    }

    println!("{answered} of {} questions answered rightly from the first three.", questions.len());
    println!("The blocking client gave the same answers to {agreed} of {}.", questions.len());
    drop((client, blocking));
    engine.close().await?;
    if answered == questions.len() && agreed == questions.len() {
        Ok(())
    } else {
        Err("an answer is missing, or the clients disagree".into())
    }
}

fn print(conversation: &Conversation, question: &Question, hits: &Page<Memory>) {
    if hits.results.is_empty() {
        println!("   nothing that was said answers this\n");
        return;
    }
    for hit in hits {
        let turn = conversation.turn_of(hit);
        let mark = match turn {
            Some(turn) if question.turns.contains(&turn.id) => "→",
            Some(turn) if question.superseded.contains(&turn.id) => "·",
            _ => " ",
        };
        let day = hit.created_at.as_ref().and_then(|created| created.date());
        let day = day.map_or_else(|| "          ".to_owned(), |day| day.to_string());
        let speaker = turn.map_or("", |turn| turn.speaker.as_str());
        println!(
            " {mark} {:.2}  {day}  {speaker}: {}",
            hit.score.unwrap_or_default(),
            shortened(&hit.memory)
        );
    }
    println!();
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 96;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn progress(length: usize) -> ProgressBar {
    if !stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stdout());
    match ProgressStyle::with_template("  {wide_bar} {pos} of {len}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The same with a real platform: under an id that nobody else has, which is deleted at the end.
async fn hosted() -> Result<(), Box<dyn Error>> {
    let client = AsyncMemoryClient::from_env()?;
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let user_id = format!("mem0-rust-quickstart-{}-{nanoseconds}", std::process::id());
    println!("Mem0 for Rust, on the platform of your API key ({client:?}).");
    println!("This adds a conversation as the user {user_id}, and deletes that user at the end.\n");

    let outcome = ask_hosted(&client, &user_id).await;
    let deleted = forget_hosted(&client, &user_id).await;
    match &deleted {
        Ok(()) => println!("Deleted {user_id}."),
        Err(error) => eprintln!("{user_id} could not be deleted: {error}"),
    }
    outcome?;
    Ok(deleted?)
}

async fn forget_hosted(client: &AsyncMemoryClient, user_id: &str) -> Result<(), mem0_sdk::Error> {
    let queued = client.delete_users(EntityRef::user(user_id)).await?;
    if let Some(event_id) = queued.event_id {
        client.wait_for_event(event_id, WaitOptions::default()).await?;
    }
    Ok(())
}

async fn ask_hosted(client: &AsyncMemoryClient, user_id: &str) -> Result<(), Box<dyn Error>> {
    let conversation = Conversation::load()?;
    let bar = progress(conversation.turns());
    let wait = WaitOptions::default().timeout(Duration::from_secs(600));
    let scope = Scope::user(user_id);
    conversation.remember(client, &scope, &wait, |count| bar.inc(count as u64)).await?;
    bar.finish_and_clear();
    for (number, question) in Question::load_all()?.iter().enumerate() {
        let options = SearchMemoryOptions::new(Filter::user_id(user_id)).top_k(3);
        println!("{}. {}", number + 1, question.question);
        print(&conversation, question, &client.search(&question.question, options).await?);
    }
    Ok(())
}

#[derive(Default)]
struct Arguments {
    hosted: bool,
    data_dir: Option<PathBuf>,
}

impl Arguments {
    fn read() -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--hosted" => arguments.hosted = true,
                "--data-dir" => {
                    let folder = words.next().ok_or("--data-dir needs a folder")?;
                    arguments.data_dir = Some(folder.into());
                }
                other => return Err(format!("{other}: use --data-dir DIR, or --hosted")),
            }
        }
        if arguments.hosted && arguments.data_dir.is_some() {
            return Err("--hosted keeps no data here; leave out --data-dir".to_owned());
        }
        Ok(arguments)
    }
}
