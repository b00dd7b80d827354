//! Bodies that are not what the operation answers with.

use std::time::Duration;

use crate::fault::{BROKEN, Expected, RESPONSE_LIMIT, Scene, UNREAD, faults};
use crate::script::Step::{Close, Flood, Read, Stall};
use crate::script::{FITS_ALL, answer, head, send};

fn body(headers: &[&str], body: impl AsRef<[u8]>) -> Scene {
    Scene::always([Read, send(answer("200 OK", headers, body))])
}

fn chunked(body: &str) -> Scene {
    let answer = [head("200 OK", &["transfer-encoding: chunked"]), body.into()].concat();
    Scene::always([Read, send(answer), Close])
}

/// JSON that would do, if it were not as large.
fn large() -> String {
    FITS_ALL.replacen("\"\"", &format!("\"{}\"", "o".repeat(RESPONSE_LIMIT)), 1)
}

/// A megabyte of it in a kilobyte.
const BOMB: &[u8] = include_bytes!("../bomb.json.gz");

const TOO_LARGE: Expected = UNREAD.says("larger than 100000 bytes", "response_limit");

faults! {
    /// The content type is wrong.
    wrong_content_type: body(&["content-type: text/plain"], FITS_ALL) => Expected::well(1);
    /// A page of HTML with status 200, as captive portals send it.
    html_with_200: body(&["content-type: text/html"], "<html><p>Welcome!</p></html>")
        => UNREAD.says("it is not JSON", "Check the base URL");
    /// An empty body with status 200.
    empty_200: body(&[], "") => UNREAD.says("it ends too early", "Check the base URL");
    /// An empty body with status 204, where a body should be.
    no_content_204: Scene::always([Read, send(head("204 No Content", &[]))])
        => UNREAD.says("missing field", "Check the base URL");
    /// A body that is not UTF-8.
    not_utf8: body(&[], b"{\"id\": \"m-\xff\"}") => UNREAD.says("not UTF-8", "Check the base URL");
    /// JSON of another form.
    other_json: body(&[], "\"m-1\"") => UNREAD;
    /// A body that claims to be compressed, and is not.
    not_gzip: body(&["content-encoding: gzip"], "{\"id\": \"m-1\"")
        => if cfg!(feature = "gzip") { BROKEN } else { UNREAD.says("`gzip`", "Check the base URL") };
    /// A small compressed body that becomes a large one.
    gzip_bomb: body(&["content-encoding: gzip"], BOMB)
        => if cfg!(feature = "gzip") { TOO_LARGE } else { UNREAD.says("`gzip`", "Check the base URL") };
    /// A body over the limit.
    body_over_the_limit: body(&[], large()) => TOO_LARGE;
    /// A body whose declared length is over the limit, and which never comes.
    length_over_the_limit: Scene::always([
        Read,
        send(head("200 OK", &["content-length: 1000000000000"])),
        Stall,
    ]) => TOO_LARGE;
    /// A body in chunks without end.
    chunks_without_end: Scene::always([
        Read,
        send(head("200 OK", &["transfer-encoding: chunked"])),
        Flood([b"4000\r\n".to_vec(), vec![b' '; 0x4000], b"\r\n".to_vec()].concat(), Duration::ZERO),
    ]) => TOO_LARGE;
    /// A chunk whose size is not a number.
    chunk_without_a_size: chunked("no size\r\n{}\r\n0\r\n\r\n") => BROKEN;
    /// A chunk whose size is too large a number.
    chunk_beyond_numbers: chunked("fffffffffffffffffff\r\n{}\r\n0\r\n\r\n") => BROKEN;
    /// A chunk that does not end where it says.
    chunk_without_an_end: chunked("2\r\n{}garbage\r\n0\r\n\r\n") => BROKEN;
}
