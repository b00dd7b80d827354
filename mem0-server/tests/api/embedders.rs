//! The binary with an embedder of a provider.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use mem0_components::testing::HashEmbedder;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::server::{Server, command, send};

/// A server that speaks the protocol of LM Studio, with vectors of 32 numbers.
fn lm_studio() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap());
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
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
    let body: Value = serde_json::from_slice(&body).unwrap();
    let hashes = HashEmbedder::new(32);
    let texts = body["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let rows = texts
        .enumerate()
        .map(|(at, text)| json!({"index": at, "embedding": hashes.embedding(text).components()}));
    let body = json!({"data": rows.collect::<Vec<_>>()}).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}", body.len());
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
}

#[test]
fn a_configured_embedder_makes_the_vectors_and_stays_the_folders() {
    let (folder, files) = (Folder::new(), Folder::new());
    let file = files.path().join("mem0.toml");
    let address = lm_studio();
    let config = format!(
        "[embedder]\nprovider = \"lmstudio\"\n[embedder.config]\nembedding_dims = 32\n\
         lmstudio_base_url = \"http://{address}/v1\"\n"
    );
    fs::write(&file, config).unwrap();
    let mut start = command(folder.path());
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
    let output = command(folder.path()).env("MEM0_SERVER_API_KEY", "k").output().unwrap();
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
    ] {
        let mut start = command(&folder.path().join("data"));
        let output = start.args(["--embedder", given]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{given}: {said}");
        assert!(!said.contains("s3cret") && !folder.path().join("data").exists(), "{said}");
    }
}
