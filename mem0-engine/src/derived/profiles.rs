use std::fmt;

use mem0_types::{EntityType, IdField, Metadata, ProfileStatus};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::folder::columns::json_column;
use crate::limits::{self, MAX_SETTINGS};
use crate::memories::{entities, record};
use crate::{Access, Engine, EngineError, LlmTask, json_depth};

/// The settings of a project's profiles.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ProfileSettingsRecord {
    /// Whether users have profiles; `false` by default.
    pub enabled: bool,
    /// The JSON Schema of a profile.
    pub schema: Option<Metadata>,
    /// Instructions for filling in a profile.
    pub custom_instructions: Option<String>,
}

impl fmt::Debug for ProfileSettingsRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileSettingsRecord")
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// Changes to the settings. `None` leaves a setting as it is, and `Some(None)` clears it.
#[derive(Clone, Default, PartialEq)]
pub struct ProfileSettingsChange {
    /// Whether users have profiles.
    pub enabled: Option<bool>,
    /// The JSON Schema of a profile, with a `description` for each property.
    pub schema: Option<Option<Metadata>>,
    /// Instructions for filling in a profile.
    pub custom_instructions: Option<Option<String>>,
}

impl ProfileSettingsChange {
    fn check(&self) -> Result<(), EngineError> {
        let instructions = self.custom_instructions.iter().flatten().map(String::len).sum();
        limits::check_length("custom_instructions", instructions, MAX_SETTINGS)?;
        let Some(Some(schema)) = &self.schema else { return Ok(()) };
        limits::check_json("schema", schema, MAX_SETTINGS)?;
        json_depth::check("schema", &Value::from(schema.clone()))?;
        let properties = schema.get("properties").and_then(Value::as_object);
        let described =
            |properties: &Metadata| properties.values().all(|one| one["description"].is_string());
        match properties {
            Some(properties) if !properties.is_empty() && described(properties) => Ok(()),
            _ => {
                Err(EngineError::invalid("schema", "must have properties, each with a description"))
            }
        }
    }
}

impl fmt::Debug for ProfileSettingsChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileSettingsChange")
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// The state of a user's profile. Without a language model, it is never filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileRecord {
    /// `NotEnabled`, `InsufficientData` for a user without memories, else `Failed`.
    pub status: ProfileStatus,
    /// What is missing.
    pub error: Option<String>,
}

impl Engine {
    /// The settings of the project's profiles.
    ///
    /// # Errors
    /// [`EngineError::Storage`].
    pub async fn profile_settings(&self) -> Result<ProfileSettingsRecord, EngineError> {
        self.read(settings).await
    }

    /// Changes the settings of the project's profiles. Returns the settings after the change.
    ///
    /// # Errors
    /// [`EngineError::Forbidden`] for an access that is bound to entities,
    /// [`EngineError::InvalidInput`] for a schema without descriptions.
    pub async fn update_profile_settings(
        &self,
        change: ProfileSettingsChange,
    ) -> Result<ProfileSettingsRecord, EngineError> {
        change.check()?;
        self.write(move |connection, access| {
            // The settings apply to the whole project.
            if access.is_scoped() {
                return Err(EngineError::Forbidden);
            }
            let settings = settings(connection, access)?;
            let schema = change.schema.clone().unwrap_or(settings.schema);
            let instructions = change.custom_instructions.clone();
            let instructions = instructions.unwrap_or(settings.custom_instructions);
            connection
                .prepare_cached(
                    "INSERT INTO profile_settings (project, enabled, schema, custom_instructions) \
                     VALUES (?, ?, ?, ?) ON CONFLICT (project) DO UPDATE SET \
                     enabled = excluded.enabled, schema = excluded.schema, \
                     custom_instructions = excluded.custom_instructions",
                )?
                .execute(params![
                    access.project(),
                    change.enabled.unwrap_or(settings.enabled),
                    schema.map(|schema| Value::from(schema).to_string()),
                    instructions,
                ])?;
            self::settings(connection, access)
        })
        .await
    }

    /// The state of a user's profile.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown user.
    pub async fn profile(&self, user_id: &str) -> Result<ProfileRecord, EngineError> {
        let user_id = user_id.to_owned();
        self.read(move |connection, access| {
            entities::get(connection, access, &EntityType::User, &user_id)?;
            let settings = settings(connection, access)?;
            if !settings.enabled {
                return Ok(ProfileRecord { status: ProfileStatus::NotEnabled, error: None });
            }
            match fill(connection, access, &user_id)? {
                None => Ok(ProfileRecord { status: ProfileStatus::InsufficientData, error: None }),
                Some(error) => Ok(ProfileRecord {
                    status: ProfileStatus::Failed,
                    error: Some(error.to_string()),
                }),
            }
        })
        .await
    }
}

pub(crate) fn settings(
    connection: &Connection,
    access: &Access,
) -> Result<ProfileSettingsRecord, EngineError> {
    let found = connection
        .prepare_cached(
            "SELECT enabled, schema, custom_instructions FROM profile_settings WHERE project = ?",
        )?
        .query_row([access.project()], |row| {
            Ok(ProfileSettingsRecord {
                enabled: row.get("enabled")?,
                schema: json_column(row, "schema")?,
                custom_instructions: row.get("custom_instructions")?,
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Why a user's profile cannot be filled in; `None` when the user has no memories.
pub(crate) fn fill(
    connection: &Connection,
    access: &Access,
    user_id: &str,
) -> Result<Option<EngineError>, EngineError> {
    if !record::exists(connection, access.project(), IdField::UserId, user_id)? {
        return Ok(None);
    }
    Ok(Some(EngineError::LlmRequired(LlmTask::Profile)))
}
