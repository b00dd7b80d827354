/// Which of the processor's instructions are used. The vectors are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arithmetic {
    /// The widest that this processor has: AVX-512 with or without VNNI, AVX2, NEON, or plain ones.
    #[default]
    Fastest,
    /// Those that every processor has. Slow, for comparison.
    Plain,
}
