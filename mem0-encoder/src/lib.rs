#![doc = include_str!("../README.md")]

mod arithmetic;
mod encoder;
mod error;
mod lanes;
mod linear;
mod model;
mod sections;
mod tokenizer;

pub use arithmetic::Arithmetic;
pub use encoder::{Encoder, MODEL, Sentence};
pub use error::EncoderError;
pub use model::{DIMENSIONS, WINDOW};
