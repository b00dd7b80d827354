//! What went wrong, in our own words: a provider's may repeat a key or a text.

use http::StatusCode;
use mem0_components::{ComponentError, ComponentErrorKind};
use mem0_http::{Cause, Failed, Route, retry_after};
use serde_json::Value;

/// Codes that a provider may give, and what they mean. Only these are repeated.
const CODES: &[(&str, Option<ComponentErrorKind>)] = &[
    // OpenAI and those that speak its protocol
    ("context_length_exceeded", Some(ComponentErrorKind::TooLong)),
    ("string_above_max_length", Some(ComponentErrorKind::TooLong)),
    ("insufficient_quota", Some(ComponentErrorKind::RateLimited)),
    ("rate_limit_exceeded", Some(ComponentErrorKind::RateLimited)),
    ("model_not_found", Some(ComponentErrorKind::Configuration)),
    ("DeploymentNotFound", Some(ComponentErrorKind::Configuration)),
    ("invalid_api_key", Some(ComponentErrorKind::Authentication)),
    ("content_filter", Some(ComponentErrorKind::Refused)),
    ("content_policy_violation", Some(ComponentErrorKind::Refused)),
    ("invalid_prompt", Some(ComponentErrorKind::Refused)),
    // Groq, of what its model wrote
    ("json_validate_failed", Some(ComponentErrorKind::Unreadable)),
    ("tool_use_failed", Some(ComponentErrorKind::Unreadable)),
    // Google
    ("UNAUTHENTICATED", Some(ComponentErrorKind::Authentication)),
    ("PERMISSION_DENIED", Some(ComponentErrorKind::Authentication)),
    ("API_KEY_INVALID", Some(ComponentErrorKind::Authentication)),
    ("RESOURCE_EXHAUSTED", Some(ComponentErrorKind::RateLimited)),
    ("INVALID_ARGUMENT", None),
    ("FAILED_PRECONDITION", None),
    ("UNAVAILABLE", None),
    ("INTERNAL", None),
    // OAuth
    ("invalid_grant", Some(ComponentErrorKind::Authentication)),
    ("invalid_client", Some(ComponentErrorKind::Authentication)),
    ("unauthorized_client", Some(ComponentErrorKind::Authentication)),
    ("invalid_scope", Some(ComponentErrorKind::Configuration)),
    // AWS
    ("AccessDeniedException", Some(ComponentErrorKind::Authentication)),
    ("ExpiredTokenException", Some(ComponentErrorKind::Authentication)),
    ("InvalidSignatureException", Some(ComponentErrorKind::Authentication)),
    ("UnrecognizedClientException", Some(ComponentErrorKind::Authentication)),
    ("ThrottlingException", Some(ComponentErrorKind::RateLimited)),
    ("ServiceQuotaExceededException", Some(ComponentErrorKind::RateLimited)),
    ("ResourceNotFoundException", Some(ComponentErrorKind::Configuration)),
    ("ModelNotReadyException", Some(ComponentErrorKind::Unavailable)),
    ("ModelTimeoutException", Some(ComponentErrorKind::Timeout)),
    ("ServiceUnavailableException", Some(ComponentErrorKind::Unavailable)),
    ("InternalServerException", Some(ComponentErrorKind::Unavailable)),
    ("ValidationException", None),
];

/// In what words providers say that an input is too long, where they have no code for it.
const TOO_LONG: &[&str] = &[
    "context length",
    "too long",
    "too many input tokens",
    "too many tokens",
    "maximum number of tokens",
    "input token count",
    "maxlength",
    "must have less than",
    "must be <=",
    "context limit",
    "context size",
    "context window",
    "maximum prompt length",
];

/// How a call that failed is told.
pub(crate) fn failure(provider: &str, failed: &Failed, route: &Route) -> ComponentError {
    let error = |kind| ComponentError::new(provider, kind);
    match &failed.cause {
        Cause::NoRuntime | Cause::NoTimers | Cause::NoIo => {
            error(ComponentErrorKind::Configuration)
                .detail("the runtime that sends its requests needs timers and I/O")
        }
        Cause::NoClient(_) => error(ComponentErrorKind::Configuration)
            .detail("no HTTP client could be made; does this system have certificates to trust?"),
        Cause::NoFreeConnection | Cause::Busy => error(ComponentErrorKind::Timeout)
            .detail("earlier requests used up the time; ask for less at once"),
        Cause::Slow => error(ComponentErrorKind::Timeout).detail(at(route)),
        Cause::Closed(network) | Cause::Network(network) => {
            let why = match network.reason {
                "" => String::new(),
                reason => format!(" ({reason})"),
            };
            error(ComponentErrorKind::Network).detail(format!("{network} {}{why}", at(route)))
        }
        Cause::TooLarge(_) => error(ComponentErrorKind::Unreadable)
            .detail("the answer is larger than any that was asked for"),
        Cause::Refused(parts, body) => {
            let named = parts.headers.get("x-amzn-errortype");
            let named = named.and_then(|value| value.to_str().ok()).map(str::to_owned);
            let told = Told::read(parts.status, named, body);
            let error = error(told.kind).detail(told.detail);
            match retry_after(&parts.headers) {
                Some(wait) if told.kind.is_transient() => error.retry_after(wait),
                _ => error,
            }
        }
    }
}

