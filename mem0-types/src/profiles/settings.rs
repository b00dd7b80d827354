use http::Method;
use serde_json::{Map, Value, json};

use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::{path, record};
use crate::{Argument, InvalidInput};

record! {
    /// A project's settings for profiles.
    ///
    /// ```
    /// let settings: mem0_sdk::ProfileSettings = serde_json::from_str(
    ///     r#"{"enabled": true, "entities": {"user": {"custom_instructions": "Only food"}}}"#,
    /// )?;
    /// let user = settings.entities.and_then(|entities| entities.user);
    /// assert_eq!(user.and_then(|user| user.custom_instructions).as_deref(), Some("Only food"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ProfileSettings {
        required {}
        defaulted {}
        optional {
            /// Whether profiles are made.
            enabled: bool = "enabled",
            /// The settings for each kind of entity.
            entities: ProfileEntities = "entities",
            /// What the platform can do. It does not document the form.
            capabilities: Map<String, Value> = "capabilities",
        }
    }
}

record! {
    /// Settings for profiles by kind of entity.
    ///
    /// ```
    /// let entities: mem0_sdk::ProfileEntities = serde_json::from_str(r#"{"user": {}}"#)?;
    /// assert!(entities.user.is_some());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ProfileEntities {
        required {}
        defaulted {}
        optional {
            /// The settings for users.
            user: ProfileEntitySettings = "user",
        }
    }
}

record! {
    /// Settings for the profiles of one kind of entity.
    ///
    /// ```
    /// let settings: mem0_sdk::ProfileEntitySettings =
    ///     serde_json::from_str(r#"{"schema": {"type": "object"}, "custom_instructions": null}"#)?;
    /// assert!(settings.schema.is_some());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ProfileEntitySettings {
        required {}
        defaulted {}
        optional {
            /// The JSON Schema that a profile follows.
            schema: Map<String, Value> = "schema",
            /// Instructions for making a profile, in your own words.
            #[doc(alias = "customInstructions")]
            custom_instructions: String = "custom_instructions",
        }
    }
}

request! {
    /// Reads the project's settings for profiles: `GET /v2/profiles/settings/`.
    #[doc(alias = "getProfileSettings")]
    pub struct GetProfileSettings {}
    example GetProfileSettings::new() => GET "/v2/profiles/settings/";
}

impl Endpoint for GetProfileSettings {
    type Response = ProfileSettings;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(Call::new("get_profile_settings", Method::GET, path::PROFILE_SETTINGS, Repeat::Read))
    }
}

/// Changes the project's settings for profiles: `POST /v2/profiles/settings/`. Settings that are
/// not set stay as they are.
///
/// ```
/// use mem0_sdk::requests::UpdateProfileSettings;
/// use mem0_sdk::Endpoint;
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": {"diet": {"type": "string", "description": "What they eat"}},
/// });
/// let call = UpdateProfileSettings::new().enabled(true).schema(schema).into_call()?;
/// assert_eq!(call.path()?, "/v2/profiles/settings/");
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[doc(alias = "updateProfileSettings")]
// Not a `request!`: a setting can also be cleared, which is null on the wire.
#[derive(Clone, PartialEq, Default)]
#[must_use = "a request does nothing until it is sent"]
pub struct UpdateProfileSettings {
    enabled: Option<bool>,
    // The inner `None` clears the setting.
    schema: Option<Option<Value>>,
    custom_instructions: Option<Option<String>>,
}

impl UpdateProfileSettings {
    /// No changes yet.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// assert!(UpdateProfileSettings::new().into_call().is_err());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether profiles are made.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// let call = UpdateProfileSettings::new().enabled(false).into_call()?;
    /// assert_eq!(call.body().unwrap(), r#"{"enabled":false}"#);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// The JSON Schema that a user's profile follows: an object whose properties each have a
    /// `description`.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// # use serde_json::json;
    /// let bare = json!({"type": "object", "properties": {"diet": {"type": "string"}}});
    /// let refused = UpdateProfileSettings::new().schema(bare).into_call().unwrap_err();
    /// assert_eq!(refused.field(), "schema");
    /// ```
    pub fn schema(mut self, schema: impl Argument<Value>) -> Self {
        self.schema = Some(Some(schema.into()));
        self
    }

    /// Clears the schema: `null` on the wire.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// let call = UpdateProfileSettings::new().clear_schema().into_call()?;
    /// assert_eq!(call.body().unwrap(), r#"{"entities":{"user":{"schema":null}}}"#);
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn clear_schema(mut self) -> Self {
        self.schema = Some(None);
        self
    }

    /// Instructions for making a user's profile, in your own words.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// let call = UpdateProfileSettings::new().custom_instructions("Only food").into_call()?;
    /// assert_eq!(
    ///     call.body().unwrap(),
    ///     r#"{"entities":{"user":{"custom_instructions":"Only food"}}}"#,
    /// );
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    #[doc(alias = "customInstructions")]
    pub fn custom_instructions(mut self, custom_instructions: impl Argument<String>) -> Self {
        self.custom_instructions = Some(Some(custom_instructions.into()));
        self
    }

    /// Clears the instructions: `null` on the wire.
    ///
    /// ```
    /// # use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// let call = UpdateProfileSettings::new().clear_custom_instructions().into_call()?;
    /// assert_eq!(
    ///     call.body().unwrap(),
    ///     r#"{"entities":{"user":{"custom_instructions":null}}}"#,
    /// );
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn clear_custom_instructions(mut self) -> Self {
        self.custom_instructions = Some(None);
        self
    }
}

impl std::fmt::Debug for UpdateProfileSettings {
    /// Which settings are changed, never to what.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateProfileSettings")
            .field("enabled", &self.enabled)
            .field("schema", &self.schema.is_some())
            .field("custom_instructions", &self.custom_instructions.is_some())
            .finish()
    }
}

impl Endpoint for UpdateProfileSettings {
    type Response = ProfileSettings;

    fn into_call(self) -> Result<Call, InvalidInput> {
        if let Some(Some(schema)) = &self.schema {
            check_schema(schema)?;
        }
        let mut user = Map::new();
        if let Some(schema) = self.schema {
            user.insert("schema".to_owned(), json!(schema));
        }
        if let Some(custom_instructions) = self.custom_instructions {
            user.insert("custom_instructions".to_owned(), json!(custom_instructions));
        }
        let mut body = Map::new();
        if let Some(enabled) = self.enabled {
            body.insert("enabled".to_owned(), enabled.into());
        }
        if !user.is_empty() {
            body.insert("entities".to_owned(), json!({ "user": user }));
        }
        if body.is_empty() {
            return Err(InvalidInput::new("settings", "must have a setting to change"));
        }
        Call::new(
            "update_profile_settings",
            Method::POST,
            path::PROFILE_SETTINGS,
            Repeat::Idempotent,
        )
        .json(&body)
    }
}

/// The platform fills each property by its description and refuses a property without one.
fn check_schema(schema: &Value) -> Result<(), InvalidInput> {
    let properties = schema.as_object().map(|schema| schema.get("properties"));
    let described = |property: &Value| property["description"].is_string();
    match properties {
        None => Err(InvalidInput::new("schema", "must be a JSON Schema, which is a JSON object")),
        Some(Some(Value::Object(properties))) if !properties.values().all(described) => {
            Err(InvalidInput::new("schema", "must have a `description` for each of its properties"))
        }
        Some(_) => Ok(()),
    }
}
