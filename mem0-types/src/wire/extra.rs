use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::half_surrogates::read_mended;
use super::huge_integer::has_huge_integer;

/// The fields of an answer besides its typed ones, kept as the JSON that was sent.
///
/// They are fields that this version does not know, known fields with another type than documented
/// (such as an integer of more than 64 bits), and the second name of a run where both `run_id` and
/// `session_id` were sent. They are written back when the value is serialized, so that nothing is
/// lost.
///
/// ```
/// use mem0_sdk::Memory;
///
/// let memory: Memory = serde_json::from_str(
///     r#"{"id": "m-1", "memory": "Loves hiking", "mood": "sunny", "created_at": {"y": 2026}}"#,
/// )?;
/// assert_eq!(memory.extra().get::<String>("mood").as_deref(), Some("sunny"));
/// assert_eq!(memory.created_at, None);
/// assert!(memory.extra().contains("created_at"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra {
    fields: Vec<(String, Box<RawValue>)>,
    /// Typed fields that were sent empty. They are written back as they were sent.
    empty: Vec<&'static str>,
}

impl Extra {
    /// The field decoded as `T`, half a surrogate pair as U+FFFD. `None` when it is absent or not a
    /// `T`.
    ///
    /// ```
    /// # use mem0_sdk::Memory;
    /// let memory: Memory = serde_json::from_str(r#"{"id": "m-1", "rank": 3}"#)?;
    /// assert_eq!(memory.extra().get::<u32>("rank"), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let json = self.raw(name)?;
        serde_json::from_str(json).ok().or_else(|| read_mended(json))
    }

    /// The field's JSON text, as it was sent.
    ///
    /// ```
    /// # use mem0_sdk::Memory;
    /// let memory: Memory = serde_json::from_str(r#"{"id": "m-1", "rank": 1e400}"#)?;
    /// assert_eq!(memory.extra().raw("rank"), Some("1e400"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, json)| json.get())
    }

    /// Whether there is a field with this name.
    ///
    /// ```
    /// # use mem0_sdk::Extra;
    /// assert!(!Extra::default().contains("mood"));
    /// ```
    pub fn contains(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The fields' names, in the order in which they were sent.
    ///
    /// ```
    /// # use mem0_sdk::Extra;
    /// assert_eq!(Extra::default().names().count(), 0);
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there are no fields besides the typed ones.
    ///
    /// ```
    /// # use mem0_sdk::Extra;
    /// assert!(Extra::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(crate) fn push(&mut self, name: &str, json: &RawValue) {
        self.fields.push((name.to_owned(), json.to_owned()));
    }

    pub(crate) fn note_empty(&mut self, name: &'static str) {
        self.empty.push(name);
    }

    pub(crate) fn was_empty(&self, name: &str) -> bool {
        self.empty.contains(&name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.fields.iter().map(|(name, json)| (name.as_str(), json.as_ref()))
    }
}

/// Whether two texts are the same JSON, however they are written. A `Value` does not tell integers
/// of more than 64 bits apart, so texts with such integers must be written alike.
pub(crate) fn same_json(left: &RawValue, right: &RawValue) -> bool {
    if has_huge_integer(left.get()) || has_huge_integer(right.get()) {
        return left.get() == right.get();
    }
    left.get() == right.get()
        || match (serde_json::from_str(left.get()), serde_json::from_str::<Value>(right.get())) {
            (Ok(left), Ok(right)) => Value::eq(&left, &right),
            _ => false,
        }
}

impl PartialEq for Extra {
    /// Equal when the same fields have the same JSON, in any order.
    fn eq(&self, other: &Self) -> bool {
        // A name may occur twice, so each field takes a counterpart of its own.
        let mut there: Vec<_> = other.iter().collect();
        self.fields.len() == there.len()
            && self.iter().all(|(name, json)| {
                let counterpart = there.iter().position(|(other_name, other_json)| {
                    name == *other_name && same_json(json, other_json)
                });
                counterpart.map(|index| there.swap_remove(index)).is_some()
            })
    }
}

impl fmt::Debug for Extra {
    /// How many fields there are. Names and values both come from outside.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fields.len() {
            1 => f.write_str("1 other field"),
            count => write!(f, "{count} other fields"),
        }
    }
}

impl Serialize for Extra {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
