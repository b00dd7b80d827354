use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::InvalidInput;

/// Your own keys for a memory, an entity or a request. The SDK never rewrites them.
pub type Metadata = Map<String, Value>;

/// Reads metadata into a type. An error names a field that is missing and repeats no content.
pub(crate) fn read_metadata<T: DeserializeOwned>(
    metadata: Option<&Metadata>,
) -> Result<T, InvalidInput> {
    let json = Value::Object(metadata.cloned().unwrap_or_default());
    T::deserialize(json).map_err(|error: serde_json::Error| {
        let type_name = std::any::type_name::<T>();
        let why = error.to_string();
        // Its other errors quote the value.
        let why = if why.starts_with("missing field `") { &why } else { "a key has another type" };
        InvalidInput::new("metadata", format!("does not fit {type_name}: {why}"))
    })
}

/// Emits the typed reading of an answer's `metadata`.
macro_rules! typed_metadata {
    ($name:ident) => {
        impl $name {
            /// The metadata as a type of yours. Without metadata it is read from no keys, so that a
            /// type whose fields are all optional fits.
            ///
            /// # Errors
            /// [`InvalidInput`](crate::InvalidInput) where it does not fit. The error names a field
            /// that is missing, and no content.
            ///
            /// ```
            #[doc = concat!("use mem0_sdk::", stringify!($name), ";")]
            /// use serde::Deserialize;
            ///
            /// #[derive(Deserialize)]
            /// struct Origin {
            ///     source: String,
            /// }
            ///
            #[doc = concat!("fn source(answer: &", stringify!($name), ") -> Option<String> {")]
            ///     answer.metadata_as::<Origin>().map(|origin| origin.source).ok()
            /// }
            /// ```
            pub fn metadata_as<T: serde::de::DeserializeOwned>(
                &self,
            ) -> Result<T, $crate::InvalidInput> {
                $crate::wire::read_metadata(self.metadata.as_ref())
            }
        }
    };
}

pub(crate) use typed_metadata;
