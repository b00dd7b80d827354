/// Whether sending a request twice does harm, which decides what may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// Changes nothing. Search and list are reads although they are POSTs.
    Read,
    /// Has the same effect twice as once.
    Idempotent,
    /// Has its effect again each time; retried only when the first attempt had none for certain.
    Once,
}
