//! Calls that end before they are done: dropped at every poll, or cut off by their deadline at any
//! moment.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use mem0_client::{AsyncMemoryClient, CallOptions, Scope};
use mem0_client_blocking::MemoryClient;
use tokio::runtime::Builder;

use crate::client::{Settings, async_client, blocking_client, in_time};
use crate::ledger::Ledger;
use crate::script::{FITS_ALL, answer};
use crate::server::FaultServer;

/// A future that is given up after so many polls.
struct Polled<F> {
    future: Pin<Box<F>>,
    left: usize,
}

impl<F: Future> Future for Polled<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.future.as_mut().poll(context).map(Some)
    }
}

/// Takes adds, each only when it comes for the second time if it is to be asked back for; and
/// answers slowly enough that a call is polled at each of its steps.
fn server(ledger: Ledger, asks_back: bool, closes: bool) -> FaultServer {
    let asked = Ledger::default();
    FaultServer::start(move |mut connection| {
        let (ledger, asked) = (ledger.clone(), asked.clone());
        async move {
            loop {
                let heard = connection.request().await?;
                if heard.line.starts_with("POST") {
                    if asked.note(&heard.body) == 1 && asks_back {
                        let busy = answer("429 Too Many Requests", &["retry-after: 0"], "");
                        connection.send(&busy).await?;
                        continue;
                    }
                    ledger.note(&heard.body);
                }
                let headers: &[&str] = if closes { &["connection: close"] } else { &[] };
                let well = answer("200 OK", headers, FITS_ALL);
                let (head, body) = well.split_at(40);
                connection.send(head).await?;
                tokio::time::sleep(Duration::from_millis(2)).await;
                connection.send(body).await?;
                if closes {
                    connection.close().await;
                    return None;
                }
            }
        }
    })
}

/// One connection at a time, so that a call that leaves one behind is found out.
fn settings(server: &FaultServer) -> Settings {
    let mut settings = Settings::new(server.url());
    settings.max_connections = 1;
    settings
}

async fn dropped_at_every_poll(client: AsyncMemoryClient, ledger: Ledger) {
    let mut there = [0; 2];
    for polls in 0.. {
        let text = format!("I climbed after {polls} polls");
        let add = Box::pin(client.add(text.as_str(), Scope::user("alice")));
        let ended = Polled { future: add, left: polls }.await;
        client.ping().await.unwrap();
        let count = ledger.count(&text);
        if let Some(added) = ended {
            added.unwrap();
            assert_eq!(count, 1, "{text}");
            break;
        }
        assert!(count <= 1, "{text}: it is there {count} times");
        there[count] += 1;
        assert!(polls < 1000, "it never ends");
    }
    // Some were dropped before they were sent, and some after.
    assert!(there[0] >= 2 && there[1] >= 1, "{there:?}");
    // Nothing goes on in the background.
    tokio::time::sleep(Duration::from_millis(100)).await;
    for polls in 0..there[0] + there[1] {
        let count = ledger.count(&format!("I climbed after {polls} polls"));
        assert!(count <= 1, "it is there {count} times");
    }
}

#[test]
fn an_add_dropped_at_every_poll() {
    for (asks_back, closes) in [(false, false), (true, false), (false, true), (true, true)] {
        in_time(Duration::from_secs(60), move || {
            let ledger = Ledger::default();
            let server = server(ledger.clone(), asks_back, closes);
            let client = async_client(&settings(&server)).unwrap();
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(dropped_at_every_poll(client, ledger));
        });
    }
}

/// Calls of the blocking client end early only by their deadline, which drops the same future.
fn cut_at_many_moments(client: &MemoryClient, ledger: &Ledger) {
    let mut known = 0;
    for moment in 0..60 {
        let text = format!("I climbed at moment {moment}");
        let hasty = client.with(CallOptions::new().deadline(Duration::from_micros(100 * moment)));
        let added = hasty.add(text.as_str(), Scope::user("alice"));
        client.ping().unwrap();
        let count = ledger.count(&text);
        match added {
            Ok(_) => assert_eq!(count, 1, "{text}"),
            Err(error) if error.is_outcome_unknown() => assert!(count <= 1, "{text}: {count}"),
            Err(error) => {
                assert_eq!(count, 0, "{text}: {error:?}");
                known += 1;
            }
        }
    }
    assert!(known < 60, "no add was sent");
}

#[test]
fn an_add_cut_at_many_moments() {
    for (asks_back, closes) in [(false, false), (true, false), (false, true), (true, true)] {
        in_time(Duration::from_secs(60), move || {
            let ledger = Ledger::default();
            let server = server(ledger.clone(), asks_back, closes);
            cut_at_many_moments(&blocking_client(&settings(&server)).unwrap(), &ledger);
        });
    }
}
