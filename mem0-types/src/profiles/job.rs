use std::hash::{BuildHasher, RandomState};

use http::{HeaderName, HeaderValue, Method};
use serde_json::json;

use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::{EntityType, check_id};
use crate::wire::{from_text, path, record};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

request! {
    /// Regenerates one user's profile: `POST /v2/profiles/jobs/`. The work is queued.
    ///
    /// The request carries an `Idempotency-Key`, so that the platform makes one job of it however
    /// often it arrives.
    #[doc(alias = "generateProfile")]
    #[derive(Eq)]
    pub struct GenerateProfile {
        /// the user's id
        entity_id: String,
    }
    optional {
        /// The key by which the platform recognises this request: 8 to 128 visible ASCII
        /// characters. Default: a new random key for each call.
        #[doc(alias = "idempotencyKey")]
        idempotency_key: String as into = "nightly-2027-01-31"
            => call.headers()["idempotency-key"] == "nightly-2027-01-31",
    }
    example GenerateProfile::new("alice")
        => POST "/v2/profiles/jobs/"
        with r#"{"entity_id":"alice","entity_type":"user","operation":"trigger"}"#;
}

from_text!(GenerateProfile, entity_id => Self::new(entity_id));

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

request! {
    /// Generates the profiles of a few users, to show what the settings give:
    /// `POST /v2/profiles/jobs/`. The work is queued.
    ///
    /// The request carries an `Idempotency-Key`, as [`GenerateProfile`] does.
    #[doc(alias = "sampleProfiles")]
    #[derive(Eq)]
    pub struct SampleProfiles {}
    optional {
        /// How many users, 1 to 10. Default: as many as the platform chooses.
        limit: u32 as value = 3
            => call.body().unwrap().ends_with(br#""limit":3,"operation":"sample"}"#),
        /// The key by which the platform recognises this request: 8 to 128 visible ASCII
        /// characters. Default: a new random key for each call.
        #[doc(alias = "idempotencyKey")]
        idempotency_key: String as into = "sample-2027-01-31"
            => call.headers()["idempotency-key"] == "sample-2027-01-31",
    }
    example SampleProfiles::new()
        => POST "/v2/profiles/jobs/" with r#"{"entity_type":"user","operation":"sample"}"#;
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

/// A key that no other call makes. The standard library seeds `RandomState` from the operating
/// system.
fn random_key() -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    let half = || RandomState::new().hash_one((now, std::process::id()));
    format!("{:016x}{:016x}", half(), half())
}

record! {
    /// A profile job that was requested.
    ///
    /// ```
    /// let asked: mem0_sdk::CreateProfileJobResponse = serde_json::from_str(
    ///     r#"{"job_id": "j-1", "status": "pending", "status_url": "/v2/profiles/jobs/j-1/"}"#,
    /// )?;
    /// assert_eq!(asked.job_id, "j-1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreateProfileJobResponse {
        required {
            /// The job's id, with which to read it.
            #[doc(alias = "jobId")]
            job_id: String = "job_id",
        }
        defaulted {
            /// The users in a sample.
            #[doc(alias = "entityIds")]
            entity_ids: Vec<String> = "entity_ids",
        }
        optional {
            /// The status of the job. No source lists the values.
            status: String = "status",
            /// The job's address. [`job_id`](Self::job_id) reads the same job.
            #[doc(alias = "statusUrl")]
            status_url: String = "status_url",
            /// `trigger` or `sample`.
            operation: String = "operation",
            /// Always `user` so far.
            #[doc(alias = "entityType")]
            entity_type: EntityType = "entity_type",
            /// How many users count towards the plan.
            entity_count_reserved: u64 = "entity_count_reserved",
            /// The id of the event that tracks the work, if there is one.
            #[doc(alias = "eventId")]
            event_id: String = "event_id",
            /// Whether the platform had seen the idempotency key before.
            replayed: bool = "replayed",
            /// How many users are in a sample.
            sampled: u64 = "sampled",
        }
    }
}

request! {
    /// Reads the status of a profile job: `GET /v2/profiles/jobs/{job_id}/`.
    ///
    /// Of an address only a path below `/v2/profiles/jobs/` is taken: your key goes nowhere else.
    ///
    /// ```
    /// use mem0_sdk::Endpoint;
    /// use mem0_sdk::requests::GetProfileJob;
    ///
    /// let call = GetProfileJob::new("/v2/profiles/jobs/j-1/").into_call()?;
    /// assert_eq!(call.path()?, "/v2/profiles/jobs/j-1/");
    /// let elsewhere = GetProfileJob::new("https://elsewhere.example/v2/profiles/jobs/j-1/");
    /// assert!(elsewhere.into_call().is_err());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    #[doc(alias = "getProfileJob")]
    #[derive(Eq)]
    pub struct GetProfileJob {
        /// the job's id or its `status_url`
        job_id_or_status_url: String,
    }
    example GetProfileJob::new("j-1") => GET "/v2/profiles/jobs/j-1/";
}

from_text!(GetProfileJob, job_id_or_status_url => Self::new(job_id_or_status_url));

impl From<&CreateProfileJobResponse> for GetProfileJob {
    /// The job that was requested.
    fn from(asked: &CreateProfileJobResponse) -> Self {
        Self::new(&asked.job_id)
    }
}

impl Endpoint for GetProfileJob {
    type Response = ProfileJobResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let job = self.job_id_or_status_url.as_str();
        let below = job.strip_prefix(path::PROFILE_JOBS);
        let id = below.map_or(job, |rest| rest.strip_suffix('/').unwrap_or(rest));
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
    /// let answer: mem0_sdk::ProfileJobResponse =
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
    /// The status of a profile job.
    ///
    /// ```
    /// let job: mem0_sdk::ProfileJob =
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
            /// Its status. No source lists the values.
            status: String = "status",
            /// How many profiles it makes. `None` until all are counted.
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
