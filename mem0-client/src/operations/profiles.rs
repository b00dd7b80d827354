use mem0_types::requests::{
    GenerateProfile, GetProfile, GetProfileJob, GetProfileSettings, SampleProfiles,
    UpdateProfileSettings,
};
use mem0_types::{CreateProfileJobResponse, Profile, ProfileJobResponse, ProfileSettings};

use crate::{Answer, Argument, AsyncMemoryClient};

/// Profiles: what is known of a user in short.
impl AsyncMemoryClient {
    /// Reads the profile that the platform keeps of one user: `GET
    /// /v2/entities/user/{entity_id}/profile/`. This is a beta, which the platform enables on
    /// request.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such user; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, ProfileStatus};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let profile = client.get_profile("alice").await?;
    /// if profile.status == ProfileStatus::Succeeded {
    ///     println!("{} keys", profile.profile.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProfile")]
    pub fn get_profile(&self, entity_id: impl Argument<String>) -> Answer<'_, Profile> {
        self.answer(GetProfile::new(entity_id))
    }

    /// Regenerates the profile of one user: `POST /v2/profiles/jobs/`. The work is queued.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an id or idempotency key that is not
    /// valid; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::GenerateProfile;
    ///
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let job = client.generate_profile("alice").await?;
    /// println!("{:?}", client.get_profile_job(job.job_id).await?.job.status);
    ///
    /// let once = GenerateProfile::new("alice").idempotency_key("nightly-2027-01-31");
    /// client.generate_profile(once).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "generateProfile")]
    pub fn generate_profile(
        &self,
        request: impl Argument<GenerateProfile>,
    ) -> Answer<'_, CreateProfileJobResponse> {
        self.answer(request.into())
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::SampleProfiles;
    ///
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let job = client.sample_profiles(SampleProfiles::new().limit(3)).await?;
    /// println!("{:?}", job.entity_ids);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "sampleProfiles")]
    pub fn sample_profiles(&self, request: SampleProfiles) -> Answer<'_, CreateProfileJobResponse> {
        self.answer(request)
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let job = client.get_profile_job("/v2/profiles/jobs/j-1/").await?.job;
    /// println!("{:?} of {:?}", job.completed, job.total);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProfileJob")]
    pub fn get_profile_job(
        &self,
        job: impl Argument<GetProfileJob>,
    ) -> Answer<'_, ProfileJobResponse> {
        self.answer(job.into())
    }

    /// Reads the project's settings for profiles: `GET /v2/profiles/settings/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// println!("{:?}", client.get_profile_settings().await?.enabled);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProfileSettings")]
    pub fn get_profile_settings(&self) -> Answer<'_, ProfileSettings> {
        self.answer(GetProfileSettings::new())
    }

    /// Changes the project's settings for profiles: `POST /v2/profiles/settings/`. Settings that
    /// are not given stay as they are.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing is changed, or for a schema
    /// without descriptions; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// use mem0_sdk::requests::UpdateProfileSettings;
    ///
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let settings = UpdateProfileSettings::new().enabled(true).clear_custom_instructions();
    /// client.update_profile_settings(settings).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "updateProfileSettings")]
    pub fn update_profile_settings(
        &self,
        settings: UpdateProfileSettings,
    ) -> Answer<'_, ProfileSettings> {
        self.answer(settings)
    }
}
