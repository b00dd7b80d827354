#![doc = include_str!("../README.md")]

/// The file `layers.bin`.
pub static BYTES: &[u8] = include_bytes!("../layers.bin");
