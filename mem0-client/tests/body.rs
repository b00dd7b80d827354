//! The body of a request, as a caller's own service gets it.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body as _;
use mem0_client::Body;

#[test]
fn is_made_of_what_holds_bytes() {
    for body in [
        Body::from("{}"),
        Body::from(b"{}".as_slice()),
        Body::from("{}".to_owned()),
        Body::from(b"{}".to_vec()),
        Body::from(Bytes::from("{}")),
    ] {
        assert_eq!(body.as_ref(), b"{}");
        assert_eq!(format!("{body:?}"), "Body(2 bytes)");
        assert_eq!(body.into_bytes(), "{}");
    }
}

#[test]
fn is_sent_in_one_frame() {
    let mut body = Body::from("{}");
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(2), false));
    let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) else {
        panic!("no frame");
    };
    assert_eq!(frame.into_data().unwrap(), "{}");
    assert_eq!((body.size_hint().exact(), body.is_end_stream()), (Some(0), true));
    assert!(matches!(Pin::new(&mut body).poll_frame(&mut context), Poll::Ready(None)));
}

#[test]
fn can_be_sent_again() {
    let body = Body::from("{}");
    let mut sent = body.clone();
    let _ = Pin::new(&mut sent).poll_frame(&mut Context::from_waker(Waker::noop()));
    assert_eq!(body.as_ref(), b"{}");
    assert!(Body::default().is_end_stream());
}
