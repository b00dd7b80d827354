//! The form of JSON on the wire: reading that keeps unknown fields, pages, error bodies, the paths
//! of all operations, and the macros for such types.
//!
//! May name nothing else of the crate but [`InvalidInput`](crate::InvalidInput).

mod check;
mod cursor;
mod error_body;
mod exact_json;
mod extra;
mod from_text;
mod half_surrogates;
mod huge_integer;
mod message_response;
mod metadata;
mod object;
mod open_enum;
mod options;
mod page;
pub mod path;
mod read;
mod record;
mod slot;

pub use error_body::ErrorBody;
pub use exact_json::read_json;
pub use extra::Extra;
pub use half_surrogates::without_half_surrogates;
pub use message_response::MessageResponse;
pub use metadata::Metadata;
pub use page::{Malformed, Page};
pub use record::Record;

pub(crate) use check::check_name;
pub(crate) use cursor::Cursor;
pub(crate) use exact_json::deserialize as deserialize_exactly;
pub(crate) use from_text::{Text, from_text};
pub(crate) use metadata::{read_metadata, typed_metadata};
pub(crate) use object::{Object, check_object};
pub(crate) use open_enum::open_enum;
pub(crate) use options::{options, setter};
pub(crate) use read::{deserialize, read};
pub(crate) use record::{record, sealed};
pub(crate) use slot::Slot;
