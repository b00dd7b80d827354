use http::Method;
use serde_json::{Map, Value};

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::EntityType;
use crate::time::Timestamp;
use crate::wire::{open_enum, path, record};

request! {
    /// Reads the profile of one user:
    /// `GET /v2/entities/user/{entity_id}/profile/`.
    #[doc(alias = "getProfile")]
    pub struct GetProfile {
        /// the `user_id` that you added memories with
        entity_id: String,
    }
    example GetProfile::new("alice") => GET "/v2/entities/user/alice/profile/";
}

impl Endpoint for GetProfile {
    type Response = Profile;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_profile", Method::GET, path::PROFILE, Repeat::Read)
            .segment("entity_id", self.entity_id)
    }
}

open_enum! {
    /// The status of a profile.
    pub enum ProfileStatus {
        /// It is there.
        Succeeded = "succeeded",
        /// It is being made.
        Pending = "pending",
        /// It could not be made; see [`Profile::error`].
        Failed = "failed",
        /// The project does not make profiles.
        NotEnabled = "not_enabled",
        /// The user has too few memories.
        InsufficientData = "insufficient_data",
    }
}

record! {
    /// The profile of one user: a summary of the memories in the form of your schema.
    ///
    /// ```
    /// use mem0_sdk::{Profile, ProfileStatus};
    ///
    /// let profile: Profile = serde_json::from_str(
    ///     r#"{"status": "succeeded", "profile": {"diet": "vegetarian"}, "generation_count": 2}"#,
    /// )?;
    /// assert_eq!(profile.status, ProfileStatus::Succeeded);
    /// assert_eq!(profile.profile["diet"], "vegetarian");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Profile {
        required {
            /// Whether it is there.
            status: ProfileStatus = "status",
        }
        defaulted {
            /// The keys of your schema. Empty unless the status is `succeeded`.
            profile: Map<String, Value> = "profile",
        }
        optional {
            /// Always `user` so far.
            #[doc(alias = "entityType")]
            entity_type: EntityType = "entity_type",
            /// The user's id.
            #[doc(alias = "entityId")]
            entity_id: String = "entity_id",
            /// When it was last made.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// How often it was made.
            #[doc(alias = "generationCount")]
            generation_count: u64 = "generation_count",
            /// Why it could not be made.
            error: String = "error",
        }
    }
}
