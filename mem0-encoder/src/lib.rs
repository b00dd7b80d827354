#![doc = include_str!("../README.md")]

mod alone;
mod arithmetic;
mod encoder;
mod error;
#[cfg(feature = "folder")]
mod folder;
mod lanes;
mod linear;
mod model;
mod sections;
mod tokenizer;

pub use arithmetic::Arithmetic;
pub use encoder::{Encoder, MODEL, Sentence};
pub use error::EncoderError;
#[cfg(feature = "folder")]
pub use folder::{FolderEncoder, FolderError};
pub use model::{DIMENSIONS, WINDOW};
