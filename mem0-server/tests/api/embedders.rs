//! The binary with an embedder of a provider.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use mem0_components::testing::HashEmbedder;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::server::{Server, command, send, unconfigured};

/// A server that answers each body with another.
pub(crate) fn service(answering: impl Fn(&Value) -> Value + Send + Sync + 'static) -> SocketAddr {
    service_with(move |body| (200, answering(body)))
}

/// The same, also with a status.
pub(crate) fn service_with(
    answering: impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = Arc::new(answering);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, answering) = (stream.unwrap(), answering.clone());
            thread::spawn(move || answer(stream, &*answering));
        }
    });
    address
}

fn answer(mut stream: TcpStream, answering: &dyn Fn(&Value) -> (u16, Value)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let (status, body) = answering(&serde_json::from_slice(&body).unwrap());
    let body = body.to_string();
    let head =
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}", body.len());
    // Whoever asked may be gone.
    let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
}

/// What LM Studio answers, with vectors of 32 numbers.
pub(crate) fn embedded(body: &Value) -> Value {
    let hashes = HashEmbedder::new(32);
    let texts = body["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let rows = texts
        .enumerate()
        .map(|(at, text)| json!({"index": at, "embedding": hashes.embedding(text).components()}));
    json!({"data": rows.collect::<Vec<_>>()})
}

/// What a reranker answers that prefers short texts.
pub(crate) fn reranked(body: &Value) -> Value {
    let texts = body["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let rows = texts
        .enumerate()
        .map(|(at, text)| json!({"index": at, "score": 1.0 / (1.0 + text.len() as f64)}));
    rows.collect()
}

#[test]
fn a_configured_embedder_makes_the_vectors_and_stays_the_folders() {
    let (folder, files) = (Folder::new(), Folder::new());
    let file = files.path().join("mem0.toml");
    let address = service(embedded);
    let config = format!(
        "[embedder]\nprovider = \"lmstudio\"\n[embedder.config]\nembedding_dims = 32\n\
         lmstudio_base_url = \"http://{address}/v1\"\n"
    );
    fs::write(&file, config).unwrap();
    let mut start = unconfigured(folder.path());
    let server = Server::start({
        start.env("MEM0_SERVER_API_KEY", "k").arg("--config").arg(&file);
        start
    });
    let body = json!({"messages": [{"role": "user", "content": "likes green tea"}],
        "user_id": "alice", "infer": false});
    let added = send(server.address, "k", "POST", "/v3/memories/add/", &body.to_string()).unwrap();
    assert_eq!(added.0, 200, "{added:?}");
    let body = json!({"query": "green tea", "filters": {"user_id": "alice"}}).to_string();
    let (status, found) = send(server.address, "k", "POST", "/v3/memories/search/", &body).unwrap();
    assert_eq!((status, &found["results"][0]["memory"]), (200, &json!("likes green tea")));
    server.stop();

    // Without the option it would be another embedder's folder.
    let output = unconfigured(folder.path()).env("MEM0_SERVER_API_KEY", "k").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("lmstudio/nomic-ai/nomic-embed-text-v1.5"), "{said}");
}

#[test]
fn a_model_in_a_folder_makes_the_vectors_and_another_one_in_its_place_is_noticed() {
    let (folder, files) = (Folder::new(), Folder::new());
    let (model, moved) = (files.path().join("model"), files.path().join("moved"));
    fs::create_dir(&model).unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mem0-encoder/tests/data/folders");
    for entry in fs::read_dir(data.join("distilbert")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), model.join(entry.file_name())).unwrap();
    }
    let file = files.path().join("mem0.toml");
    let start = |model: &Path| {
        let config = format!(
            "[embedder]\nprovider = \"huggingface\"\n[embedder.config]\nmodel = '{}'\n",
            model.display()
        );
        fs::write(&file, config).unwrap();
        let mut start = unconfigured(folder.path());
        start.env("MEM0_SERVER_API_KEY", "k").arg("--config").arg(&file);
        start
    };
    let server = Server::start(start(&model));
    for text in ["ten cats lives in Berlin", "likes green tea"] {
        let body = json!({"messages": [{"role": "user", "content": text}],
            "user_id": "alice", "infer": false});
        let added = send(server.address, "k", "POST", "/v3/memories/add/", &body.to_string());
        assert_eq!(added.unwrap().0, 200);
    }
    assert_eq!(found(&server, "likes green tea"), "likes green tea");
    server.stop();

    // The same model elsewhere.
    fs::rename(&model, &moved).unwrap();
    let server = Server::start(start(&moved));
    assert_eq!(found(&server, "likes green tea"), "likes green tea");
    server.stop();

    // Another pooling is another model.
    fs::create_dir(moved.join("1_Pooling")).unwrap();
    fs::write(moved.join("1_Pooling/config.json"), r#"{"pooling_mode": "cls"}"#).unwrap();
    let output = start(&moved).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("huggingface/distilbert-40-").count(), 3, "{said}");
    let to = format!(r#"{{"provider": "huggingface", "config": {{"model": {moved:?}}}}}"#);
    let (is_done, changed) = self::said(&folder, &["change-embedder", "--to", &to]);
    assert!(is_done && changed.contains("2 memories of huggingface/distilbert-40-"), "{changed}");
    let server = Server::start(start(&moved));
    assert_eq!(found(&server, "likes green tea"), "likes green tea");
    server.stop();
}

