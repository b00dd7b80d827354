/// The parts of a score, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ScoreParts {
    /// How close the meaning is.
    pub semantic: f64,
    /// How much of the query's information the words hold.
    pub bm25: f64,
    /// The share of the speakers named by the query that the memory is by; 0 when it names none. A
    /// speaker is known by the `name` of a message.
    pub entity: f64,
}
