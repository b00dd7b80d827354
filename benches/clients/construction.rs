//! Making a client, which neither of ours does any I/O for.

use std::hint::black_box;

use clients::canned;
use clients::contender::Error;
use clients::run::cpu_time;
use mem0_client::AsyncMemoryClient;
use mem0_client_blocking::MemoryClient;

/// Plain HTTP, since these programs are built without TLS.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What making and dropping one takes, in microseconds of CPU.
pub fn construct() -> Result<Vec<(&'static str, usize, f64)>, Error> {
    fn timed(times: usize, make: impl Fn() -> Result<(), Error>) -> Result<(usize, f64), Error> {
        let began = cpu_time();
        for _ in 0..times {
            make()?;
        }
        Ok((times, (cpu_time() - began) as f64 / 1e3 / times as f64))
    }

    let (asynchronous, blocking, bare) = (
        timed(10_000, || {
            let builder = AsyncMemoryClient::builder().api_key(canned::API_KEY);
            black_box(builder.base_url(NOWHERE).build()?);
            Ok(())
        })?,
        timed(10_000, || {
            let builder = MemoryClient::builder().api_key(canned::API_KEY);
            black_box(builder.base_url(NOWHERE).build()?);
            Ok(())
        })?,
        timed(100, || {
            black_box(reqwest::Client::new());
            Ok(())
        })?,
    );
    Ok(vec![
        ("`AsyncMemoryClient`", asynchronous.0, asynchronous.1),
        ("`MemoryClient`", blocking.0, blocking.1),
        ("`reqwest::Client`", bare.0, bare.1),
    ])
}
