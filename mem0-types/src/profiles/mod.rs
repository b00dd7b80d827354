//! What the platform puts together about one user, and the jobs that do it.
//!
//! Names `call`, `ids`, `time` and `wire`.

mod job;
mod profile;
mod settings;

pub use job::{
    CreateProfileJobResponse, GenerateProfile, GetProfileJob, ProfileJob, ProfileJobResponse,
    SampleProfiles,
};
pub use profile::{GetProfile, Profile, ProfileStatus};
pub use settings::{
    GetProfileSettings, ProfileEntities, ProfileEntitySettings, ProfileSettings,
    UpdateProfileSettings,
};
