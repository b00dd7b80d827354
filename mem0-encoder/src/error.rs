/// Why there is no vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The weights that the program carries are not those that this version reads: the crates with
    /// the data and this one are of different releases.
    #[error(
        "the built-in encoder's weights are of another version than its code; build with the data \
         crates of the same release"
    )]
    Weights,
    /// The library that multiplies matrices refused, which is a fault of ours. It holds its reason.
    #[error("the built-in encoder could not multiply its matrices ({0}); please report this")]
    Multiplication(String),
}
