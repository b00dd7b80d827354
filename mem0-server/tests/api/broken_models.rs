//! The binary with a language model that breaks in each way that models do: what becomes of the add
//! that it was asked for, and of those behind it. docs/reliability.md has the table.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use mem0_engine::{Engine, NewKey};
use mem0_server::ApiKeyHash;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::model::{Does, Model, fact, said};
use crate::server::{Server, command, send};

const KEY: &str = "k";

fn starting(folder: &Folder, model: &Model, limits: &Value) -> Command {
    let mut command = command(folder.path());
    command.args(["--drain-limit", "1", "--log", "error"]);
    model.of(&mut command, limits);
    command
}

fn started(folder: &Folder, model: &Model, limits: &Value) -> Server {
    let mut command = starting(folder, model, limits);
    command.env("MEM0_SERVER_API_KEY", KEY);
    Server::start(command)
}

/// The answer of an add.
fn added(server: &Server, key: &str, user: &str, text: &str, infer: bool) -> Value {
    let body = json!({"messages": [{"role": "user", "content": text}], "user_id": user,
        "infer": infer});
    let (status, added) =
        send(server.address, key, "POST", "/v3/memories/add/", &body.to_string()).unwrap();
    assert_eq!(status, 200, "{added}");
    added
}

/// Queues an add of alice; the id of its event.
fn queue(server: &Server, text: &str) -> String {
    added(server, KEY, "alice", text, true)["event_id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn ended(server: &Server, key: &str, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let (_, event) = server.get(key, &format!("/v1/event/{id}/"));
        if ["SUCCEEDED", "FAILED"].contains(&event["status"].as_str().unwrap()) {
            return event;
        }
        assert!(began.elapsed() < Duration::from_secs(100), "{event}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The texts of a user's memories, the oldest first.
fn memories(server: &Server, key: &str, user: &str) -> Vec<String> {
    let body = json!({"filters": {"user_id": user}}).to_string();
    let path = "/v3/memories/?page_size=100";
    let (status, listed) = send(server.address, key, "POST", path, &body).unwrap();
    assert_eq!(status, 200, "{listed}");
    let rows = listed["results"].as_array().unwrap().iter().rev();
    rows.map(|row| row["memory"].as_str().unwrap().to_owned()).collect()
}

/// What becomes of an add of plums whose model breaks, with two adds behind it.
struct Case {
    name: &'static str,
    model: Model,
    limits: Value,
    /// What the event of the add says that it failed for; nothing where it succeeds.
    fails: &'static str,
    /// How often the model is asked for the add of plums; 0 where that is not always as often.
    calls: usize,
}

impl Case {
    #[track_caller]
    fn holds(self) -> Value {
        let Self { name, model, limits, fails, calls } = self;
        let folder = Folder::new();
        let server = started(&folder, &model, &limits);
        let said = ["I bought 7 plums", "I bought 8 pears", "I bought 9 figs"];
        let events = said.map(|text| queue(&server, text));
        // What asks nobody does not wait.
        let stored = added(&server, KEY, "bob", "I like tea", false);
        assert_eq!(stored["status"], "SUCCEEDED", "{name}: {stored}");
        let [plums, pears, figs] = events.map(|id| ended(&server, KEY, &id));
        let mut expected = vec!["User bought 7 plums"];
        if fails.is_empty() {
            assert_eq!(plums["status"], "SUCCEEDED", "{name}: {plums}");
        } else {
            assert_eq!(plums["status"], "FAILED", "{name}: {plums}");
            let error = plums["error"].as_str().unwrap();
            assert!(error.contains(fails) && !error.contains("plums"), "{name}: {error}");
            assert_eq!(plums["payload"]["messages"][0]["content"], said[0], "{name}: {plums}");
            expected.pop();
        }
        assert_eq!((&pears["status"], &figs["status"]), (&json!("SUCCEEDED"), &json!("SUCCEEDED")));
        expected.extend(["User bought 8 pears", "User bought 9 figs"]);
        assert_eq!(memories(&server, KEY, "alice"), expected, "{name}");
        // In their order, and no more often than it takes.
        let asked: Vec<_> = model.asked().into_iter().map(|asked| asked.new).collect();
        let mut order = asked.clone();
        order.dedup();
        assert_eq!(order, said, "{name}");
        if calls > 0 {
            assert_eq!(asked.len(), calls + 2, "{name}");
        }
        // A long answer is not sent back whole.
        assert!(model.asked().iter().all(|asked| asked.length < 64 * 1024), "{name}");
        // Later ones are learned.
        let later = queue(&server, "I bought 3 kiwis");
        assert_eq!(ended(&server, KEY, &later)["status"], "SUCCEEDED", "{name}");
        assert_eq!(memories(&server, KEY, "alice").last().unwrap(), "User bought 3 kiwis");
        server.stop();
        plums
    }
}

/// A model that breaks the first so many times, and an add that succeeds all the same.
fn breaks(name: &'static str, times: usize, does: Does) -> Case {
    let model = Model::start(move |number, _| match number < times {
        true => does.clone(),
        false => Does::Learns,
    });
    Case { name, model, limits: json!({}), fails: "", calls: times + 1 }
}

/// A model that breaks whenever it is asked for plums.
fn always(name: &'static str, does: Does, fails: &'static str, calls: usize) -> Case {
    let model = Model::start(move |_, new| match new.contains("plums") {
        true => does.clone(),
        false => Does::Learns,
    });
    Case { name, model, limits: json!({}), fails, calls }
}

/// All at once: most of them wait.
#[track_caller]
fn all_hold(cases: Vec<Case>) {
    let running: Vec<_> =
        cases.into_iter().map(|case| (case.name, thread::spawn(move || case.holds()))).collect();
    let broken: Vec<_> = running
        .into_iter()
        .filter_map(|(name, case)| case.join().is_err().then_some(name))
        .collect();
    assert_eq!(broken, [""; 0]);
}

fn refused(status: u16, code: &str) -> Does {
    Does::Answers(status, None, json!({"error": {"code": code, "message": "plums"}}).to_string())
}

#[test]
fn a_model_that_is_away_or_busy_delays_an_add_and_nothing_is_lost() {
    let slow = json!({"seconds_per_call": 3});
    let body = || json!({"error": {"message": "plums"}}).to_string();
    let late = Model::start_in(Duration::from_millis(1500), |_, _| Does::Learns);
    all_hold(vec![
        Case { limits: slow.clone(), ..breaks("it does not answer", 1, Does::Hangs) },
        Case { limits: slow, ..breaks("it answers without end", 1, Does::Drips) },
        breaks("429, and asks for a second", 5, Does::Answers(429, Some(1), body())),
        breaks("429", 5, Does::Answers(429, None, body())),
        breaks("it is overloaded", 5, Does::Answers(503, None, body())),
        breaks("it breaks off", 2, Does::BreaksOff),
        breaks("it is killed while it answers", 1, Does::Dies),
        Case { name: "nobody listens", model: late, limits: json!({}), fails: "", calls: 1 },
    ]);
}

#[test]
fn what_a_model_answers_that_cannot_be_read_is_asked_for_once_more() {
    let prose = || Does::Says("Sure! Here is what I found.".to_owned(), "stop");
    let page = || Does::Answers(200, None, "<html>Bad gateway</html>".to_owned());
    let nothing = || Does::Answers(200, None, json!({"choices": []}).to_string());
    let long = || Does::Says("plums and ".repeat(500_000), "stop");
    all_hold(vec![
        breaks("prose", 1, prose()),
        always("prose again", prose(), "could not be read", 2),
        breaks("a page", 1, page()),
        always("a page again", page(), "does not have the form that was asked for", 2),
        breaks("no choices", 1, nothing()),
        always("no choices again", nothing(), "does not have the form that was asked for", 2),
        breaks("5 MB of prose", 1, long()),
        always("5 MB of prose again", long(), "could not be read", 2),
    ]);
}

#[test]
fn what_will_not_pass_fails_the_add_at_once_with_the_reason() {
    let filtered = Does::Says(String::new(), "content_filter");
    all_hold(vec![
        always("a wrong key", refused(401, "invalid_api_key"), "does not accept the key", 1),
        always("a policy", refused(400, "content_policy_violation"), "declined the request", 1),
        always("a filter", filtered, "by its policy on content", 1),
        always(
            "too long",
            refused(400, "context_length_exceeded"),
            "longer than the model takes",
            1,
        ),
        always("no such model", refused(404, "model_not_found"), "does not know the model", 1),
    ]);
}

/// Neither the size of an answer nor its end keeps what is complete of it from being stored.
#[test]
fn what_is_complete_of_an_answer_is_stored() {
    let plums = fact("I bought 7 plums");
    let cut = format!("{{\"facts\": [{plums}, {{\"message\": 1, \"quote\": \"I bou");
    let event = always("cut off by the limit of tokens", Does::Says(cut, "length"), "", 2).holds();
    let notice = event["metadata"]["notice"].as_str().unwrap();
    assert!(notice.contains("was cut off"), "{notice}");

    // Of 5 MB, one fact stands on what was said.
    let mut facts = vec![plums];
    let invented = "invented ".repeat(100);
    facts.extend((0..2500).map(|number| fact(&format!("I bought {number} {invented} melons"))));
    let facts = json!({"facts": facts}).to_string();
    assert!(facts.len() > 4_500_000);
    let event = always("5 MB of facts", Does::Says(facts, "stop"), "", 1).holds();
    let refused = event["metadata"]["refused"].as_object().unwrap().values();
    assert_eq!(refused.filter_map(Value::as_u64).sum::<u64>(), 2500, "{event}");
}

/// For as long as the variable says; `cargo xtask full` waits for a minute.
#[test]
fn a_model_that_is_busy_for_a_while_is_not_asked_without_end() {
    let seconds = std::env::var("MEM0_BUSY_SECONDS").ok().and_then(|text| text.parse().ok());
    let busy = Duration::from_secs(seconds.unwrap_or(5));
    let began = Instant::now();
    let busy = Model::start(move |_, _| match began.elapsed() < busy {
        true => Does::Answers(429, None, said("plums", "stop")),
        false => Does::Learns,
    });
    let case = Case { name: "busy", model: busy.clone(), limits: json!({}), fails: "", calls: 0 };
    case.holds();
    // Three times at first, and ever more seldom.
    let asked = busy.asked().len();
    assert!(asked < 30, "{asked}");
}

/// How often the server is killed while the model is asked, unless the variable says otherwise.
const KILLS: usize = 7;

#[test]
fn a_server_that_is_killed_while_it_asks_asks_again_and_learns_once() {
    let kills = std::env::var("MEM0_LEARNING_KILLS").ok().and_then(|text| text.parse().ok());
    let kills = kills.unwrap_or(KILLS);
    let (folder, model) = (Folder::new(), Model::start(|_, _| Does::Hangs));
    let mut events = Vec::new();
    for life in 0..kills {
        let server = started(&folder, &model, &json!({}));
        events.push(queue(&server, &format!("I bought {life} plums")));
        model.await_asked(life + 1);
        server.kill();
    }
    model.release();
    let server = started(&folder, &model, &json!({}));
    for event in events {
        let event = ended(&server, KEY, &event);
        assert_eq!(event["status"], "SUCCEEDED", "{event}");
    }
    let expected: Vec<_> = (0..kills).map(|life| format!("User bought {life} plums")).collect();
    assert_eq!(memories(&server, KEY, "alice"), expected);
    server.stop();
    // The first in each life, and then each once.
    assert_eq!(model.asked().len(), 2 * kills);
    let mut check = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    let check = check.args(["check", "--data-dir"]).arg(folder.path()).output().unwrap();
    assert!(check.status.success(), "{check:?}");
}

/// It does not wait for the model; the next start asks again.
#[test]
fn a_server_ends_while_a_model_thinks() {
    let (folder, model) = (Folder::new(), Model::start(|_, _| Does::Hangs));
    let server = started(&folder, &model, &json!({}));
    let event = queue(&server, "I bought 7 plums");
    model.await_asked(1);
    server.stop();
    model.release();
    let server = started(&folder, &model, &json!({}));
    assert_eq!(ended(&server, KEY, &event)["status"], "SUCCEEDED");
    assert_eq!(memories(&server, KEY, "alice"), ["User bought 7 plums"]);
    server.stop();
    assert_eq!(model.asked().len(), 2);
}

/// The keys of two projects more.
fn two_projects(folder: &Folder) -> [&'static str; 2] {
    let engine = Engine::open(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let own = runtime.block_on(engine.own_project()).unwrap();
    let keys = ["one", "other"];
    for name in keys {
        let project =
            runtime.block_on(engine.create_project(&own.organization_id, name, None)).unwrap();
        let mut key = NewKey::new(ApiKeyHash::of(name), name);
        key.project_id = Some(project.id);
        runtime.block_on(engine.create_key(key)).unwrap();
    }
    runtime.block_on(engine.close()).unwrap();
    keys
}

#[test]
fn what_one_project_asks_delays_no_other() {
    let folder = Folder::new();
    let [one, other] = two_projects(&folder);
    let model = Model::start(|_, new| match new.contains("plums") {
        true => Does::Hangs,
        false => Does::Learns,
    });
    // One place is taken by whatever hangs.
    let server = Server::start(starting(&folder, &model, &json!({"in_flight": 2})));
    let events: Vec<_> = (0..120)
        .map(|n| added(&server, one, "alice", &format!("I bought {n} plums"), true))
        .map(|added| added["event_id"].as_str().unwrap().to_owned())
        .collect();
    model.await_asked(1);
    for n in 0..12 {
        let text = format!("I bought {n} pears");
        let event = added(&server, other, "bob", &text, true)["event_id"].clone();
        let event = ended(&server, other, event.as_str().unwrap());
        assert_eq!(event["status"], "SUCCEEDED", "{event}");
        let stored = added(&server, other, "bob", &format!("I like tea number {n}"), false);
        assert_eq!(stored["status"], "SUCCEEDED");
        let body = json!({"query": text, "filters": {"user_id": "bob"}, "top_k": 50}).to_string();
        let path = "/v3/memories/search/";
        let (_, found) = send(server.address, other, "POST", path, &body).unwrap();
        let texts = found["results"].as_array().unwrap().iter().map(|hit| &hit["memory"]);
        assert!(texts.clone().any(|text| *text == json!(format!("User bought {n} pears"))));
    }
    assert_eq!(memories(&server, other, "bob").len(), 24);
    // Meanwhile nothing came of the first.
    let statuses = |last: usize| {
        [0, 1, last]
            .map(|n| server.get(one, &format!("/v1/event/{}/", events[n])).1["status"].clone())
    };
    assert_eq!(statuses(119), ["RUNNING", "PENDING", "PENDING"]);
    let plums = || model.asked().iter().filter(|asked| asked.new.contains("plums")).count();
    assert_eq!(plums(), 1);
    model.release();
    for event in &events {
        assert_eq!(ended(&server, one, event)["status"], "SUCCEEDED");
    }
    assert_eq!(plums(), 120);
    server.stop();
}
