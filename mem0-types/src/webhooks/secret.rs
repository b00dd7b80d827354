use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

use crate::InvalidInput;

/// How much a delivery's time may differ from ours.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// The secret that the sender and the receiver of a webhook share. It signs deliveries and checks
/// their signatures, as in [Standard Webhooks](https://www.standardwebhooks.com). Requires the
/// feature `webhook-signature`.
///
/// The local platform signs its deliveries. The hosted platform documents no signature.
///
/// ```
/// use mem0_sdk::WebhookSecret;
/// use std::time::{Duration, SystemTime};
///
/// let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_265_330);
/// let headers = secret.sign("msg_1", now, b"{}");
/// assert!(secret.verify(&headers, b"{}", now).is_ok());
/// assert!(secret.verify(&headers, b"{} ", now).is_err());
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// The secret from this text: `whsec_`, and 24 to 64 bytes in base64. The local platform makes
    /// one for each webhook, the field `secret` among the extras of `create_webhook`'s answer.
    ///
    /// # Errors
    /// [`InvalidInput`] when the text has another form.
    ///
    /// ```
    /// assert!(mem0_sdk::WebhookSecret::new("open sesame").is_err());
    /// ```
    pub fn new(secret: &str) -> Result<Self, InvalidInput> {
        let refused =
            || InvalidInput::new("secret", "must be `whsec_` followed by 24 to 64 bytes in base64");
        let base64 = secret.trim().strip_prefix("whsec_").ok_or_else(refused)?;
        let bytes = STANDARD.decode(base64).map_err(|_| refused())?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(refused()) }
    }

    /// The three headers of a delivery with this id and body.
    ///
    /// ```
    /// # use mem0_sdk::WebhookSecret;
    /// # let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let headers = secret.sign("msg_1", std::time::SystemTime::now(), b"{}");
    /// assert_eq!(headers["webhook-id"], "msg_1");
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn sign(&self, id: &str, now: SystemTime, body: &[u8]) -> HeaderMap {
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let timestamp = seconds.to_string();
        let signature = self.mac(id, &timestamp, body).finalize().into_bytes();
        let signature = format!("v1,{}", STANDARD.encode(signature));
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", id),
            ("webhook-timestamp", &timestamp),
            ("webhook-signature", &signature),
        ] {
            // An id that does not fit into a header cannot be received either.
            if let Ok(value) = value.parse() {
                headers.insert(http::HeaderName::from_static(name), value);
            }
        }
        headers
    }

    /// Checks that the sender of a delivery has the secret, and sent it within five minutes of
    /// `now`. To refuse a delivery that is sent again, remember the `webhook-id`s of these minutes.
    ///
    /// # Errors
    /// [`WebhookSignatureError`], which says what is wrong and does not reveal the secret.
    ///
    /// ```
    /// # use mem0_sdk::{WebhookSecret, WebhookSignatureError, http};
    /// # let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let unsigned = http::HeaderMap::new();
    /// let refused = secret.verify(&unsigned, b"{}", std::time::SystemTime::now()).unwrap_err();
    /// assert_eq!(refused, WebhookSignatureError::MissingHeader("webhook-id"));
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(), WebhookSignatureError> {
        let header = |name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.ok_or(WebhookSignatureError::MissingHeader(name))
        };
        let id = header("webhook-id")?;
        let timestamp = header("webhook-timestamp")?;
        let signatures = header("webhook-signature")?;
        let seconds = timestamp.parse().map_err(|_| WebhookSignatureError::Timestamp)?;
        let sent = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let sent = sent.ok_or(WebhookSignatureError::Timestamp)?;
        let distance = now.duration_since(sent).unwrap_or_else(|earlier| earlier.duration());
        if distance > TOLERANCE {
            return Err(WebhookSignatureError::Timestamp);
        }
        // There are several while a secret is replaced. Those of other versions are skipped.
        let signed = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|one| {
            let signature = STANDARD.decode(one);
            // In constant time.
            signature.is_ok_and(|bytes| self.mac(id, timestamp, body).verify_slice(&bytes).is_ok())
        });
        if signed { Ok(()) } else { Err(WebhookSignatureError::Signature) }
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        // HMAC pads a key with zeros. No secret is longer than the block.
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (to, from) in block.iter_mut().zip(&self.0) {
            *to = *from;
        }
        let mut mac = Hmac::<Sha256>::new(&block);
        mac.update(id.as_bytes());
        mac.update(b".");
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret([redacted])")
    }
}

/// Why a delivery cannot be trusted. Answer it with 401 and ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookSignatureError {
    /// The delivery is not signed: it lacks this header.
    MissingHeader(&'static str),
    /// Its time is not valid, or more than five minutes from now. It may be an old delivery that is
    /// sent again, or a clock may be wrong.
    Timestamp,
    /// None of its signatures is made with this secret from this body.
    Signature,
}

impl fmt::Display for WebhookSignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(name) => {
                write!(f, "the delivery is not signed: it has no header {name}")
            }
            Self::Timestamp => f.write_str(
                "the delivery's webhook-timestamp is not a time, or is more than five minutes from \
                 now: it is sent again, or a clock is wrong",
            ),
            Self::Signature => f.write_str(
                "the delivery's webhook-signature does not match the secret and the body: check \
                 the secret, and verify the body's bytes exactly as they were received",
            ),
        }
    }
}

impl std::error::Error for WebhookSignatureError {}
