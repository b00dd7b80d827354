/// Whether a request does harm when it is sent twice, which decides whether it may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// Changes nothing. Searches and lists are reads although they are POSTs.
    Read,
    /// Has the same effect twice as once.
    Idempotent,
    /// Has its effect each time. It is only retried when the first attempt certainly had none.
    Once,
}
