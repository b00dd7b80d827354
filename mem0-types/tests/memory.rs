//! How much memory a large document takes until it is in a request.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, Read};

use mem0_types::requests::AddMemory;
use mem0_types::{AddMemoryOptions, Endpoint, Media, Message, Scope};
use peak_alloc::PeakAlloc;
use serde_json::json;

/// Counts a growing block as two, the old and the new one, because it may have to move.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SIZE: usize = 16 * 1024 * 1024;
const ENCODED: f64 = SIZE as f64 / 3.0 * 4.0;

/// The most memory that was held while this ran, in addition to the memory before, in encoded
/// documents.
fn peak<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let value = run();
    (value, (MEMORY.peak_usage() as f64 - before as f64) / ENCODED)
}

/// As [`peak`], but when it has ended.
fn held<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let before = MEMORY.current_usage();
    let value = run();
    (value, (MEMORY.current_usage() as f64 - before as f64) / ENCODED)
}

/// One test, because others that run beside it would be counted too.
#[test]
fn a_large_document_is_held_once_and_its_request_once() {
    let source = || (&b"%PDF-"[..]).chain(io::repeat(b'x')).take(SIZE as u64);
    let ((document, of_reading), kept) =
        held(|| peak(|| Media::from_reader("a", source()).unwrap()));
    assert!(kept < 1.01, "a document keeps {kept:.2} of its size");
    // The length was not known: the text as it was, and with a quarter more room.
    assert!(of_reading < 1.0 + 1.26, "reading a document took {of_reading:.2} of its size");

    let bytes: Vec<u8> = document.url().as_bytes()[..SIZE].to_vec();
    let (_, of_bytes) = peak(|| Media::image_bytes("image/png", &bytes));
    assert!(of_bytes < 1.01, "encoding bytes took {of_bytes:.2} of the result");
    drop(bytes);

    let options = AddMemoryOptions::new(Scope::user("alice"))
        .metadata(json!({"source": "mail"}))
        .custom_instructions("Only dates");
    let message = Message::user(document);
    let ((call, of_call), kept) =
        held(|| peak(|| AddMemory::new([message], options).into_call().unwrap()));
    assert!(of_call < 1.01, "a request took {of_call:.2} of the document beside it");
    // The document is gone and the request remains.
    assert!(kept.abs() < 0.01, "{kept:.2} more than before");
    assert!(call.body().unwrap().len() as f64 > ENCODED);

    let (again, of_copy) = peak(|| call.clone());
    assert!(of_copy < 0.01, "a retry took {of_copy:.2} of the document");
    assert_eq!(again, call);
}
