use crate::text::vector::Vector;

/// The whole query, or a sentence of it.
#[derive(Clone)]
pub(crate) struct QueryPart {
    /// The places of its words among those of the query, ascending.
    pub(crate) terms: Vec<u16>,
    /// `None` when only words count.
    pub(crate) vector: Option<Vector>,
    /// The share of its evidence that a memory keeps which matches this part alone.
    pub(crate) kept: f64,
}
