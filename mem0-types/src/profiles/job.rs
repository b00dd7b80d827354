use std::hash::{BuildHasher, RandomState};

use http::{HeaderName, HeaderValue, Method};
use serde_json::json;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat};
use crate::ids::{EntityType, check_id};
use crate::wire::{from_text, path, record};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Has one user's profile made anew: `POST /v2/profiles/jobs/`. The work is queued.
///
/// The request carries an `Idempotency-Key`, so that the platform makes one job of it however often
/// it arrives. One is made when you give none.
///
/// ```
/// use mem0_types::requests::GenerateProfile;
/// use mem0_types::Endpoint;
///
/// let call = GenerateProfile::new("alice").idempotency_key("nightly-2027-01-31").into_call()?;
/// assert_eq!(call.path()?, "/v2/profiles/jobs/");
/// assert_eq!(call.headers()["idempotency-key"], "nightly-2027-01-31");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[doc(alias = "generateProfile")]
#[derive(Clone, PartialEq, Eq)]
pub struct GenerateProfile {
    entity_id: String,
    idempotency_key: Option<String>,
}

impl GenerateProfile {
    /// The profile of the user with this id.
    ///
    /// ```
    /// # use mem0_types::requests::GenerateProfile;
    /// assert_eq!(GenerateProfile::new("alice"), "alice".into());
    /// ```
    pub fn new(entity_id: impl Into<String>) -> Self {
        Self { entity_id: entity_id.into(), idempotency_key: None }
    }

    /// The key by which the platform knows this request again: 8 to 128 visible ASCII characters.
    /// Default: a new random one for each call.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::GenerateProfile};
    /// assert!(GenerateProfile::new("alice").idempotency_key("short").into_call().is_err());
    /// ```
    #[doc(alias = "idempotencyKey")]
    #[must_use]
    pub fn idempotency_key(mut self, idempotency_key: impl Into<String>) -> Self {
        self.idempotency_key = Some(idempotency_key.into());
        self
    }
}

from_text!(GenerateProfile, entity_id => Self::new(entity_id));

impl std::fmt::Debug for GenerateProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GenerateProfile").finish_non_exhaustive()
    }
}

impl Endpoint for GenerateProfile {
    type Response = CreateProfileJobResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        check_id("entity_id", &self.entity_id)?;
        let body = json!({
            "operation": "trigger",
            "entity_type": "user",
            "entity_id": self.entity_id,
        });
        Call::new("generate_profile", Method::POST, path::PROFILE_JOBS, Repeat::Once)
            .header(IDEMPOTENCY_KEY, key_header(self.idempotency_key)?)
            .json(&body)
    }
}

/// Has profiles of a few users made, to see what the settings give: `POST /v2/profiles/jobs/`. The
/// work is queued.
///
/// ```
/// use mem0_types::requests::SampleProfiles;
/// use mem0_types::Endpoint;
///
/// let call = SampleProfiles::new().limit(3).into_call()?;
/// assert_eq!(call.headers()["idempotency-key"].len(), 32);
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[doc(alias = "sampleProfiles")]
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SampleProfiles {
    limit: Option<u32>,
    idempotency_key: Option<String>,
}

impl SampleProfiles {
    /// As many users as the platform sees fit.
    ///
    /// ```
    /// # use mem0_types::requests::SampleProfiles;
    /// let request = SampleProfiles::new();
    /// # let _ = request;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// How many users, 1 to 10.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::SampleProfiles};
    /// assert!(SampleProfiles::new().limit(11).into_call().is_err());
    /// ```
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The key by which the platform knows this request again: 8 to 128 visible ASCII characters.
    /// Default: a new random one for each call.
    ///
    /// ```
    /// # use mem0_types::requests::SampleProfiles;
    /// let request = SampleProfiles::new().idempotency_key("sample-2027-01-31");
    /// # let _ = request;
    /// ```
    #[doc(alias = "idempotencyKey")]
    #[must_use]
    pub fn idempotency_key(mut self, idempotency_key: impl Into<String>) -> Self {
        self.idempotency_key = Some(idempotency_key.into());
        self
    }
}

impl std::fmt::Debug for SampleProfiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SampleProfiles").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Endpoint for SampleProfiles {
    type Response = CreateProfileJobResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let mut body = json!({ "operation": "sample", "entity_type": "user" });
        if let Some(limit) = self.limit {
            if !(1..=10).contains(&limit) {
                return Err(InvalidInput::new("limit", "must be between 1 and 10"));
            }
            body["limit"] = limit.into();
        }
        Call::new("sample_profiles", Method::POST, path::PROFILE_JOBS, Repeat::Once)
            .header(IDEMPOTENCY_KEY, key_header(self.idempotency_key)?)
            .json(&body)
    }
}

fn key_header(key: Option<String>) -> Result<HeaderValue, InvalidInput> {
    let key = key.unwrap_or_else(random_key);
    let refused =
        || InvalidInput::new("idempotency_key", "must be 8 to 128 visible ASCII characters");
    let is_sound = (8..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if !is_sound {
        return Err(refused());
    }
    HeaderValue::from_str(&key).map_err(|_| refused())
}

/// 128 bits that no other process makes: the standard library seeds each `RandomState` from the
/// operating system.
fn random_key() -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    let half = || RandomState::new().hash_one((now, std::process::id()));
    format!("{:016x}{:016x}", half(), half())
}