#[test]
fn a_setting_that_is_wrong_is_said_before_anything_is_opened() {
    let folder = Folder::new();
    for (given, words) in [
        ("opnai", "embedder.provider is \"opnai\"; did you mean openai?"),
        (r#"{"provider": "lmstudio", "config": {"modl": "s3cret"}}"#, "did you mean model?"),
        (r#"{"provider": "ollama", "confg": {}}"#, "--embedder cannot be used: embedder.confg"),
        ("huggingface", "embedder.config.model is missing; give the path of a folder"),
        (
            r#"{"provider": "huggingface", "config": {"model": "BAAI/bge-m3"}}"#,
            "embedder.config.model is not a folder on this machine, and nothing is downloaded",
        ),
        ("--reranker=cohre", "reranker.provider is \"cohre\"; did you mean cohere?"),
        ("--reranker=cohere", "reranker.config.api_key is missing"),
        (
            r#"--reranker={"provider": "cohere", "config": {"api_key": "k", "modl": "s3cret"}}"#,
            "mean model?",
        ),
    ] {
        let mut start = command(&folder.path().join("data"));
        let given =
            if given.starts_with("--") { given.to_owned() } else { format!("--embedder={given}") };
        let output = start.env_remove("COHERE_API_KEY").arg(&given).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{given}: {said}");
        assert!(!said.contains("s3cret") && !folder.path().join("data").exists(), "{said}");
    }
}

#[test]
fn a_new_folder_has_the_encoder_which_takes_little_memory() {
    let folder = Folder::new();
    let mut start = unconfigured(folder.path());
    start.env("MEM0_SERVER_API_KEY", "k");
    let server = Server::start(start);
    let started = server.peak_memory();
    assert!(started <= 60_000_000, "{started} bytes after the start");
    let ask = |path: &str, body: Value| {
        let (status, answer) = send(server.address, "k", "POST", path, &body.to_string()).unwrap();
        assert_eq!(status, 200, "{answer}");
        answer
    };
    for text in ["He prefers email to phone calls", "The printer is out of ink"] {
        let body = json!({"messages": text, "user_id": "alice", "infer": false});
        ask("/v3/memories/add/", body);
    }
    let body = json!({"query": "How is he contacted?", "filters": {"user_id": "alice"}});
    let found = ask("/v3/memories/search/", body);
    assert_eq!(found["results"][0]["memory"], "He prefers email to phone calls");
    // The weights are a part of the program; what is made of them is a second copy at most.
    let encoding = server.peak_memory();
    assert!(encoding <= 120_000_000, "{encoding} bytes with the weights in use");
    server.stop();
    let sql = rusqlite::Connection::open(folder.path().join("mem0.db")).unwrap();
    let length = "SELECT DISTINCT length(vector) FROM memory_vectors";
    assert_eq!(sql.query_row(length, [], |row| row.get::<_, i64>(0)).unwrap(), 384);
}

#[test]
fn a_configured_reranker_orders_the_hits_and_a_search_goes_on_without_it() {
    let (folder, files) = (Folder::new(), Folder::new());
    let file = files.path().join("mem0.toml");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, order, says) in [
        (service(reranked), ["A tea", "The tea tin is blue and has the tea"], None),
        (gone, ["The tea tin is blue and has the tea", "A tea"], Some("not-reranked")),
    ] {
        let config = format!(
            "[reranker]\nprovider = \"huggingface\"\n\
             config = {{huggingface_base_url = \"http://{address}\"}}\n"
        );
        fs::write(&file, config).unwrap();
        let mut start = command(folder.path());
        start.env("MEM0_SERVER_API_KEY", "k").arg("--config").arg(&file);
        let server = Server::start(start);
        let body = json!({"messages": [{"role": "user", "content": order[0]},
            {"role": "user", "content": order[1]}], "user_id": "alice", "infer": false});
        let body = body.to_string();
        assert_eq!(send(server.address, "k", "POST", "/v3/memories/add/", &body).unwrap().0, 200);
        let body = json!({"query": "which tea tin is blue?", "filters": {"user_id": "alice"},
            "rerank": true, "threshold": 0});
        let path = "/v3/memories/search/";
        let (status, found) = send(server.address, "k", "POST", path, &body.to_string()).unwrap();
        assert_eq!(status, 200);
        let memories = [&found["results"][0]["memory"], &found["results"][1]["memory"]];
        assert_eq!(memories, [order[0], order[1]], "{says:?}");
        assert_eq!(found["results"][0]["rerank_score"].is_null(), says.is_some());
        server.stop();
    }
}

/// A folder of the static table with these memories.
fn with_memories(texts: &[&str]) -> Folder {
    let folder = Folder::new();
    let mut start = command(folder.path());
    start.env("MEM0_SERVER_API_KEY", "k");
    let server = Server::start(start);
    for text in texts {
        let body = json!({"messages": [{"role": "user", "content": text}],
            "user_id": "alice", "infer": false});
        let added = send(server.address, "k", "POST", "/v3/memories/add/", &body.to_string());
        assert_eq!(added.unwrap().0, 200);
    }
    server.stop();
    folder
}

/// What a command says, and whether it succeeded.
fn said(folder: &Folder, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    command.arg("--data-dir").arg(folder.path()).args(arguments);
    if !arguments.contains(&"change-embedder") {
        command.args(["--listen", "127.0.0.1:0", "--api-key", "k"]);
    }
    let output = command.env("OPENAI_API_KEY", "s3cret").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn found(server: &Server, query: &str) -> Value {
    let body = json!({"query": query, "filters": {"user_id": "alice"}}).to_string();
    let (status, found) = send(server.address, "k", "POST", "/v3/memories/search/", &body).unwrap();
    assert_eq!(status, 200, "{found}");
    found["results"][0]["memory"].clone()
}

#[test]
fn a_folder_gets_another_embedder_by_a_command() {
    let folder = with_memories(&["He prefers email to phone calls", "The printer is out of ink"]);
    let (is_done, refused) = said(&folder, &["--embedder", "minilm"]);
    let named = format!("change-embedder --to NAME --data-dir {}", folder.path().display());
    assert!(!is_done && refused.contains("minilm") && refused.contains(&named), "{refused}");
    let (is_done, nothing) = said(&folder, &["change-embedder", "--cancel"]);
    assert!(is_done && nothing.contains("is not being changed"), "{nothing}");

    let (is_done, changed) = said(&folder, &["change-embedder", "--to", "minilm"]);
    assert!(is_done, "{changed}");
    for words in [
        "2 memories of the static table are to be embedded by minilm",
        "The data folder grows by at most 1 MB",
        "Start the server with --embedder minilm from now on.",
    ] {
        assert!(changed.contains(words), "{changed}");
    }
    let (is_done, again) = said(&folder, &["change-embedder", "--to", "minilm"]);
    assert!(is_done && again.contains("already"), "{again}");
    let (is_done, refused) = said(&folder, &["--embedder", "static"]);
    assert!(!is_done && refused.contains("minilm"), "{refused}");
    let mut start = unconfigured(folder.path());
    start.env("MEM0_SERVER_API_KEY", "k").args(["--embedder", "minilm"]);
    let server = Server::start(start);
    let question = "How does he like to be contacted?";
    assert_eq!(found(&server, question), "He prefers email to phone calls");
    server.stop();
}

#[cfg(feature = "providers")]
#[test]
fn a_provider_that_charges_waits_for_consent() {
    let folder = with_memories(&["likes green tea"]);
    let arguments = ["change-embedder", "--to", "openai", "--embedding-price", "20000"];
    let (is_done, asked) = said(&folder, &arguments);
    assert!(!is_done, "{asked}");
    for words in [
        "The provider is sent 15 characters, which are about 4 tokens",
        "at 20000 for a million tokens, that is about 0.08",
        "nothing was changed",
        "add --yes",
    ] {
        assert!(asked.contains(words), "{asked}");
    }
    assert!(!asked.contains("s3cret"), "{asked}");
    let serving = ["--embedder", "openai", "--change-embedder", "free"];
    let (is_done, asked) = said(&folder, &serving);
    assert!(!is_done && asked.contains("set change_embedder to paid"), "{asked}");
    assert!(asked.contains("about 4 tokens; with embedding_price"), "{asked}");
    // Nothing has begun.
    let (is_done, nothing) = said(&folder, &["change-embedder", "--cancel"]);
    assert!(is_done && nothing.contains("is not being changed"), "{nothing}");
}

#[cfg(feature = "providers")]
#[test]
fn a_server_changes_the_embedder_while_it_serves() {
    let folder = with_memories(&["likes green tea", "plays chess on Sundays"]);
    let address = service(embedded);
    let embedder = json!({"provider": "lmstudio", "config": {"embedding_dims": 32,
        "lmstudio_base_url": format!("http://{address}/v1")}});
    let serve = |mode: &str| {
        let mut start = unconfigured(folder.path());
        start.env("MEM0_SERVER_API_KEY", "k").env("MEM0_SERVER_EMBEDDER", embedder.to_string());
        start.args(["--change-embedder", mode]);
        Server::start(start)
    };
    let server = serve("free");
    assert_eq!(found(&server, "green tea"), "likes green tea");
    server.stop();
    // It is done, or goes on; then the folder is of that embedder.
    let mut tries = 0;
    loop {
        let server = serve("free");
        assert_eq!(found(&server, "chess on Sundays"), "plays chess on Sundays");
        server.stop();
        let (_, said) = said(&folder, &["--embedder", "static"]);
        if said.contains("were made by the embedder lmstudio") {
            break;
        }
        tries += 1;
        assert!(tries < 20, "{said}");
    }
    let server = serve("no");
    assert_eq!(found(&server, "green tea"), "likes green tea");
    server.stop();
}

#[cfg(all(unix, feature = "providers"))]
#[test]
fn a_stopped_command_goes_on_where_it_was_stopped() {
    let texts: Vec<String> = (0..200).map(|n| format!("Locker {n} is empty")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let folder = with_memories(&texts);
    let (asked, holds) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(true)));
    let (counted, held) = (asked.clone(), holds.clone());
    // After a hundred texts it answers no more.
    let address = service(move |body| {
        while counted.load(Ordering::SeqCst) > 100 && held.load(Ordering::SeqCst) {
            thread::sleep(std::time::Duration::from_millis(1));
        }
        counted.fetch_add(body["input"].as_array().unwrap().len(), Ordering::SeqCst);
        embedded(body)
    });
    let embedder = json!({"provider": "lmstudio", "config": {"embedding_dims": 32,
        "lmstudio_base_url": format!("http://{address}/v1")}});
    let mut change = Command::new(env!("CARGO_BIN_EXE_mem0-server"));
    change.args(["change-embedder", "--to", &embedder.to_string(), "--data-dir"]);
    change.arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = change.spawn().unwrap();
    while asked.load(Ordering::SeqCst) <= 100 {
        thread::sleep(std::time::Duration::from_millis(1));
    }
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stopped = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{stopped}");
    assert!(stopped.contains("the same command goes on where it was stopped"), "{stopped}");

    holds.store(false, Ordering::SeqCst);
    let output = change.output().unwrap();
    let done = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{done}");
    assert!(done.contains("The change goes on: ") && done.contains("now. Start"), "{done}");
    // What was cut off is embedded again, and nothing else.
    assert!(asked.load(Ordering::SeqCst) < 200 + 150);
}
