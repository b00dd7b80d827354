//! Prints the milliseconds of a text in candle, of processors and of the clock: `candle FOLDER
//! TOGETHER ROUNDS < TOKENS`, the tokens of one text a line, so many of them encoded together.

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{fs, io};

use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, together, rounds] = arguments.as_slice() else {
        return Err("usage: candle FOLDER TOGETHER ROUNDS < TOKENS".into());
    };
    let (together, rounds): (usize, usize) = (together.parse()?, rounds.parse()?);
    let mut ids: Vec<u32> = Vec::new();
    for line in io::stdin().lines().take(together) {
        for id in line?.split_whitespace() {
            ids.push(id.parse()?);
        }
    }
    let config: Config = serde_json::from_slice(&fs::read(Path::new(folder).join("config.json"))?)?;
    let weights = fs::read(Path::new(folder).join("model.safetensors"))?;
    let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
    let model = BertModel::load(weights, &config)?;
    let ids = Tensor::from_vec(ids.clone(), (together, ids.len() / together), &Device::Cpu)?;
    let segments = ids.zeros_like()?;
    let encode = || -> candle_core::Result<Vec<Vec<f32>>> {
        let states = model.forward(&ids, &segments, None)?;
        let mean = states.mean(1)?;
        mean.broadcast_div(&mean.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?)?.to_vec2()
    };
    encode()?;
    let (began, clock) = (processors()?, Instant::now());
    for _ in 0..rounds {
        encode()?;
    }
    let texts = (rounds * together) as f64;
    let (taken, waited) = (processors()? - began, clock.elapsed().as_secs_f64() * 1e3);
    println!("{:.4} {:.4}", taken / texts, waited / texts);
    Ok(())
}

/// The milliseconds that this process has had of processors.
fn processors() -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let times = fs::read_to_string(thread?.path().join("schedstat"))?;
        sum += times.split(' ').next().unwrap_or_default().parse::<f64>()? / 1e6;
    }
    Ok(sum)
}
