use std::fmt;
use std::str::FromStr;

use axum::http::HeaderValue;
use axum::http::uri::{Authority, Scheme};

/// The origins whose pages may call the API from a browser.
///
/// It is written as origins with commas or spaces between them, or as `*` for every page of every
/// site. An origin is a scheme, a host and a port, as browsers send it; it has no path. It is kept
/// in lower case and without the port that is its scheme's own.
///
/// ```
/// use mem0_server::CorsOrigins;
///
/// let origins: CorsOrigins = "https://app.example, http://localhost:3000".parse()?;
/// assert_eq!(origins.to_string(), "https://app.example, http://localhost:3000");
/// let refused = "https://app.example/".parse::<CorsOrigins>().unwrap_err();
/// assert!(refused.to_string().ends_with("origin 1 must end after its host and port"));
/// # Ok::<(), mem0_server::InvalidCorsOrigins>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsOrigins(Origins);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origins {
    Any,
    /// At least one.
    Listed(Vec<HeaderValue>),
}

impl CorsOrigins {
    /// The values of `Origin` that are allowed; `None` for all.
    pub(crate) fn listed(&self) -> Option<&[HeaderValue]> {
        match &self.0 {
            Origins::Any => None,
            Origins::Listed(origins) => Some(origins),
        }
    }
}

impl fmt::Display for CorsOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origins::Listed(origins) = &self.0 else { return f.write_str("*") };
        let origins: Vec<_> = origins.iter().filter_map(|origin| origin.to_str().ok()).collect();
        f.write_str(&origins.join(", "))
    }
}

/// The text does not name origins. The message says which one is wrong and why, and repeats none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCorsOrigins {
    /// Counted from 1; `None` if there is no origin at all.
    number: Option<usize>,
    why: &'static str,
}

impl fmt::Display for InvalidCorsOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "must be *, or origins such as https://app.example with commas between them: ",
        )?;
        match self.number {
            Some(number) => write!(f, "origin {number} {}", self.why),
            None => f.write_str(self.why),
        }
    }
}

impl std::error::Error for InvalidCorsOrigins {}

impl FromStr for CorsOrigins {
    type Err = InvalidCorsOrigins;

    fn from_str(text: &str) -> Result<Self, InvalidCorsOrigins> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Err(InvalidCorsOrigins { number: None, why: "there is none" }),
            ["*"] => Ok(Self(Origins::Any)),
            _ => {
                let origin = |(index, word): (usize, &&str)| {
                    origin(word).map_err(|why| InvalidCorsOrigins { number: Some(index + 1), why })
                };
                words
                    .iter()
                    .enumerate()
                    .map(origin)
                    .collect::<Result<_, _>>()
                    .map(|origins| Self(Origins::Listed(origins)))
            }
        }
    }
}

/// The origin as browsers send it, or what is wrong with it.
fn origin(word: &str) -> Result<HeaderValue, &'static str> {
    if word == "null" {
        return Err("is null, which any page can make itself: serve yours from a host");
    }
    if word.contains('*') {
        return Err("has a *, which only counts alone: name each host");
    }
    let Some((scheme, authority)) = word.split_once("://") else {
        return Err("must begin with its scheme, such as https://");
    };
    if authority.contains(['/', '\\', '?', '#']) {
        return Err("must end after its host and port");
    }
    if authority.contains('@') {
        return Err("must not have a user name");
    }
    if !authority.is_ascii() {
        return Err("must have its host in ASCII, as browsers send it: xn--…");
    }
    let scheme: Scheme = scheme.to_ascii_lowercase().parse().map_err(|_| "has no such scheme")?;
    let authority: Authority =
        authority.to_ascii_lowercase().parse().map_err(|_| "must have a valid host")?;
    let host = authority.host();
    if host.is_empty() {
        return Err("must have a host");
    }
    let port = match authority.as_str().strip_prefix(host) {
        Some("") => None,
        _ => match authority.port_u16() {
            None | Some(0) => return Err("must have a port from 1 to 65535"),
            port => port,
        },
    };
    let origin = match (scheme.as_str(), port) {
        (_, None) | ("http", Some(80)) | ("https", Some(443)) => format!("{scheme}://{host}"),
        (_, Some(port)) => format!("{scheme}://{host}:{port}"),
    };
    HeaderValue::try_from(origin).map_err(|_| "must have a valid host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_as_browsers_send_them() {
        for (text, kept) in [
            ("*", "*"),
            (" * ", "*"),
            ("https://app.example", "https://app.example"),
            ("HTTPS://App.Example:443", "https://app.example"),
            ("http://localhost:080", "http://localhost"),
            ("http://localhost:443,http://[::1]:3000", "http://localhost:443, http://[::1]:3000"),
            (
                "http://127.0.0.1:5173 https://b.example,",
                "http://127.0.0.1:5173, https://b.example",
            ),
            ("chrome-extension://abcdefgh", "chrome-extension://abcdefgh"),
            ("tauri://localhost", "tauri://localhost"),
        ] {
            let origins: CorsOrigins = text.parse().unwrap();
            assert_eq!(origins.to_string(), kept, "{text}");
            assert_eq!(kept.parse(), Ok(origins), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_refused_with_a_reason() {
        for (text, why) in [
            ("", "there is none"),
            (" , ", "there is none"),
            ("app.example", "origin 1 must begin with its scheme"),
            ("localhost:3000", "must begin with its scheme"),
            ("https://a.example,https://b.example/", "origin 2 must end after its host and port"),
            ("https://a.example/app", "must end after"),
            ("https://a.example?x", "must end after"),
            ("https://a.example#x", "must end after"),
            ("https://alice:secret@a.example", "must not have a user name"),
            ("*, https://a.example", "origin 1 has a *, which only counts alone"),
            ("https://*.example", "only counts alone"),
            ("null", "is null"),
            ("file://", "must have a"),
            ("https://", "must have a"),
            ("https://:80", "must have a"),
            ("https://a.example:", "a port from 1 to 65535"),
            ("https://a.example:0", "a port from 1 to 65535"),
            ("https://a.example:65536", "a port from 1 to 65535"),
            ("https://a.example:x", "must have a"),
            ("https://münchen.example", "xn--"),
            ("https://a\"b", "must have a valid host"),
            ("ht tp://a", "must begin with its scheme"),
            ("h_p://a", "has no such scheme"),
        ] {
            let refused = text.parse::<CorsOrigins>().unwrap_err().to_string();
            assert!(refused.starts_with("must be *, or origins"), "{text}: {refused}");
            assert!(refused.contains(why) && !refused.contains("secret"), "{text}: {refused}");
        }
    }
}
