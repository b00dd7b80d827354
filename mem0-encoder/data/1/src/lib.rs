#![doc = include_str!("../README.md")]

/// The file `words.bin`.
pub static BYTES: &[u8] = include_bytes!("../words.bin");
