//! AWS Signature Version 4.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use mem0_components::Secret;
use mem0_http::Body;
use mem0_types::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The name under which Bedrock's requests are signed.
const SERVICE: &str = "bedrock";

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Keys of AWS.
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: Secret,
    /// Of keys that are lent for some hours.
    pub(super) session_token: Option<Secret>,
    pub(super) region: String,
}

impl Keys {
    /// Signs a request with all headers that it has, and with its host.
    pub(super) fn sign(&self, request: &mut Request<Body>, now: SystemTime) {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let micros = i64::try_from(now).unwrap_or_default().saturating_mul(1_000_000);
        let text = Timestamp::from_unix_micros(micros).map(|time| time.to_string());
        let digits = text.unwrap_or_default();
        let digits: String = digits.chars().filter(|sign| !matches!(sign, '-' | ':')).collect();
        let moment = format!("{}Z", digits.split('.').next().unwrap_or_default());
        let day = moment.get(..8).unwrap_or_default().to_owned();

        insert(request.headers_mut(), DATE, &moment);
        if let Some(token) = &self.session_token {
            insert(request.headers_mut(), TOKEN, token.expose());
        }
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let mut headers: Vec<(&str, &[u8])> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .chain([("host", host.as_bytes())])
            .collect();
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let canonical = canonical(request, &headers, &names);

        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let hash = hexadecimal(digest(&SHA256, canonical.as_bytes()).as_ref());
        let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hash}");
        let mut key = format!("AWS4{}", self.secret.expose()).into_bytes();
        for part in [&day, &self.region, SERVICE, "aws4_request"] {
            key = sign(&Key::new(HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
        }
        let signature = sign(&Key::new(HMAC_SHA256, &key), to_sign.as_bytes());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.id,
            hexadecimal(signature.as_ref()),
        );
        insert(request.headers_mut(), header::AUTHORIZATION, &authorization);
    }
}

fn canonical(request: &Request<Body>, headers: &[(&str, &[u8])], names: &str) -> String {
    // What is encoded in the address already is encoded again.
    const PATH: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    let path = utf8_percent_encode(request.uri().path(), PATH);
    let query = request.uri().query().unwrap_or_default();
    let mut lines = String::new();
    for (name, value) in headers {
        lines.push_str(name);
        lines.push(':');
        lines.push_str(String::from_utf8_lossy(value).trim());
        lines.push('\n');
    }
    let body = hexadecimal(digest(&SHA256, request.body().as_ref()).as_ref());
    format!("{}\n{path}\n{query}\n{lines}\n{names}\n{body}", request.method())
}

/// A value that no header can have leaves the header out, and the request is refused by AWS.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(mut value) = HeaderValue::from_str(value) {
        value.set_sensitive(name != DATE);
        headers.insert(name, value);
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BODY: &str = "{\"messages\": [{\"role\": \"user\", \"content\": [{\"text\": \"Hi\"}]}], \
                        \"inferenceConfig\": {\"maxTokens\": 10}}";

    /// Both are recorded from botocore.
    #[test]
    fn signatures_are_the_known_ones() {
        for (session_token, names, signature) in [
            (
                None,
                "content-type;host;x-amz-date",
                "d71889ec00320d9c142027be2aa619c1a2cbb075cb598ed32f2297ad615fee9c",
            ),
            (
                Some(Secret::new("tok-test")),
                "content-type;host;x-amz-date;x-amz-security-token",
                "c0371c0daa18a71f252c29ac63d3117da4c3bfde39fe73d1863ed9977232a132",
            ),
        ] {
            let keys = Keys {
                id: "AKIATEST".to_owned(),
                secret: Secret::new("secret-test"),
                session_token,
                region: "us-west-2".to_owned(),
            };
            let mut request = Request::post(
                "https://bedrock-runtime.us-west-2.amazonaws.com/model/\
                 anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse",
            )
            .header("content-type", "application/json")
            .body(Body::from(BODY))
            .unwrap();
            keys.sign(&mut request, UNIX_EPOCH + Duration::from_secs(1_767_323_045));
            assert_eq!(request.headers()["x-amz-date"], "20260102T030405Z");
            let signed = format!(
                "AWS4-HMAC-SHA256 Credential=AKIATEST/20260102/us-west-2/bedrock/aws4_request, \
                 SignedHeaders={names}, Signature={signature}",
            );
            assert_eq!(request.headers()["authorization"], signed);
            assert!(!format!("{:?}", request.headers()).contains(signature));
        }
    }
}
