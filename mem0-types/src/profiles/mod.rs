//! Profiles of users, the settings for them, and the jobs that make them.
//!
//! Names `call`, `ids`, `time` and `wire`.

mod job;
mod profile;
mod settings;

pub use job::{CreateProfileJobResponse, ProfileJob, ProfileJobResponse};
pub use profile::{Profile, ProfileStatus};
pub use settings::{ProfileEntities, ProfileEntitySettings, ProfileSettings};

/// The requests among them, which `requests` at the root shows.
pub(crate) mod requests {
    pub use super::job::{GenerateProfile, GetProfileJob, SampleProfiles};
    pub use super::profile::GetProfile;
    pub use super::settings::{GetProfileSettings, UpdateProfileSettings};
}
