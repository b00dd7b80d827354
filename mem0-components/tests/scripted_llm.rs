//! The scripted model: its answers, what it remembers, and how it waits.

use std::thread;
use std::time::{Duration, Instant};

use mem0_components::testing::ScriptedLlm;
use mem0_components::{
    ComponentError, ComponentErrorKind, Llm, LlmCapabilities, LlmMessage, LlmRequest, LlmResponse,
    ResponseFormat,
};

use crate::block_on;

const LIMIT: Duration = Duration::from_secs(20);

fn question(text: &str) -> LlmRequest {
    LlmRequest::new([LlmMessage::user(text)])
}

#[test]
fn answers_follow_the_script_and_requests_are_remembered() {
    let busy = ComponentError::new("scripted", ComponentErrorKind::RateLimited);
    let llm = ScriptedLlm::in_turn([Err(busy), Ok(LlmResponse::text("two"))]);
    let (one, two, three) = (question("one"), question("two"), question("three"));
    assert_eq!(block_on(llm.generate(&one)).unwrap_err().kind(), ComponentErrorKind::RateLimited);
    assert_eq!(block_on(llm.generate(&two)).unwrap().text, "two");
    let used_up = block_on(llm.generate(&three)).unwrap_err();
    assert_eq!(used_up.to_string(), "scripted: failed: the script's answers are used up");
    assert_eq!(llm.requests(), [one, two, three]);

    let llm = ScriptedLlm::answering(|request| Ok(LlmResponse::text(request.messages[0].text())));
    assert_eq!(block_on(llm.clone().generate(&question("echo"))).unwrap().text, "echo");
    assert_eq!(llm.asked(), 1);

    let llm = ScriptedLlm::failing(ComponentErrorKind::Timeout);
    assert!(block_on(llm.generate(&question("one"))).unwrap_err().is_transient());
}

#[test]
fn what_it_lacks_is_refused_and_does_not_count() {
    let llm = ScriptedLlm::replying("yes").with_capabilities(LlmCapabilities::text());
    let request = question("one").format(ResponseFormat::JsonObject);
    let refused = block_on(llm.generate(&request)).unwrap_err();
    assert_eq!(refused.to_string(), "scripted: cannot do this: answers as JSON");
    assert_eq!(llm.asked(), 0);
}

#[test]
fn a_future_that_is_not_polled_asks_nothing() {
    let llm = ScriptedLlm::replying("yes");
    drop(llm.generate(&question("one")));
    assert_eq!(llm.asked(), 0);
}

#[test]
fn an_answer_is_held_until_it_is_released_and_others_see_that_it_was_asked() {
    let llm = ScriptedLlm::replying("yes");
    let (first, second) = (llm.hold(), llm.hold());
    let asker = llm.clone();
    let asked = thread::spawn(move || block_on(asker.generate(&question("one"))));
    assert!(llm.wait_until_asked(1, LIMIT));
    first.release();
    // The second one still holds.
    thread::sleep(Duration::from_millis(30));
    assert!(!asked.is_finished());
    drop(second);
    let released = Instant::now();
    while !asked.is_finished() {
        assert!(released.elapsed() < LIMIT, "a released answer does not come");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(asked.join().unwrap().unwrap().text, "yes");
    // Nobody holds any more.
    assert_eq!(block_on(llm.generate(&question("two"))).unwrap().text, "yes");
    assert!(!llm.wait_until_asked(3, Duration::from_millis(1)));
}

#[test]
fn the_most_questions_at_once_are_counted_and_a_dropped_one_is_no_longer_out() {
    let llm = ScriptedLlm::replying("yes");
    let hold = llm.hold();
    let request = question("one");
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut dropped = llm.generate(&request);
    assert!(dropped.as_mut().poll(&mut context).is_pending());
    drop(dropped);
    let mut two = [llm.generate(&request), llm.generate(&request)];
    for one in &mut two {
        assert!(one.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(llm.most_at_once(), 2);
    hold.release();
    for one in two {
        assert!(block_on(one).is_ok());
    }
    assert!(block_on(llm.generate(&request)).is_ok());
    assert_eq!((llm.most_at_once(), llm.asked()), (2, 4));
}

#[test]
fn an_answer_takes_its_time_without_a_runtime() {
    let llm = ScriptedLlm::replying("yes").with_delay(Duration::from_millis(40));
    let began = Instant::now();
    block_on(llm.generate(&question("one"))).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(40));
}

#[test]
fn debug_shows_no_questions() {
    let llm = ScriptedLlm::replying("s3cret");
    block_on(llm.generate(&question("s3cret"))).unwrap();
    let shown = format!("{llm:?} {:?}", llm.hold());
    assert!(!shown.contains("s3cret") && shown.contains("asked: 1"), "{shown}");
}
