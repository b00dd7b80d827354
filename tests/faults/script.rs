//! What a server does in one exchange, as data.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::server::Connection;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Reads a whole request.
    Read,
    /// Reads only so many bytes.
    Part(usize),
    Send(Vec<u8>),
    /// Sends a byte at a time.
    Drip(Vec<u8>, Duration),
    /// The same again and again.
    Flood(Vec<u8>, Duration),
    Pause(Duration),
    /// Does nothing more until the client hangs up.
    Stall,
    Close,
    Reset,
}

pub(crate) fn send(bytes: impl Into<Vec<u8>>) -> Step {
    Step::Send(bytes.into())
}

/// JSON in which each operation of these tests finds what it needs.
pub(crate) const FITS_ALL: &str =
    r#"{"id": "m-1", "memory": "", "event_id": "e-1", "status": "PENDING", "results": []}"#;

/// A whole answer. Each header is a line without its end.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("content-length: {}", body.len());
    [&head(status, &[&[length.as_str()], headers].concat()), body].concat()
}

/// What comes before the body.
pub(crate) fn head(status: &str, headers: &[&str]) -> Vec<u8> {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes()
}

/// An answer that is as it should be.
pub(crate) fn well() -> Vec<u8> {
    answer("200 OK", &["content-type: application/json"], FITS_ALL)
}

/// The exchanges of a server in their order, whichever connection each is on; the last one repeats.
#[derive(Debug, Clone)]
pub(crate) struct Script(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    exchanges: Vec<Vec<Step>>,
    begun: AtomicUsize,
    mended: AtomicBool,
}

impl Script {
    pub(crate) fn new(exchanges: impl Into<Vec<Vec<Step>>>) -> Self {
        let (begun, mended) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self(Arc::new(Inner { exchanges: exchanges.into(), begun, mended }))
    }

    /// From now on everything is well.
    pub(crate) fn mend(&self) {
        self.0.mended.store(true, Ordering::SeqCst);
    }

    fn next(&self) -> Vec<Step> {
        let Inner { exchanges, begun, mended } = &*self.0;
        if mended.load(Ordering::SeqCst) {
            return vec![Step::Read, Step::Send(well())];
        }
        let index = begun.fetch_add(1, Ordering::SeqCst);
        exchanges[index.min(exchanges.len() - 1)].clone()
    }

    pub(crate) async fn play(self, mut connection: Connection) -> Option<()> {
        loop {
            for step in self.next() {
                match step {
                    Step::Read => drop(connection.request().await?),
                    Step::Part(bytes) => connection.part(bytes).await?,
                    Step::Send(bytes) => connection.send(&bytes).await?,
                    Step::Drip(bytes, pause) => {
                        for byte in bytes {
                            connection.send(&[byte]).await?;
                            tokio::time::sleep(pause).await;
                        }
                    }
                    Step::Flood(bytes, pause) => loop {
                        connection.send(&bytes).await?;
                        tokio::time::sleep(pause).await;
                    },
                    Step::Pause(pause) => tokio::time::sleep(pause).await,
                    Step::Stall => return connection.stall().await,
                    Step::Close => {
                        connection.close().await;
                        return None;
                    }
                    Step::Reset => {
                        connection.reset();
                        return None;
                    }
                }
            }
            // Which exchange comes next is known when it does.
            connection.something().await?;
        }
    }
}
