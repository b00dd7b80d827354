//! Heads of answers that are odd, and answers that lead elsewhere.

use std::time::Duration;

use mem0_client::ErrorKind;

use crate::certificates;
use crate::fault::{BROKEN, Expected, STALLED, Scene, UNREAD, faults};
use crate::script::Step::{Close, Flood, Read};
use crate::script::{FITS_ALL, answer, head, send, well};

/// These bytes, and the end of the connection.
fn raw(bytes: impl Into<Vec<u8>>) -> Scene {
    Scene::always([Read, send(bytes), Close])
}

fn redirect(status: &str, location: &str) -> Scene {
    Scene::always([Read, send(answer(status, &[&format!("location: {location}")], ""))])
}

const fn redirected(code: &'static str, says: &'static str) -> Expected {
    Expected::refused(ErrorKind::Server, code, says, "redirects are not followed")
}

faults! {
    /// A head of a megabyte.
    oversized_head: raw(answer("200 OK", &[&format!("x: {}", "o".repeat(1_000_000))], FITS_ALL)) => BROKEN;
    /// A head of a thousand headers.
    too_many_headers: raw(answer("200 OK", &vec!["x: y"; 1000], FITS_ALL)) => BROKEN;
    /// An answer that is not HTTP at all.
    no_http: raw("220 mail.test ESMTP\r\n") => BROKEN;
    /// A status that is not a number.
    no_status: raw("HTTP/1.1 OK\r\ncontent-length: 2\r\n\r\n{}") => BROKEN;
    /// Two lengths that differ.
    two_lengths: raw(answer("200 OK", &["content-length: 1"], FITS_ALL)) => BROKEN;
    /// A negative length.
    negative_length: raw([head("200 OK", &["content-length: -1"]), FITS_ALL.into()].concat()) => BROKEN;
    /// Headers that end in a bare line feed.
    bare_line_feeds: raw(String::from_utf8(well()).unwrap().replace("\r\n", "\n")) => Expected::well(1);
    /// HTTP/1.0 with a length.
    http_1_0: raw(String::from_utf8(well()).unwrap().replace("HTTP/1.1", "HTTP/1.0")) => Expected::well(1);
    /// HTTP/1.0 that ends with the connection.
    http_1_0_without_a_length: raw(format!("HTTP/1.0 200 OK\r\n\r\n{FITS_ALL}")) => Expected::well(1);
    /// HTTP/2 where HTTP/1.1 was asked for.
    http_2: raw(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00".to_vec()) => BROKEN;
    /// Informational answers (100, 103) before the answer.
    informational: Scene::always([
        Read,
        send([head("100 Continue", &[]), head("103 Early Hints", &["link: </x>"]), well()].concat()),
    ]) => Expected::well(1);
    /// Informational answers without end.
    informational_without_end: Scene::always([
        Read,
        Flood(head("103 Early Hints", &[]), Duration::from_millis(20)),
    ])
    .hasty() => STALLED;
    /// Another protocol, which nobody asked for (101).
    switching_protocols: Scene::always([
        Read,
        send(head("101 Switching Protocols", &["upgrade: other", "connection: upgrade"])),
        Close,
    ]) => Expected::refused(ErrorKind::Server, "HTTP_101", "101 Switching Protocols", "try again later");
    /// A status that no standard knows.
    unknown_status: Scene::always([Read, send(answer("799 Odd", &[], ""))])
        => Expected::refused(ErrorKind::Server, "HTTP_799", "799", "try again later");
    /// A redirect within the origin.
    redirect_within_the_origin: redirect("307 Temporary Redirect", "/v1/other/")
        => redirected("HTTP_307", "307 Temporary Redirect");
    /// A redirect to itself.
    redirect_to_itself: Scene::always([
        Read,
        send(answer("308 Permanent Redirect", &["location: ?"], "")),
    ]) => redirected("HTTP_308", "308 Permanent Redirect");
    /// A redirect to another origin, which would see the request.
    redirect_to_another_origin: Scene::with_elsewhere(|elsewhere| redirect("307 Temporary Redirect", &elsewhere))
        => redirected("HTTP_307", "307 Temporary Redirect");
    /// A redirect that would turn the request into a GET.
    redirect_to_a_get: Scene::with_elsewhere(|elsewhere| redirect("303 See Other", &elsewhere))
        => redirected("HTTP_303", "303 See Other");
    /// A redirect from `https://` to `http://`.
    redirect_to_http: Scene::with_elsewhere(|elsewhere| {
        let (config, authority) = certificates::trusted();
        let location = format!("location: {elsewhere}");
        let answer = answer("301 Moved Permanently", &[&location], "");
        Scene::tls(config, [Read, send(answer)]).trusting(authority)
    }) => redirected("HTTP_301", "301 Moved Permanently");
    /// A redirect without an address.
    redirect_to_nowhere: Scene::always([Read, send(answer("302 Found", &[], ""))])
        => redirected("HTTP_302", "302 Found");
    /// A success with nothing but an address to go to.
    created_elsewhere: Scene::always([Read, send(answer("201 Created", &["location: /v1/x/"], "{}"))])
        => UNREAD.says("missing field", "Check the base URL");
}
