//! When something was or will be: what was said of it, and what of a model's date is believed.

mod calendar;
mod given;
mod reader;
mod said;
mod vocabulary;

pub(crate) use calendar::weekday_name;
pub(crate) use given::{Given, given};
pub(crate) use said::said;
pub(crate) use vocabulary::is_time_word;
