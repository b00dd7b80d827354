//! What a fact must pass before it is believed, whatever the model says.

pub(crate) mod bearing;
pub(crate) mod faithful;
pub(crate) mod ground;
pub(crate) mod language;
pub(crate) mod placeholders;
pub(crate) mod recalled;
pub(crate) mod secrets;
pub(crate) mod speaker;
