//! Profiles of users, the settings for them, and the jobs that make them.
//!
//! May name `call`, `ids`, `time` and `wire`.

mod job;
mod profile;
mod settings;

pub use job::{CreateProfileJobResponse, ProfileJob, ProfileJobResponse};
pub use profile::{Profile, ProfileStatus};
pub use settings::{ProfileEntities, ProfileEntitySettings, ProfileSettings};

/// The requests of this folder, which [`crate::requests`] offers.
pub(crate) mod requests {
    pub use super::job::{GenerateProfile, GetProfileJob, SampleProfiles};
    pub use super::profile::GetProfile;
    pub use super::settings::{GetProfileSettings, UpdateProfileSettings};
}
