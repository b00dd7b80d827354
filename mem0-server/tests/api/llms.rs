//! The binary with a language model: what `check-config` says, what a changed configuration means
//! for queued work, and where a key never is.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::embedders::{embedded, reranked, service, service_with};
use crate::folder::Folder;
use crate::server::{Server, command, send};

const KEY: &str = "sk-s3cret-0f1e";

/// What a server with OpenAI's protocol answers.
fn said(text: &str, model: &str) -> Value {
    json!({"model": model, "usage": {"prompt_tokens": 9, "completion_tokens": 3},
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})
}

fn of_llm(address: &str, key: &str) -> String {
    format!(
        "[llm]\nprovider = \"openai\"\n[llm.config]\nmodel = \"tiny\"\n{key}\n\
         openai_base_url = \"{address}\"\n"
    )
}

/// An address at which nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The exit code of `check-config` with this file, what it prints, and what it complains of.
fn checked(file: &Path, text: &str) -> (Option<i32>, String, String) {
    fs::write(file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    for variable in ["OPENAI_API_KEY", "OPENROUTER_API_KEY", "MEM0_SERVER_LLM"] {
        command.env_remove(variable);
    }
    let output = command.arg("check-config").arg("--config").arg(file).output().unwrap();
    let [out, complaints] = [output.stdout, output.stderr].map(|t| String::from_utf8(t).unwrap());
    assert!(!out.contains(KEY) && !complaints.contains(KEY), "{out}{complaints}");
    (output.status.code(), out, complaints)
}

#[test]
fn check_config_says_of_each_component_what_it_is_and_where_it_goes() {
    let files = Folder::new();
    let file = files.path().join("mem0.toml");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    let model = service(move |body| {
        kept.lock().unwrap().push(body.clone());
        said("Yes.", "tiny-2026\u{7}-01")
    });
    let (embedder, reranker) = (service(embedded), service(reranked));
    let text = format!(
        "{}\n[llm_limits]\ncalls_per_day = 10\n[embedder]\nprovider = \"lmstudio\"\n\
         [embedder.config]\nembedding_dims = 32\nlmstudio_base_url = \"http://{embedder}/v1\"\n\
         [reranker]\nprovider = \"huggingface\"\n\
         config = {{huggingface_base_url = \"http://{reranker}\"}}\n",
        of_llm(&format!("http://{model}/v1/{KEY}"), &format!("api_key = \"{KEY}\"")),
    );
    let (code, out, complaints) = checked(&file, &text);
    assert_eq!((code, complaints.as_str()), (Some(0), ""), "{out}");
    let lines: Vec<_> = out.lines().collect();
    let [llm, vector, score] = lines.as_slice() else { panic!("{out}") };
    assert!(llm.starts_with(&format!("llm: openai/tiny, at {model}, answered in 0.")), "{llm}");
    let rest = ", as tiny-2026-01, with 9 + 3 tokens; its limits are { calls_per_day = 10 }";
    assert!(llm.ends_with(rest), "{llm}");
    assert!(vector.starts_with("embedder: lmstudio/") && vector.contains(&embedder.to_string()));
    assert!(vector.ends_with(" with a vector of 32 numbers"), "{vector}");
    assert!(score.starts_with(&format!("reranker: huggingface/tei, at {reranker}, ")), "{score}");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["messages"][0]["content"], "Answer with this one word: yes");

    // Without any, nothing is asked and nothing is wrong.
    let (code, out, complaints) = checked(&file, "");
    assert_eq!((code, complaints.as_str()), (Some(0), ""));
    let expected = "llm: none, so what is added is stored word for word\n\
        embedder: the data folder's own, which is built in, so no text leaves this machine for it\n\
        reranker: a comparison of words on this machine\n";
    assert_eq!(out, expected);
}

#[test]
fn a_key_that_a_service_calls_its_model_is_not_shown() {
    let files = Folder::new();
    let model = service(|_| said("yes", &format!("x-{KEY}")));
    let text = of_llm(&format!("http://{model}/v1"), &format!("api_key = \"{KEY}\""));
    let (code, out, _) = checked(&files.path().join("mem0.toml"), &text);
    assert!(code == Some(0) && out.contains(" s, with 9 + 3 tokens"), "{out}");
}

