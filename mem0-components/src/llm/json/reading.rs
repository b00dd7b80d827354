use std::fmt;

use serde_json::Value;

use super::fault::JsonFault;
use super::mend::JsonMend;

/// The JSON of a reply. `Debug` shows none of it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct JsonReading {
    /// What was asked for, in the shape that was asked for.
    pub value: Value,
    /// What had to be mended, each kind once; empty for a reply of nothing but JSON.
    pub mends: Vec<JsonMend>,
    /// Where the reply was cut off, if more would have come: `value` then has only what is
    /// complete. `None` where all that was asked for is there.
    pub cut: Option<JsonFault>,
}

impl fmt::Debug for JsonReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonReading")
            .field("mends", &self.mends)
            .field("cut", &self.cut)
            .finish_non_exhaustive()
    }
}
