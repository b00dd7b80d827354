use std::fmt;

use serde::Serialize;

use crate::Argument;

/// A category and what belongs in it.
///
/// ```
/// use mem0_sdk::CustomCategory;
///
/// let diet = CustomCategory::new("diet", "What she eats");
/// assert_eq!(serde_json::to_string(&diet)?, r#"{"diet":"What she eats"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CustomCategory {
    name: String,
    description: String,
}

impl CustomCategory {
    /// A category with this name. The description tells the platform what belongs in it.
    ///
    /// ```
    /// let diet = mem0_sdk::CustomCategory::new("diet", "What she eats");
    /// assert_eq!(serde_json::json!(diet), serde_json::json!({"diet": "What she eats"}));
    /// ```
    pub fn new(name: impl Argument<String>, description: impl Argument<String>) -> Self {
        Self { name: name.into(), description: description.into() }
    }

    /// Its name.
    ///
    /// ```
    /// # use mem0_sdk::CustomCategory;
    /// assert_eq!(CustomCategory::new("diet", "What she eats").name(), "diet");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What belongs in it.
    ///
    /// ```
    /// # use mem0_sdk::CustomCategory;
    /// assert_eq!(CustomCategory::new("diet", "What she eats").description(), "What she eats");
    /// ```
    pub fn description(&self) -> &str {
        &self.description
    }
}

impl fmt::Debug for CustomCategory {
    /// Neither the name nor the description: they are the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomCategory").finish_non_exhaustive()
    }
}

impl Serialize for CustomCategory {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(&self.name, &self.description)])
    }
}