record! {
    /// A profile job that was asked for.
    ///
    /// ```
    /// let asked: mem0_types::CreateProfileJobResponse = serde_json::from_str(
    ///     r#"{"job_id": "j-1", "status": "pending", "status_url": "/v2/profiles/jobs/j-1/"}"#,
    /// )?;
    /// assert_eq!(asked.job_id, "j-1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreateProfileJobResponse {
        required {
            /// The job's id, to ask for it with.
            #[doc(alias = "jobId")]
            job_id: String = "job_id",
        }
        defaulted {
            /// The users in a sample.
            #[doc(alias = "entityIds")]
            entity_ids: Vec<String> = "entity_ids",
        }
        optional {
            /// How far the job is, in words that no source lists.
            status: String = "status",
            /// The job's address. Asking by [`job_id`](Self::job_id) is the same.
            #[doc(alias = "statusUrl")]
            status_url: String = "status_url",
            /// `trigger` or `sample`.
            operation: String = "operation",
            /// Always `user` so far.
            #[doc(alias = "entityType")]
            entity_type: EntityType = "entity_type",
            /// How many users count towards the plan.
            entity_count_reserved: u64 = "entity_count_reserved",
            /// The event that tells how the work goes, if there is one.
            #[doc(alias = "eventId")]
            event_id: String = "event_id",
            /// Whether the platform had seen the idempotency key before.
            replayed: bool = "replayed",
            /// How many users are in a sample.
            sampled: u64 = "sampled",
        }
    }
}

/// Reads how far a profile job is: `GET /v2/profiles/jobs/{job_id}/`.
///
/// ```
/// use mem0_types::requests::GetProfileJob;
/// use mem0_types::Endpoint;
///
/// for name in ["j-1", "/v2/profiles/jobs/j-1/"] {
///     assert_eq!(GetProfileJob::new(name).into_call()?.path()?, "/v2/profiles/jobs/j-1/");
/// }
/// assert!(GetProfileJob::new("https://elsewhere.example/v2/profiles/jobs/j-1/").into_call().is_err());
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[doc(alias = "getProfileJob")]
#[derive(Clone, PartialEq, Eq)]
pub struct GetProfileJob {
    job: String,
}

impl GetProfileJob {
    /// The job with this id or `status_url`. Of an address only a path below `/v2/profiles/jobs/` is
    /// taken: your key goes nowhere else.
    ///
    /// ```
    /// # use mem0_types::requests::GetProfileJob;
    /// let request = GetProfileJob::new("j-1");
    /// # let _ = request;
    /// ```
    pub fn new(job_id_or_status_url: impl Into<String>) -> Self {
        Self { job: job_id_or_status_url.into() }
    }
}

from_text!(GetProfileJob, job_id_or_status_url => Self::new(job_id_or_status_url));

impl From<&CreateProfileJobResponse> for GetProfileJob {
    /// The job that was asked for.
    fn from(asked: &CreateProfileJobResponse) -> Self {
        Self::new(&asked.job_id)
    }
}

impl std::fmt::Debug for GetProfileJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GetProfileJob").finish_non_exhaustive()
    }
}

impl Endpoint for GetProfileJob {
    type Response = ProfileJobResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let below = self.job.strip_prefix(path::PROFILE_JOBS);
        let id = below.map_or(self.job.as_str(), |rest| rest.strip_suffix('/').unwrap_or(rest));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_address = id.starts_with('/') || id.contains("://");
        if is_address || (below.is_some() && !id.bytes().all(plain)) {
            return Err(InvalidInput::new(
                "job_id_or_status_url",
                "must be a job's id, or a path of the form /v2/profiles/jobs/ID/",
            ));
        }
        Call::new("get_profile_job", Method::GET, path::PROFILE_JOB, Repeat::Read)
            .segment("job_id", id)
    }
}

record! {
    /// The answer that holds a [`ProfileJob`].
    ///
    /// ```
    /// let answer: mem0_types::ProfileJobResponse =
    ///     serde_json::from_str(r#"{"job": {"id": "j-1", "status": "running"}}"#)?;
    /// assert_eq!(answer.job.id, "j-1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ProfileJobResponse {
        required {
            /// The job.
            job: ProfileJob = "job",
        }
        defaulted {}
        optional {}
    }
}

record! {
    /// How far a profile job is.
    ///
    /// ```
    /// let job: mem0_types::ProfileJob =
    ///     serde_json::from_str(r#"{"id": "j-1", "total": 3, "completed": 1, "succeeded": 1}"#)?;
    /// assert_eq!(job.completed, Some(1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ProfileJob {
        required {
            /// Its id.
            id: String = "id",
        }
        defaulted {}
        optional {
            /// `trigger` or `sample`.
            operation: String = "operation",
            /// Always `user` so far.
            #[doc(alias = "entityType")]
            entity_type: EntityType = "entity_type",
            /// How far it is, in words that no source lists.
            status: String = "status",
            /// How many profiles it makes; `None` until all are counted.
            total: u64 = "total",
            /// Whether all are counted.
            #[doc(alias = "enumerationComplete")]
            enumeration_complete: bool = "enumeration_complete",
            /// How many have ended: the sum of the three below.
            completed: u64 = "completed",
            /// How many were made.
            succeeded: u64 = "succeeded",
            /// How many could not be made.
            failed: u64 = "failed",
            /// How many were left out.
            skipped: u64 = "skipped",
        }
    }
}
