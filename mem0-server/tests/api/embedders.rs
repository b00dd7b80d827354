//! The binary with an embedder of a provider.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use mem0_components::testing::HashEmbedder;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::server::{Server, command, send, unconfigured};

/// A server that answers each body with another.
fn service(answering: fn(&Value) -> Value) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), answering);
        }
    });
    address
}

fn answer(mut stream: TcpStream, answering: fn(&Value) -> Value) {
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
    let body = answering(&serde_json::from_slice(&body).unwrap()).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}", body.len());
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
}

/// What LM Studio answers, with vectors of 32 numbers.
fn embedded(body: &Value) -> Value {
    let hashes = HashEmbedder::new(32);
    let texts = body["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let rows = texts
        .enumerate()
        .map(|(at, text)| json!({"index": at, "embedding": hashes.embedding(text).components()}));
    json!({"data": rows.collect::<Vec<_>>()})
}

/// What a reranker answers that prefers short texts.
fn reranked(body: &Value) -> Value {
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
fn a_setting_that_is_wrong_is_said_before_anything_is_opened() {
    let folder = Folder::new();
    for (given, words) in [
        ("opnai", "embedder.provider is \"opnai\"; did you mean openai?"),
        (r#"{"provider": "lmstudio", "config": {"modl": "s3cret"}}"#, "did you mean model?"),
        (r#"{"provider": "ollama", "confg": {}}"#, "--embedder cannot be used: embedder.confg"),
        ("huggingface", "huggingface_base_url is missing; give the address of a server"),
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
    let length = "SELECT DISTINCT length(vector) FROM memory_index";
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