#[test]
fn a_wrong_configuration_is_one_sentence_with_the_key_and_the_way_out() {
    let files = Folder::new();
    let file = files.path().join("mem0.toml");
    let key = format!("api_key = \"{KEY}\"");
    let well = service(|_| said("yes", "tiny"));
    let answering = |status: u16, body: Value| {
        let address = service_with(move |_| (status, body.clone()));
        of_llm(&format!("http://{address}/v1"), &key)
    };
    let unauthorized = json!({"error": {"message": KEY, "code": "invalid_api_key"}});
    let unknown = json!({"error": {"message": "no such model", "code": "model_not_found"}});
    let nobody = nobody();
    let address = "llm.config.openai_base_url";
    for (text, code, words) in [
        (
            "[llm]\nprovider = \"opnai\"".to_owned(),
            1,
            "llm.provider is \"opnai\"; did you mean openai?".to_owned(),
        ),
        (
            "[lllm]\nprovider = \"openai\"".to_owned(),
            2,
            "line 1: lllm is not a known option; did you mean llm?".to_owned(),
        ),
        (
            "[llm]\nprovider = \"openai\"\nmodel = \"x\"".to_owned(),
            2,
            "llm.model is not a known field".to_owned(),
        ),
        (
            of_llm(&format!("http://{well}/v1"), &format!("api_kye = \"{KEY}\"")),
            1,
            "llm.config.api_kye is not a known field; did you mean api_key?".to_owned(),
        ),
        (
            of_llm(&format!("http://{well}/v1"), ""),
            1,
            "llm.config.api_key is missing; give it there, or in the variable OPENAI_API_KEY"
                .to_owned(),
        ),
        (of_llm("127.0.0.1/v1", &key), 1, "llm.config.openai_base_url ".to_owned()),
        (
            answering(401, unauthorized),
            1,
            "llm: openai: does not accept the key: status 401, invalid_api_key; correct \
             llm.config.api_key or its variable"
                .to_owned(),
        ),
        (
            answering(404, unknown),
            1,
            format!(
                "status 404, model_not_found: it does not know the model, the deployment or the \
                 path; check llm.config.model and {address}"
            ),
        ),
        (
            answering(200, json!("<html>")),
            1,
            format!("; check that {address} is the address of its API"),
        ),
        (
            of_llm(&format!("http://{nobody}/v1"), &key),
            1,
            format!(
                "at {nobody} (connection refused); check that it runs there, or correct {address}"
            ),
        ),
        (of_llm("http://model.invalid/v1", &key), 1, "at model.invalid:80".to_owned()),
        (
            format!("[llm_limits]\ncalls = 5\n{}", of_llm(&format!("http://{well}/v1"), &key)),
            2,
            "line 1: llm_limits has no limit calls; did you mean calls_per_day?".to_owned(),
        ),
        (
            format!(
                "embedder = {{provider = \"lmstudio\", config = {{lmstudio_base_url = \"http://{nobody}\"}}}}"
            ),
            1,
            "; check that it runs there, or correct embedder.config.lmstudio_base_url".to_owned(),
        ),
    ] {
        let (found, out, complaints) = checked(&file, &text);
        assert_eq!(found, Some(code), "{text}{out}{complaints}");
        assert!(complaints.contains(&words), "{text}{complaints}");
        let sentences = if code == 2 { 2 } else { 1 };
        assert_eq!(complaints.lines().count(), sentences, "{complaints}");
        // The other components are looked at all the same.
        assert_eq!(out.lines().count(), if code == 2 { 0 } else { 2 }, "{out}");
    }
}