/// Host and port, and the proxy on the way there.
pub(crate) fn way(route: &Route) -> String {
    match route.proxy() {
        Some(proxy) => format!("{} by the proxy {proxy}", route.address()),
        None => route.address(),
    }
}

fn at(route: &Route) -> String {
    format!("at {}", way(route))
}

struct Told {
    kind: ComponentErrorKind,
    detail: String,
}

impl Told {
    /// What a status and a body mean. `named` is the code that a header gives.
    fn read(status: StatusCode, named: Option<String>, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut texts = Vec::new();
        collect(&body, &mut texts);
        texts.extend(named.as_deref().map(|named| named.split(':').next().unwrap_or(named)));
        let code = CODES.iter().find(|(code, _)| texts.iter().any(|text| text == code));
        let is_too_long = || {
            texts.iter().any(|text| {
                let text = text.to_lowercase();
                TOO_LONG.iter().any(|words| text.contains(words))
            })
        };
        let kind = match status.as_u16() {
            400 | 413 | 422 | 500 if is_too_long() => ComponentErrorKind::TooLong,
            _ => match code.and_then(|(_, kind)| *kind) {
                Some(kind) => kind,
                None => kind_of(status),
            },
        };
        let is_policy = ["content_filter", "content_policy_violation", "invalid_prompt"];
        let of_policy = code.is_some_and(|(code, _)| is_policy.contains(code));
        let hint = match (kind, status.as_u16()) {
            _ if of_policy => ": by its policy on content",
            (_, 300..=399) => ": it redirects; set the address that it redirects to",
            (ComponentErrorKind::Configuration, _) => {
                ": it does not know the model, the deployment or the path"
            }
            (ComponentErrorKind::TooLong, _) => ": shorten the text, or take another model",
            _ => "",
        };
        let code = code.map(|(code, _)| format!(", {code}")).unwrap_or_default();
        Self { kind, detail: format!("status {}{code}{hint}", status.as_u16()) }
    }
}

fn kind_of(status: StatusCode) -> ComponentErrorKind {
    match status.as_u16() {
        401 | 403 | 407 => ComponentErrorKind::Authentication,
        300..=399 | 404 | 405 => ComponentErrorKind::Configuration,
        408 => ComponentErrorKind::Timeout,
        413 => ComponentErrorKind::TooLong,
        402 | 429 => ComponentErrorKind::RateLimited,
        409 | 500..=599 => ComponentErrorKind::Unavailable,
        _ => ComponentErrorKind::Refused,
    }
}

/// The texts of an error's body, wherever they are in it.
fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(status: u16, body: &Value) -> (ComponentErrorKind, String) {
        let told =
            Told::read(StatusCode::from_u16(status).unwrap(), None, body.to_string().as_bytes());
        (told.kind, told.detail)
    }

    #[test]
    fn a_status_or_a_known_code_decides_the_kind() {
        use ComponentErrorKind as Kind;
        for (status, body, kind) in [
            (401, json!({"error": {"message": "fake"}}), Kind::Authentication),
            (403, json!("nonsense"), Kind::Authentication),
            (404, json!({"error": {"code": "model_not_found"}}), Kind::Configuration),
            (400, json!({"error": {"code": "model_not_found"}}), Kind::Configuration),
            (400, json!({"error": {"code": "context_length_exceeded"}}), Kind::TooLong),
            (
                400,
                json!({"error": {"message": "This model's maximum context length is 8192 tokens"}}),
                Kind::TooLong,
            ),
            (413, json!({"error": "inputs must have less than 512 tokens"}), Kind::TooLong),
            (413, json!(null), Kind::TooLong),
            (400, json!({"message": "Too many input tokens. Max: 8192"}), Kind::TooLong),
            (400, json!({"error": "the input length exceeds the context length"}), Kind::TooLong),
            (400, json!({"error": {"message": "'' is too short"}}), Kind::Refused),
            (429, json!({"error": {"code": "insufficient_quota"}}), Kind::RateLimited),
            (
                400,
                json!({"error": {"status": "INVALID_ARGUMENT", "details": [
                    {"reason": "API_KEY_INVALID"}]}}),
                Kind::Authentication,
            ),
            (408, json!(null), Kind::Timeout),
            (409, json!(null), Kind::Unavailable),
            (500, json!(null), Kind::Unavailable),
            (529, json!(null), Kind::Unavailable),
            (301, json!(null), Kind::Configuration),
        ] {
            assert_eq!(told(status, &body).0, kind, "{status} {body}");
        }
    }

    #[test]
    fn only_known_codes_are_repeated() {
        let body =
            json!({"error": {"message": "you sent sk-key and heliotrope", "code": "sk-key"}});
        assert_eq!(told(400, &body).1, "status 400");
        let body = json!({"error": {"message": "you sent sk-key", "code": "invalid_api_key"}});
        assert_eq!(told(401, &body).1, "status 401, invalid_api_key");
    }
}
