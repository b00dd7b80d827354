//! A project on Vertex AI, and the Google account that may use it.

use std::path::PathBuf;

use mem0_components::{ComponentError, ComponentErrorKind, ConfigError, Settings};

use super::account::{self, Account};
use crate::credentials::{Credentials, Tokens};
use crate::place::{Place, segment};
use crate::sending::Sending;
use crate::service::Service;

pub(crate) struct Access {
    provider: &'static str,
    account: PathBuf,
    /// Where it is set; otherwise the account's own.
    project: Option<String>,
    location: String,
}

impl Access {
    pub(crate) fn new(
        provider: &'static str,
        settings: &mut Settings<'_>,
        sending: &Sending,
    ) -> Result<(Service, Self), ConfigError> {
        let location = settings.text("location", "GOOGLE_CLOUD_LOCATION")?;
        let location = location.unwrap_or_else(|| "us-central1".to_owned());
        let host = match location.as_str() {
            "global" => "https://aiplatform.googleapis.com".to_owned(),
            location => format!("https://{}-aiplatform.googleapis.com", segment(location)),
        };
        let place = Place {
            setting: "vertex_base_url",
            variables: &["GOOGLE_VERTEX_BASE_URL"],
            otherwise: Some(&host),
        };
        let connection = place.connect(provider, settings, sending)?;
        let key = settings.path("vertex_credentials_json");
        let connection = connection.with_key_in(format!("{key} or GOOGLE_APPLICATION_CREDENTIALS"));
        let account = settings.text("vertex_credentials_json", "GOOGLE_APPLICATION_CREDENTIALS")?;
        let account = account.map(PathBuf::from).or_else(|| account::of_gcloud(settings));
        let Some(account) = account else {
            return Err(settings.missing(
                "vertex_credentials_json",
                "is missing; give the path of a service account's JSON file there, or in the \
                 variable GOOGLE_APPLICATION_CREDENTIALS",
            ));
        };
        let project = settings.text("project", "GOOGLE_CLOUD_PROJECT")?;
        let tokens = {
            let (path, sending) = (account.clone(), sending.clone());
            let grant = move || Account::read(provider, &path)?.grant(provider, &sending);
            Tokens::new(provider, Box::new(grant))
        };
        let service = Service { connection, credentials: Credentials::Token(tokens) };
        Ok((service, Self { provider, account, project, location }))
    }

    /// The path of one of Google's models.
    pub(crate) fn model(&self, name: &str) -> Result<String, ComponentError> {
        let project = match &self.project {
            Some(project) => Some(project.clone()),
            None => Account::read(self.provider, &self.account)?.project().map(str::to_owned),
        };
        let Some(project) = project else {
            let error = ComponentError::new(self.provider, ComponentErrorKind::Configuration);
            return Err(error.detail("the credentials name no project; set GOOGLE_CLOUD_PROJECT"));
        };
        Ok(format!(
            "projects/{}/locations/{}/publishers/google/models/{}",
            segment(&project),
            segment(&self.location),
            segment(name),
        ))
    }
}