/// The settings with which a provider is asked at this address.
fn settings(provider: &str, address: SocketAddr) -> Value {
    let url = format!("http://{address}");
    match provider {
        "aws_bedrock" => json!({"aws_endpoint_url": url, "aws_access_key_id": "id",
            "aws_secret_access_key": KEY}),
        "azure_openai" | "azure_openai_structured" => {
            json!({"azure_kwargs": {"azure_endpoint": url, "api_key": KEY}})
        }
        "openai_structured" => json!({"openai_base_url": url, "api_key": KEY}),
        _ => json!({format!("{provider}_base_url"): url, "api_key": KEY}),
    }
}

/// With the recorded answers of the providers.
#[test]
fn every_provider_can_be_checked() {
    let recordings =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../mem0-providers/tests/recordings/llms");
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(recordings.join(format!("{name}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let (shared, files) = (read("shared"), Folder::new());
    let of_openai = read("openai");
    let mut providers = 0;
    for entry in fs::read_dir(&recordings).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "shared" {
            continue;
        }
        // No request was recorded of LiteLLM with its default model.
        let recording = if name == "litellm" { of_openai.clone() } else { read(&name) };
        let cases = recording["cases"].as_array().unwrap();
        let case = cases.iter().find(|case| case["name"] == "default_model_text").unwrap();
        let exchanges = case["exchanges"].as_array().unwrap();
        let mut answer = exchanges.last().unwrap()["answer"]["body"].clone();
        for value in answer.as_object_mut().unwrap().values_mut() {
            if let Some(of) = value["shared"].as_str() {
                *value = shared[of].clone();
            }
        }
        let address = service(move |_| answer.clone());
        let llm = json!({"provider": name, "config": settings(&name, address)}).to_string();
        let (code, out, complaints) =
            checked(&files.path().join("mem0.toml"), &format!("llm = '{llm}'"));
        assert_eq!(code, Some(0), "{name}: {complaints}");
        let line = out.lines().next().unwrap();
        assert!(line.contains(&format!("at {address}, answered in ")), "{line}");
        assert!(line.contains(", with 9 + 3 tokens"), "{line}");
        providers += 1;
    }
    assert_eq!(providers, 19);
}

/// What a model answers that learns one fact.
fn learned(_: &Value) -> Value {
    let facts = json!({"facts": [{"message": 1, "quote": "I like green tea",
        "text": "User likes green tea", "about": "user", "state": null, "kind": "state",
        "denied": false, "when": null, "recurring": false, "categories": [], "relation": null,
        "to": null, "links": []}]});
    said(&facts.to_string(), "tiny-1")
}

fn start(folder: &Folder, file: &Path, text: &str) -> Server {
    fs::write(file, text).unwrap();
    let mut start = command(folder.path());
    start.env("MEM0_SERVER_API_KEY", "k").args(["--drain-limit", "1", "--log", "info"]);
    start.arg("--config").arg(file).env_remove("OPENAI_API_KEY").env_remove("OPENROUTER_API_KEY");
    let log = file.with_extension("log");
    start.stderr(fs::OpenOptions::new().append(true).create(true).open(log).unwrap());
    Server::start(start)
}

fn add(server: &Server, text: &str) -> String {
    let body = json!({"messages": [{"role": "user", "content": text}], "user_id": "alice"});
    let (status, added) =
        send(server.address, "k", "POST", "/v3/memories/add/", &body.to_string()).unwrap();
    assert_eq!(status, 200, "{added}");
    added["event_id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn event(server: &Server, id: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let (_, event) = server.get("k", &format!("/v1/event/{id}/"));
        if is_there(&event) {
            return event;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{event}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_queued_is_carried_out_with_what_is_configured_at_the_next_start() {
    let (folder, files) = (Folder::new(), Folder::new());
    let file = files.path().join("mem0.toml");
    let key = format!("api_key = \"{KEY}\"");
    // It is down: what is added waits.
    let server = start(&folder, &file, &of_llm(&format!("http://{}/v1", nobody()), &key));
    let first = add(&server, "I like green tea");
    event(&server, &first, |event| event["status"] == "RUNNING");
    server.stop();

    // Another model at another address.
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let model = service(move |body| {
        count.fetch_add(1, Ordering::SeqCst);
        learned(body)
    });
    let with = of_llm(&format!("http://{model}/v1"), &key).replace("tiny", "tiny-1");
    let limited = format!("{with}\n[llm_limits]\ncalls_per_day = 1\n");
    let server = start(&folder, &file, &limited);
    let done = event(&server, &first, |event| event["status"] == "SUCCEEDED");
    assert_eq!(done["metadata"]["inference"], "llm", "{done}");
    assert_eq!(done["results"][0]["data"]["memory"], "User likes green tea", "{done}");
    // The limit of the day is reached.
    let second = add(&server, "I like black tea");
    std::thread::sleep(Duration::from_millis(50));
    let waits = event(&server, &second, |_| true);
    assert!(["PENDING", "RUNNING"].contains(&waits["status"].as_str().unwrap()), "{waits}");
    server.stop();
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // Without a model it is stored as it was said.
    let server = start(&folder, &file, "");
    let done = event(&server, &second, |event| event["status"] == "SUCCEEDED");
    assert_eq!(done["metadata"]["inference"], "none", "{done}");
    server.stop();
    let log = fs::read_to_string(file.with_extension("log")).unwrap();
    let limit = "the project has had its 1 calls of the language model for today (calls_per_day";
    assert!(log.contains(limit), "{log}");
    assert!(log.contains(&format!("the language model is openai/tiny-1, at {model}")), "{log}");
}

#[test]
fn logs_events_backups_and_archives_never_hold_a_models_key() {
    let (folder, files) = (Folder::new(), Folder::new());
    let file = files.path().join("mem0.toml");
    let key = format!("api_key = \"{KEY}\"");
    let repeating = |status: u16| {
        move |_: &Value| {
            let error = json!({"message": KEY, "code": KEY, "type": KEY});
            let body = if status == 200 { json!({"model": KEY}) } else { json!({"error": error}) };
            (status, body)
        }
    };
    let mut answers = String::new();
    // Those that may pass leave what is added in the queue, for the last one to carry out.
    for status in [401, 404, 400, 200, 429] {
        let model = service_with(repeating(status));
        let server = start(&folder, &file, &of_llm(&format!("http://{model}/v1"), &key));
        let id = add(&server, &format!("I like tea number {status}"));
        let wanted = if status == 429 { "RUNNING" } else { "FAILED" };
        answers += &event(&server, &id, |event| event["status"] == wanted).to_string();
        answers += &server.get("k", "/v1/events/").1.to_string();
        server.stop();
    }
    let model = service(|body: &Value| {
        let mut answer = learned(body);
        answer["model"] = KEY.into();
        answer
    });
    let server = start(&folder, &file, &of_llm(&format!("http://{model}/v1"), &key));
    let id = add(&server, "I like green tea");
    answers += &event(&server, &id, |event| event["status"] == "SUCCEEDED").to_string();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
        command.args(arguments).arg("--data-dir").arg(folder.path()).arg("--config").arg(&file);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        [output.stdout, output.stderr].concat()
    };
    let backup = files.path().join("backup.db");
    run(&["backup", backup.to_str().unwrap()]);
    server.stop();
    let archive = run(&["export"]);
    let printed = run_print(&file);
    let mut kept = vec![
        ("answers", answers.into_bytes()),
        ("archive", archive),
        ("print-config", printed),
        ("backup", fs::read(&backup).unwrap()),
        ("log", fs::read(file.with_extension("log")).unwrap()),
    ];
    for entry in fs::read_dir(folder.path()).unwrap() {
        kept.push(("folder", fs::read(entry.unwrap().path()).unwrap()));
    }
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    for (what, bytes) in &kept {
        assert!(!holds(bytes, KEY), "{what}");
    }
    // The same look finds what is there.
    for what in [0, 1, 3] {
        assert!(holds(&kept[what].1, "green tea"), "{}", kept[what].0);
    }
    assert!(holds(&kept[4].1, "openai/tiny"));
    assert!(holds(&fs::read(&file).unwrap(), KEY));
}

fn run_print(file: &Path) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    let output = command.arg("--print-config").arg("--config").arg(file).output().unwrap();
    [output.stdout, output.stderr].concat()
}
