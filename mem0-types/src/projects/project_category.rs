use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::memories::CustomCategory;
use crate::wire::from_text;

/// A category of a project, with or without a description.
///
/// ```
/// use mem0_sdk::{CustomCategory, ProjectCategory};
///
/// let categories: Vec<ProjectCategory> =
///     serde_json::from_str(r#"[{"diet": "What she eats"}, "travel"]"#)?;
/// assert_eq!(categories[0], CustomCategory::new("diet", "What she eats").into());
/// assert_eq!(categories[1], "travel".into());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ProjectCategory {
    /// A name and a description.
    Described(CustomCategory),
    /// A name only.
    Named(String),
    /// JSON of another form, as it was sent.
    Other(Value),
}

impl ProjectCategory {
    /// Its name, if it has one.
    ///
    /// ```
    /// # use mem0_sdk::ProjectCategory;
    /// assert_eq!(ProjectCategory::from("travel").name(), Some("travel"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Described(category) => Some(category.name()),
            Self::Named(name) => Some(name),
            Self::Other(_) => None,
        }
    }
}

impl From<CustomCategory> for ProjectCategory {
    fn from(category: CustomCategory) -> Self {
        Self::Described(category)
    }
}

from_text!(ProjectCategory, name => Self::Named(name.into_owned()));

impl fmt::Debug for ProjectCategory {
    /// The form, never the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Described(_) => "Described",
            Self::Named(_) => "Named",
            Self::Other(_) => "Other",
        })
    }
}

impl Serialize for ProjectCategory {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Described(category) => category.serialize(serializer),
            Self::Named(name) => serializer.serialize_str(name),
            Self::Other(json) => json.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ProjectCategory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        Ok(match &json {
            Value::String(name) => Self::Named(name.clone()),
            Value::Object(fields) => match fields.iter().next() {
                Some((name, Value::String(description))) if fields.len() == 1 => {
                    CustomCategory::new(name, description).into()
                }
                _ => Self::Other(json),
            },
            _ => Self::Other(json),
        })
    }
}
