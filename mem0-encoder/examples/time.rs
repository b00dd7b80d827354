//! Prints the processor time of a text in milliseconds: `time TOGETHER ROUNDS < TEXTS`, one text a
//! line, so many of them encoded together.

#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::error::Error;
use std::fs;
use std::io;

use mem0_encoder::{Arithmetic, Encoder};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next().and_then(|number| number.parse::<usize>().ok());
    let (together, rounds) = (number().unwrap_or(1), number().unwrap_or(100));
    let arithmetic = match std::env::var("MEM0_ENCODER_ARITHMETIC").as_deref() {
        Ok("plain") => Arithmetic::Plain,
        _ => Arithmetic::Fastest,
    };
    let texts = io::stdin().lines().collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).cycle().take(together).collect();
    let encoder = Encoder::with(arithmetic)?;
    encoder.encode(&texts)?;
    let began = nanoseconds()?;
    for _ in 0..rounds {
        encoder.encode(&texts)?;
    }
    let taken = nanoseconds()? - began;
    println!("{:.4}", taken / 1e6 / (rounds * together) as f64);
    Ok(())
}

/// What this process has had of processors.
fn nanoseconds() -> Result<f64, Box<dyn Error>> {
    let times = fs::read_to_string("/proc/self/schedstat")?;
    Ok(times.split(' ').next().unwrap_or_default().parse()?)
}
