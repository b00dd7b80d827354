use http::{HeaderMap, HeaderName, HeaderValue};

use crate::Error;

/// The headers that name the app to the platform. Each is sent only if it is set.
#[derive(Clone, Default)]
pub(crate) struct Identity {
    pub(crate) source: Option<String>,
    pub(crate) application: Option<String>,
    pub(crate) client_stack: Option<String>,
}

const OWN: &str = concat!("mem0-rust/", env!("CARGO_PKG_VERSION"));

/// The platform's limits for `X-Mem0-Client`.
const MAX_NAMES: usize = 4;
const MAX_LENGTH: usize = 200;

impl Identity {
    /// Adds the headers. Those that the caller has set by their own names stay.
    pub(crate) fn write_to(self, headers: &mut HeaderMap) -> Result<(), Error> {
        let client = self.client_stack.map(|stack| whole_stack(&stack));
        for (name, value) in [
            ("x-mem0-source", self.source),
            ("x-application", self.application),
            ("x-mem0-client", client),
        ] {
            let Some(value) = value else { continue };
            let value = HeaderValue::from_str(value.trim()).map_err(|_| {
                Error::configuration(format!(
                    "the value for the header {name} has a character that a header cannot carry"
                ))
            })?;
            headers.entry(HeaderName::from_static(name)).or_insert(value);
        }
        Ok(())
    }
}

/// As many of the names as the platform takes, followed by our own.
fn whole_stack(stack: &str) -> String {
    let names = stack.split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut names: Vec<&str> = names.take(MAX_NAMES - 1).collect();
    loop {
        let whole = names.iter().copied().chain([OWN]).collect::<Vec<_>>().join(", ");
        if whole.len() <= MAX_LENGTH || names.pop().is_none() {
            return whole;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OWN, whole_stack};

    #[test]
    fn our_own_name_is_always_there() {
        assert_eq!(whole_stack("kitchen/1.2"), format!("kitchen/1.2, {OWN}"));
        assert_eq!(whole_stack(" , ,"), OWN);
        assert_eq!(whole_stack("a,b , c,d,e"), format!("a, b, c, {OWN}"));
        assert_eq!(whole_stack(&"x".repeat(300)), OWN);
        let long = format!("a, {}", "x".repeat(190));
        assert_eq!(whole_stack(&long), format!("a, {OWN}"));
    }
}
