//! Connections that end between calls: 100 of 100 calls succeed, none of them sent twice.

use std::time::Duration;

use crate::client::{BOTH, Client, Settings, ask, in_time};
use crate::script::Step::{Close, Pause, Read, Reset};
use crate::script::{Script, Step, answer, send, well};
use crate::server::FaultServer;

const CALLS: usize = 100;

/// A hundred adds, each after the server has done this to the connection of the one before.
#[track_caller]
fn a_hundred_of_a_hundred(exchange: &[Step], connections: usize) {
    for way in BOTH {
        let script = Script::new([exchange.to_vec()]);
        let server = FaultServer::start(move |connection| script.clone().play(connection));
        in_time(Duration::from_secs(60), move || {
            let client = Client::new(way, &Settings::new(server.url())).unwrap();
            for call in 1..=CALLS {
                client.add("I climb").unwrap_or_else(|error| panic!("{way:?}, {call}: {error:?}"));
                if connections == CALLS {
                    server.wait_for_closed(call);
                }
            }
            assert_eq!((server.requests(), server.connections()), (CALLS, connections), "{way:?}");
        });
    }
}

#[test]
fn a_connection_that_stays_open_is_used_again() {
    a_hundred_of_a_hundred(&[Read, send(well())], 1);
}

#[test]
fn closed_after_each_answer() {
    a_hundred_of_a_hundred(&[Read, send(well()), Close], CALLS);
}

#[test]
fn closed_after_each_answer_as_was_said() {
    let last = answer("200 OK", &["connection: close"], crate::script::FITS_ALL);
    a_hundred_of_a_hundred(&[Read, send(last), Close], CALLS);
}

#[test]
fn closed_after_a_sleep() {
    a_hundred_of_a_hundred(&[Read, send(well()), Pause(Duration::from_millis(20)), Close], CALLS);
}

#[test]
fn reset_after_a_sleep() {
    a_hundred_of_a_hundred(&[Read, send(well()), Pause(Duration::from_millis(20)), Reset], CALLS);
}

/// Some servers say why they close an idle connection. It is the answer to nothing.
#[test]
fn a_408_on_an_idle_connection() {
    let late = answer("408 Request Timeout", &["connection: close"], "");
    let pause = Pause(Duration::from_millis(20));
    a_hundred_of_a_hundred(&[Read, send(well()), pause, send(late), Close], CALLS);
}

/// A second answer that came with the first must not pass for that of the next call.
#[test]
fn an_answer_that_nobody_asked_for() {
    for way in BOTH {
        let server = FaultServer::start(async |mut connection| {
            loop {
                let heard = connection.request().await?;
                let id = heard.line.split('/').nth(3)?.to_owned();
                let answers = [id.as_str(), "stray"]
                    .map(|id| answer("200 OK", &[], format!(r#"{{"id": "{id}", "memory": ""}}"#)));
                connection.send(&answers.concat()).await?;
            }
        });
        in_time(Duration::from_secs(60), move || {
            let client = &Client::new(way, &Settings::new(server.url())).unwrap();
            for call in 0..CALLS {
                let id = format!("m-{call}");
                let memory = ask!(client.get(&id)).unwrap();
                assert_eq!(memory.id, id, "{way:?}");
            }
            assert_eq!(server.requests(), CALLS, "{way:?}");
        });
    }
}
