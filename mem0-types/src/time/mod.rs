//! Days and times, and their conversions to the types of other crates.
//!
//! May name `wire`.

#[cfg(feature = "chrono04")]
mod chrono04;
#[cfg(any(feature = "chrono04", feature = "jiff", feature = "time03"))]
mod converted;
mod date;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "time03")]
mod time03;
mod timestamp;

pub use date::Date;
pub use timestamp::Timestamp;

pub(crate) use timestamp::check_time;
