//! Decoding a page of 200 rows: the SDK's type, and a derived struct that loses unnamed fields.

use std::hint::black_box;

use clients::canned;
use clients::contender::Error;
use clients::plain::Listed;
use clients::run::cpu_time;
use mem0_client::requests::GetAllMemories;
use mem0_client::{Endpoint, Memory, Page};

use crate::report::median;

/// A way to decode the page, and how many MB it reads per second of CPU.
pub struct Decoded {
    pub what: &'static str,
    pub megabytes: f64,
    /// Relative to the derived struct, in the same round.
    pub ratio: f64,
}

pub fn decode(rounds: usize) -> Result<Vec<Decoded>, Error> {
    let text = canned::list_answer(1, canned::PAGE);
    let with_unknown = text.replace("\"app_id\":null", "\"owner\":\"team-a\",\"rank\":17");
    // Checks that the SDK's type keeps everything that a plain struct does not name.
    let page: Page<Memory> = GetAllMemories::read_response(&with_unknown)?;
    if page.iter().any(|memory| memory.extra().get::<u64>("rank") != Some(17)) {
        return Err("an unknown field was lost".into());
    }
    type Way<'a> = (&'static str, &'a str, fn(&str) -> Result<usize, serde_json::Error>);
    let plain = |text: &str| Ok(black_box(serde_json::from_str::<Listed>(text)?).results.len());
    let ours = |text: &str| Ok(black_box(GetAllMemories::read_response(text)?).len());
    let by_serde = |text: &str| Ok(black_box(serde_json::from_str::<Page<Memory>>(text)?).len());
    let ways: [Way<'_>; 5] = [
        ("a derived struct", &text, plain),
        ("`Page<Memory>`, as the clients read it", &text, ours),
        ("`Page<Memory>`, by `serde_json::from_str`", &text, by_serde),
        ("a derived struct, two unknown fields a row lost", &with_unknown, plain),
        ("`Page<Memory>`, two unknown fields a row kept", &with_unknown, ours),
    ];
    let mut all = vec![Vec::new(); ways.len()];
    for round in 0..rounds {
        for place in 0..ways.len() {
            let place = (place + round) % ways.len();
            let (_, text, read) = ways[place];
            let began = cpu_time();
            for _ in 0..20 {
                if read(text)? != canned::PAGE as usize {
                    return Err("a page without all rows".into());
                }
            }
            let seconds = (cpu_time() - began) as f64 / 1e9;
            all[place].push(20.0 * text.len() as f64 / 1e6 / seconds);
        }
    }
    let decoded = ways.iter().enumerate().map(|(place, (what, _, _))| {
        let base = &all[if place < 3 { 0 } else { 3 }];
        let ratios = all[place].iter().zip(base).map(|(one, other)| one / other);
        Decoded { what, megabytes: median(all[place].clone()), ratio: median(ratios.collect()) }
    });
    Ok(decoded.collect())
}
