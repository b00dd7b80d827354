//! Does this SDK read what your platform answers? For people who hold a key: a report to paste into
//! an issue.
//!
//! ```console
//! $ MEM0_API_KEY=m0-… cargo run --example hosted_check -- --yes
//! ```
//!
//! It asks each operation that can do no harm, reading and writing, the latter under a user made up
//! for it, and deletes that user at the end, also after a failure or Ctrl-C. The report holds
//! operations, statuses and names of fields: no ids, no content, no key, and no address but Mem0's
//! own. `MEM0_BASE_URL` names another platform than the hosted one.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::process::ExitCode;

use mem0_sdk::requests::*;
use mem0_sdk::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

const WHAT_IT_DOES: &str = "\
hosted_check asks about 30 operations of the platform of MEM0_API_KEY (MEM0_BASE_URL, if not the
hosted one): the reading ones of the whole project, which count as calls of your account, and the
writing ones under a user made up for it, who is deleted at the end. Nothing else is changed or
deleted. It prints a report without ids or content.

Nothing has been sent. To do it: cargo run --example hosted_check -- --yes";

#[tokio::main]
async fn main() -> ExitCode {
    if !env::args().skip(1).eq(["--yes".to_owned()]) {
        println!("{WHAT_IT_DOES}");
        return ExitCode::from(2);
    }
    let client = match AsyncMemoryClient::from_env() {
        Ok(client) => client,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let user = format!("mem0-check-{:016x}", RandomState::new().hash_one(()));
    let mut report = Report { client, differs: false };
    println!("Mem0 for Rust against {}\n", place());
    println!(
        "| operation | status | lossless | unknown fields, or of another type |\n|---|---|---|---|"
    );
    tokio::select! {
        () = report.check_all(&user) => {}
        _ = tokio::signal::ctrl_c() => eprintln!("stopped; deleting what was made"),
    }
    let is_gone = report.delete(&user).await;
    println!(
        "\nNot asked: what changes the project, its organization, members, webhooks or profile settings, and other deletions."
    );
    if let Err(error) = is_gone {
        // Not part of the report.
        eprintln!("{error}; please delete the user {user} yourself");
        return ExitCode::FAILURE;
    }
    println!("The user made up for this was deleted.");
    if report.differs { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The scheme, and the host where it is Mem0's own.
fn place() -> String {
    let base_url = env::var("MEM0_BASE_URL").ok().filter(|url| !url.trim().is_empty());
    let base_url = base_url.unwrap_or_else(|| "https://api.mem0.ai".to_owned());
    let (scheme, rest) = base_url.split_once("://").unwrap_or(("", &base_url));
    let host = rest.split(['/', ':', '@']).next().unwrap_or_default();
    let host = if host.ends_with(".mem0.ai") { host } else { "(another host)" };
    format!("{scheme}://{host}")
}

struct Report {
    client: AsyncMemoryClient,
    differs: bool,
}

impl Report {
    async fn check_all(&mut self, user: &str) {
        let alice = || Filter::user_id(user);
        let owner = self.check(Ping::new()).await;
        self.check(CreateEntity::user(user)).await;

        let verbatim = AddMemoryOptions::new(Scope::user(user)).infer(false);
        let notes = [Message::user("I love hiking"), Message::user("I moved to Rome")];
        let stored = self.check(AddMemory::new(notes, verbatim.metadata(json!({"n": 1})))).await;
        let added = self.check(AddMemory::new("I'm allergic to nuts", Scope::user(user))).await;
        if let Some(added) = added {
            // What became of it is in the next row.
            let _ = self.client.wait_for_event(&added.event_id, WaitOptions::default()).await;
            self.check(GetEvent::new(added.event_id)).await;
        }
        self.check(GetEvents::new()).await;
        self.check(GetAllMemories::new(alice())).await;
        self.check(SearchMemories::new("where does she live?", alice())).await;
        if let Some(id) = stored.and_then(|stored| stored.results.into_iter().next()?.id) {
            self.check(GetMemory::new(&id)).await;
            self.check(UpdateMemory::new(&id, UpdateMemoryOptions::new().text("I hike"))).await;
            self.check(BatchUpdate::new([MemoryUpdate::new(&id).text("I climb")])).await;
            self.check(SendFeedback::new(&id, Feedback::Positive)).await;
            self.check(GetHistory::new(&id)).await;
        }
        self.check(GetMemoryEvents::new()).await;
        self.check(GetStats::new()).await;
        self.check(GetSummary::new(Some(alice()))).await;

        self.check(GetUsers::new()).await;
        self.check(GetEntity::new(EntityRef::user(user))).await;
        self.check(GetEntityFilters::new()).await;
        self.check(GetEntityMemories::new(EntityRef::user(user))).await;

        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
        let asked = CreateMemoryExport::new(schema, MemoryExportOptions::new(alice()));
        if let Some(export) = self.check(asked).await {
            let _ = self.client.wait_for_export::<Value>(&export.id, WaitOptions::default()).await;
            self.check(GetMemoryExport::by_id(export.id)).await;
        }

        self.check(GetOrganizations::new()).await;
        let owner = owner.and_then(|owner| Some((owner.org_id?, owner.project_id?)));
        if let Some((org, project)) = owner {
            self.check(GetOrganization::new(&org)).await;
            self.check(GetOrganizationMembers::new(&org)).await;
            self.check(GetProjects::new(&org)).await;
            self.check(GetProject::new(&org, &project)).await;
            self.check(GetProjectMembers::new(&org, &project)).await;
            self.check(GetWebhooks::new(&project)).await;
        }
        self.check(GetProfileSettings::new()).await;
        self.check(GetProfile::new(user)).await;
        if let Some(job) = self.check(GenerateProfile::new(user)).await {
            self.check(GetProfileJob::new(job.job_id)).await;
        }
    }

    /// Asks, and prints a row; answers with what the answer was decoded to.
    async fn check<E>(&mut self, request: E) -> Option<E::Response>
    where
        E: Endpoint,
        E::Response: Serialize + Answer,
    {
        let call = request.into_call().ok()?;
        let operation = call.operation().to_owned();
        // A hand-made call answers with the JSON as it came.
        let response = match self.client.execute(call).await {
            Ok(response) => response,
            Err(error) => {
                let note = match error.status().map(|status| status.as_u16()) {
                    Some(404 | 501) => "not found",
                    Some(_) => "refused",
                    None => "no answer",
                };
                let status = error.code();
                row(&operation, status.trim_start_matches("HTTP_"), "", note);
                return None;
            }
        };
        let status = response.status().as_u16();
        let came = response.into_value();
        let Ok(decoded) = serde_json::from_str::<E::Response>(&came.to_string()) else {
            self.differs = true;
            row(&operation, status, "no", "cannot be decoded");
            return None;
        };
        let written = serde_json::to_value(&decoded).unwrap_or_default();
        let is_lossless = normal(came) == normal(written);
        self.differs |= !is_lossless;
        let mut unknown = BTreeSet::new();
        decoded.unknown(&mut unknown);
        let unknown: Vec<_> = unknown.iter().map(|name| plain(name)).collect();
        row(&operation, status, if is_lossless { "yes" } else { "no" }, &unknown.join(", "));
        Some(decoded)
    }

    /// Deletes the user, and makes sure that nothing is left.
    async fn delete(&mut self, user: &str) -> Result<(), Error> {
        let queued = self.check(DeleteUsers::new(EntityRef::user(user))).await;
        if let Some(event_id) = queued.and_then(|queued| queued.event_id) {
            self.client.wait_for_event(event_id, WaitOptions::default()).await?;
        }
        match self.client.get_all(Filter::user_id(user)).await?.results.len() {
            0 => Ok(()),
            _ => Err(InvalidInput::new("the user", "still has memories").into()),
        }
    }
}

/// A field's name, unless somebody's words or ids seem to be one.
fn plain(name: &str) -> &str {
    let is_plain = name.len() <= 40
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_'));
    if is_plain { name } else { "(a name with other characters)" }
}

fn row(operation: &str, status: impl Display, lossless: &str, notes: &str) {
    println!("| {operation} | {status} | {lossless} | {notes} |");
}

/// JSON in which what means the same is the same: a null and an absent field, `session_id` and
/// `run_id`, a bare list and a page of it, 1 and 1.0.
fn normal(json: Value) -> Value {
    fn fields(json: Value) -> Value {
        match json {
            Value::Object(object) => {
                let rename =
                    |name: String| if name == "session_id" { "run_id".to_owned() } else { name };
                let kept = object.into_iter().filter(|(_, value)| !value.is_null());
                let kept: Map<_, _> =
                    kept.map(|(name, value)| (rename(name), fields(value))).collect();
                kept.into()
            }
            Value::Array(list) => list.into_iter().map(fields).collect(),
            Value::Number(number) if number.is_f64() => match number.as_f64() {
                Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => json!(whole as i64),
                _ => number.into(),
            },
            other => other,
        }
    }
    match fields(json) {
        list @ Value::Array(_) => json!({ "results": list }),
        other => other,
    }
}

/// An answer that tells what it held besides its typed fields.
trait Answer {
    fn unknown(&self, names: &mut BTreeSet<String>);
}

/// Each type, with the lists of records in it.
macro_rules! answers {
    ($($answer:ident { $($list:ident),* })*) => {$(
        impl Answer for $answer {
            fn unknown(&self, names: &mut BTreeSet<String>) {
                names.extend(self.extra().names().map(str::to_owned));
                $( self.$list.iter().for_each(|row| row.unknown(names)); )*
            }
        }
    )*};
}

answers! {
    AddMemoryResponse { results } BatchResponse {} CreateMemoryExportResponse {} CreatedEntity {}
    CreateProfileJobResponse {} Entity {} EntityFilters {} EntityMemory {} Event { results } EventResult {}
    FeedbackResponse {} History {} Member {} Members { members } Memory {} Organization {} PingResponse {} Profile {}
    ProfileJobResponse {} ProfileSettings {} Project { members } QueuedDelete {} Stats {} Webhook {}
}

impl<T: Answer> Answer for Page<T> {
    fn unknown(&self, names: &mut BTreeSet<String>) {
        // These are read by methods of the page.
        const TOTALS: [&str; 4] = ["total_users", "total_agents", "total_apps", "total_runs"];
        let unknown = self.extra().names().filter(|name| !TOTALS.contains(name));
        names.extend(unknown.map(str::to_owned));
        self.results.iter().for_each(|row| row.unknown(names));
        if !self.malformed.is_empty() {
            names.insert("ROWS_THAT_CANNOT_BE_READ".to_owned());
        }
    }
}

impl Answer for Value {
    fn unknown(&self, _: &mut BTreeSet<String>) {}
}
