use std::fmt;

use serde::Serialize;

/// Shows a value with its content, for the tests of your app.
///
/// The `Debug` output of memories, messages, filters and answers has no content, so that it can be
/// logged. When an `assert_eq!` on two of them fails, both sides look the same. In `Shown` they are
/// the JSON that they are, line by line, and compared as before:
///
/// ```should_panic
/// use mem0_sdk::{Memory, Shown};
///
/// let (found, expected) = (Memory::new("m-1", "Hikes"), Memory::new("m-1", "Climbs"));
/// // left: { "id": "m-1", "memory": "Hikes" }, and right: { "id": "m-1", "memory": "Climbs" }
/// assert_eq!(Shown(&found), Shown(&expected));
/// ```
///
/// It takes whatever serde can write: one value or a list, owned or borrowed.
///
/// ```
/// use mem0_sdk::{Filter, Shown};
///
/// let filter = Filter::user_id("alice");
/// assert_eq!(format!("{filter:?}"), "user_id Is");
/// assert_eq!(format!("{:?}", Shown(&filter)), "{\n  \"user_id\": \"alice\"\n}");
/// ```
///
/// Content is shown where this is written, and nowhere else: there is no feature that another crate
/// could turn on, and the SDK itself does not use it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown<T>(pub T);

impl<T: Serialize> fmt::Debug for Shown<T> {
    /// The value's JSON, with all content: keep it out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_string_pretty(&self.0) {
            Ok(json) => f.write_str(&json),
            Err(_) => f.write_str("(cannot be written as JSON)"),
        }
    }
}
