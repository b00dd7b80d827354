//! A Google account's credentials, as the file of one has them, and the grants of OAuth.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mem0_components::{ComponentError, ComponentErrorKind, Secret, Settings};
use mem0_http::{BaseUrl, Proxy};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connection::{Connection, Outgoing};
use crate::sending::Sending;

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// How long a token is asked for, in seconds: the longest that Google gives.
const HOUR: u64 = 3600;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Account {
    /// A program's own account.
    ServiceAccount(ServiceAccount),
    /// A person's, as `gcloud auth application-default login` writes it.
    AuthorizedUser(AuthorizedUser),
}

#[derive(Deserialize)]
pub(super) struct ServiceAccount {
    project_id: Option<String>,
    private_key_id: String,
    private_key: Secret,
    client_email: String,
    #[serde(default = "token_uri")]
    token_uri: String,
}

#[derive(Deserialize)]
pub(super) struct AuthorizedUser {
    client_id: String,
    client_secret: Secret,
    refresh_token: Secret,
    quota_project_id: Option<String>,
    #[serde(default = "token_uri")]
    token_uri: String,
}

fn token_uri() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

/// The file that gcloud writes, if there is one.
pub(super) fn of_gcloud(settings: &Settings<'_>) -> Option<PathBuf> {
    let folder = match (settings.variable("CLOUDSDK_CONFIG"), settings.variable("APPDATA")) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(folder)) => Path::new(&folder).join("gcloud"),
        (None, None) => Path::new(&settings.variable("HOME")?).join(".config/gcloud"),
    };
    let file = folder.join("application_default_credentials.json");
    file.exists().then_some(file)
}

fn wrong(provider: &str, detail: impl Into<String>) -> ComponentError {
    ComponentError::new(provider, ComponentErrorKind::Configuration).detail(detail)
}

impl Account {
    /// Reads the file anew, since keys are exchanged while a program runs.
    pub(super) fn read(provider: &str, path: &Path) -> Result<Self, ComponentError> {
        let text = fs::read(path).map_err(|error| {
            let (path, why) = (path.display(), error.kind());
            wrong(provider, format!("the credentials at {path} cannot be read: {why}"))
        })?;
        // What serde says may repeat a key.
        serde_json::from_slice(&text).map_err(|_| {
            let path = path.display();
            let detail = "does not hold the credentials of a service account or a user";
            wrong(provider, format!("{path} {detail}"))
        })
    }

    pub(super) fn project(&self) -> Option<&str> {
        match self {
            Self::ServiceAccount(account) => account.project_id.as_deref(),
            Self::AuthorizedUser(user) => user.quota_project_id.as_deref(),
        }
    }

    /// Where a token is asked for, and with what.
    pub(super) fn grant(
        &self,
        provider: &'static str,
        sending: &Sending,
    ) -> Result<(Connection, Outgoing), ComponentError> {
        let address = match self {
            Self::ServiceAccount(account) => &account.token_uri,
            Self::AuthorizedUser(user) => &user.token_uri,
        };
        let refused = |why: mem0_http::InvalidSetting| wrong(provider, format!("token_uri: {why}"));
        let base_url = BaseUrl::parse(address).map_err(refused)?;
        let connection = Connection::new(provider, base_url, Proxy::Environment, None, sending)
            .map_err(refused)?;
        Ok((connection, self.form(provider, SystemTime::now())?))
    }

    fn form(&self, provider: &str, now: SystemTime) -> Result<Outgoing, ComponentError> {
        Ok(match self {
            Self::ServiceAccount(account) => Outgoing::form(
                "",
                &[
                    ("assertion", &account.assertion(provider, now)?),
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ],
            ),
            Self::AuthorizedUser(user) => Outgoing::form(
                "",
                &[
                    ("grant_type", "refresh_token"),
                    ("client_id", &user.client_id),
                    ("client_secret", user.client_secret.expose()),
                    ("refresh_token", user.refresh_token.expose()),
                    ("scope", SCOPE),
                ],
            ),
        })
    }
}

impl ServiceAccount {
    /// A JSON Web Token that asks for a token of OAuth.
    fn assertion(&self, provider: &str, now: SystemTime) -> Result<String, ComponentError> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.signed(
            provider,
            &json!({
                "iat": now,
                "exp": now + HOUR,
                "iss": self.client_email,
                "aud": self.token_uri,
                "scope": SCOPE,
            }),
        )
    }

    fn signed(&self, provider: &str, claims: &Value) -> Result<String, ComponentError> {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": self.private_key_id});
        let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        let signed = [header.to_string(), claims.to_string()].map(|part| encode(part.as_bytes()));
        let signed = signed.join(".");
        let unusable = || wrong(provider, "private_key is not an RSA key in PKCS #8");
        let key = PrivatePkcs8KeyDer::from_pem_slice(self.private_key.expose().as_bytes());
        let key = key.map_err(|_| unusable())?;
        let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| unusable())?;
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| unusable())?;
        Ok(format!("{signed}.{}", encode(&signature)))
    }
}
