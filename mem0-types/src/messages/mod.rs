//! The messages of an add: text, images and documents.
//!
//! May name `wire`.

mod media;
mod media_type;
mod message;
mod reading;
mod skipped;
mod speaker;

pub use media::Media;
pub use media_type::MediaKind;
pub use message::{Content, Message, Messages, Role};
pub use skipped::Skipped;
pub(crate) use speaker::spoken;
