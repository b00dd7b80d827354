use std::sync::Arc;
use std::time::SystemTime;

use mem0_components::{ConfigError, Secret, Settings};

use super::signature::Keys;
use crate::connection::Outgoing;
use crate::credentials::Credentials;
use crate::place::{Place, segment};
use crate::sending::Sending;
use crate::service::Service;

pub(crate) const NAME: &str = "aws_bedrock";

/// The service of a region, and the keys that sign its requests.
pub(crate) fn service(
    settings: &mut Settings<'_>,
    sending: &Sending,
) -> Result<(Service, Arc<Keys>), ConfigError> {
    let other = settings.variable("AWS_DEFAULT_REGION");
    let region = settings.text("aws_region", "AWS_REGION")?.or(other);
    let region = region.unwrap_or_else(|| "us-west-2".to_owned());
    let host = format!("https://bedrock-runtime.{}.amazonaws.com", segment(&region));
    let place = Place {
        setting: "aws_endpoint_url",
        variables: &["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"],
        otherwise: Some(&host),
    };
    let connection = place.connect(NAME, settings, sending)?;
    let keys = ["aws_access_key_id", "aws_secret_access_key"].map(|name| settings.path(name));
    let connection = connection.with_key_in(format!("{} or their variables", keys.join(" and ")));
    let id = settings.secret("aws_access_key_id", "AWS_ACCESS_KEY_ID")?;
    let secret = settings.secret("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY")?;
    let session_token = settings.optional_secret("aws_session_token", "AWS_SESSION_TOKEN")?;
    for (field, value) in
        [("aws_access_key_id", Some(&id)), ("aws_session_token", session_token.as_ref())]
    {
        let is_visible =
            |value: &Secret| value.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if value.is_some_and(|value| !is_visible(value)) {
            return Err(settings.error(field, "has characters that an HTTP header cannot carry"));
        }
    }
    let keys = Arc::new(Keys { id: id.expose().to_owned(), secret, session_token, region });
    Ok((Service { connection, credentials: Credentials::InRequest }, keys))
}

/// The same request, which is signed each time that it is sent.
pub(crate) fn signed(keys: &Arc<Keys>, mut request: Outgoing) -> Outgoing {
    let keys = keys.clone();
    request.sign = Some(Arc::new(move |request| keys.sign(request, SystemTime::now())));
    request
}
