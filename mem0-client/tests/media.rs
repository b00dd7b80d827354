//! Images and documents from files.

use std::future::Future;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mem0_client::{Message, Scope, media_from_file};
use serde_json::{Value, json};

use crate::platform::{Platform, Reply};

/// A file of this test's own.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("media");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test(start_paused = true)]
async fn a_file_is_sent_as_what_it_is() {
    let platform = Platform::new(|_| Reply::json(json!({"event_id": "e-1", "status": "PENDING"})));
    for (name, bytes, content) in [
        (
            "photo.txt",
            &b"GIF89a"[..],
            json!({"type": "image_url", "image_url": {"url": "data:image/gif;base64,R0lGODlh"}}),
        ),
        ("menu", b"%PDF-", json!({"type": "pdf_url", "pdf_url": {"url": "JVBERi0="}})),
        ("a.md", b"# hi", json!({"type": "mdx_url", "mdx_url": {"url": "IyBoaQ=="}})),
        ("a.txt", b"hi", json!({"type": "txt_url", "txt_url": {"url": "aGk="}})),
    ] {
        let media = media_from_file(file(name, bytes)).await.unwrap();
        platform.client().add(Message::user(media), Scope::user("alice")).await.unwrap();
        let sent: Value = platform.asked().last().unwrap().json();
        assert_eq!(sent["messages"][0]["content"], content, "{name}");
        assert!(!sent.to_string().contains(name), "the file's name was sent");
    }
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let error = media_from_file("/nonexistent/menu.pdf").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = media_from_file(file("song.mp3", b"ID3")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("text_bytes"), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn the_runtimes_thread_does_not_wait_for_the_disk() {
    let path = file("long.txt", &vec![b'x'; 4 << 20]);
    let mut reading = pin!(media_from_file(path));
    // If this thread read the file, there would be no second request.
    let first = reading.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first.is_pending());
    assert_eq!(reading.await.unwrap().encoded_len(), (4_usize << 20).div_ceil(3) * 4);
}

#[test]
fn outside_of_a_runtime_it_is_an_error() {
    let mut reading = pin!(media_from_file(file("short.txt", b"hi")));
    match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error)) => assert_eq!(error.kind(), ErrorKind::Other),
        other => panic!("{other:?}"),
    }
}
