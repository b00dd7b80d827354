use mem0_client::requests::{
    GenerateProfile, GetProfile, GetProfileJob, GetProfileSettings, SampleProfiles,
    UpdateProfileSettings,
};
use mem0_client::{CreateProfileJobResponse, Error, Profile, ProfileJobResponse, ProfileSettings};

use crate::{Argument, MemoryClient};

/// Profiles: what is known of a user in short.
impl MemoryClient {
    /// Reads the profile that the platform keeps of one user: `GET
    /// /v2/entities/user/{entity_id}/profile/`. This is a beta, which the platform enables on
    /// request.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such user; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, ProfileStatus};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let profile = client.get_profile("alice")?;
    /// if profile.status == ProfileStatus::Succeeded {
    ///     println!("{} keys", profile.profile.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProfile")]
    pub fn get_profile(&self, entity_id: impl Argument<String>) -> Result<Profile, Error> {
        self.value(GetProfile::new(entity_id))
    }

    /// Regenerates the profile of one user: `POST /v2/profiles/jobs/`. The work is queued.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id or idempotency key that is not
    /// valid; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// use mem0_sdk::requests::GenerateProfile;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let job = client.generate_profile("alice")?;
    /// println!("{:?}", client.get_profile_job(job.job_id)?.job.status);
    ///
    /// let once = GenerateProfile::new("alice").idempotency_key("nightly-2027-01-31");
    /// client.generate_profile(once)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "generateProfile")]
    pub fn generate_profile(
        &self,
        request: impl Argument<GenerateProfile>,
    ) -> Result<CreateProfileJobResponse, Error> {
        self.value(request.into())
    }

    /// Generates the profiles of a few users, to try the settings: `POST /v2/profiles/jobs/`. The
    /// work is queued.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a limit outside 1 to 10, or an
    /// idempotency key that is not valid; [`RateLimit`](crate::ErrorKind::RateLimit) when the last
    /// sample is too recent; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// use mem0_sdk::requests::SampleProfiles;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let job = client.sample_profiles(SampleProfiles::new().limit(3))?;
    /// println!("{:?}", job.entity_ids);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "sampleProfiles")]
    pub fn sample_profiles(
        &self,
        request: SampleProfiles,
    ) -> Result<CreateProfileJobResponse, Error> {
        self.value(request)
    }

    /// Reads the progress of a profile job, by its id or `status_url`: `GET
    /// /v2/profiles/jobs/{job_id}/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an address that is not a path below
    /// `/v2/profiles/jobs/`; [`NotFound`](crate::ErrorKind::NotFound) when there is no such job;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let job = client.get_profile_job("/v2/profiles/jobs/j-1/")?.job;
    /// println!("{:?} of {:?}", job.completed, job.total);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProfileJob")]
    pub fn get_profile_job(
        &self,
        job: impl Argument<GetProfileJob>,
    ) -> Result<ProfileJobResponse, Error> {
        self.value(job.into())
    }

    /// Reads the project's settings for profiles: `GET /v2/profiles/settings/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// println!("{:?}", client.get_profile_settings()?.enabled);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProfileSettings")]
    pub fn get_profile_settings(&self) -> Result<ProfileSettings, Error> {
        self.value(GetProfileSettings::new())
    }

    /// Changes the project's settings for profiles: `POST /v2/profiles/settings/`. Settings that
    /// are not given stay as they are.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing is changed, or for a schema
    /// without descriptions; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let settings = UpdateProfileSettings::new().enabled(true).clear_custom_instructions();
    /// client.update_profile_settings(settings)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "updateProfileSettings")]
    pub fn update_profile_settings(
        &self,
        settings: UpdateProfileSettings,
    ) -> Result<ProfileSettings, Error> {
        self.value(settings)
    }
}
