//! Prints the milliseconds of a text, of processors and of the clock: `time TOGETHER ROUNDS
//! THREADS < TEXTS`, one text a line, so many of them encoded together, in equal parts by so many
//! threads.

#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;
use std::time::Instant;
use std::{fs, io, thread};

use mem0_encoder::{Arithmetic, Encoder};

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().and_then(|number| number.parse::<usize>().ok());
    let (together, rounds) = (number().unwrap_or(1), number().unwrap_or(100));
    let threads = number().unwrap_or(1).clamp(1, together);
    let arithmetic = match std::env::var("MEM0_ENCODER_ARITHMETIC").as_deref() {
        Ok("plain") => Arithmetic::Plain,
        _ => Arithmetic::Fastest,
    };
    let texts = io::stdin().lines().collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).cycle().take(together).collect();
    let encoder = Encoder::with(arithmetic)?;
    encoder.encode(&texts)?;
    let encode = |texts: &[&str]| -> Result<f64, Failure> {
        let began = processor()?;
        for _ in 0..rounds {
            encoder.encode(texts)?;
        }
        Ok(processor()? - began)
    };
    let began = Instant::now();
    let parts = texts.chunks(together.div_ceil(threads));
    let taken = thread::scope(|scope| {
        let parts: Vec<_> = parts.map(|texts| scope.spawn(move || encode(texts))).collect();
        let mut sum = 0.0;
        for part in parts {
            sum += part.join().map_err(|_| "a thread panicked")??;
        }
        Ok::<f64, Failure>(sum)
    })?;
    let (waited, texts) = (began.elapsed().as_secs_f64() * 1e3, (rounds * together) as f64);
    println!("{:.4} {:.4}", taken / texts, waited / texts);
    Ok(())
}

/// The milliseconds that this thread has had of processors.
fn processor() -> Result<f64, Failure> {
    let times = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(times.split(' ').next().unwrap_or_default().parse::<f64>()? / 1e6)
}
