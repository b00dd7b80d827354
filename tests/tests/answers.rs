use serde::Deserialize;
use serde_json::Value;

/// An operation with a whole answer to it: every field that the published specification names, and
/// for the operations that it leaves out, every field that is known.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    /// Method and path template: `GET /v1/ping/`.
    pub(crate) operation: String,
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

impl Answer {
    pub(crate) fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../fixtures/answers.json")).expect("a list of answers")
    }

    /// The answer of the operation that this request is for.
    pub(crate) fn to(method: &str, path: &str) -> Self {
        let fits = |answer: &Self| {
            let template = answer.operation.strip_prefix(method).and_then(|t| t.strip_prefix(' '));
            template.is_some_and(|template| fits(template, path))
        };
        let found = Self::all().into_iter().filter(fits);
        let found = found.min_by_key(|answer| answer.operation.matches('{').count());
        found.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }
}

/// Whether the path is one of the template's.
pub(crate) fn fits(template: &str, path: &str) -> bool {
    template.split('/').count() == path.split('/').count()
        && template
            .split('/')
            .zip(path.split('/'))
            .all(|(expected, sent)| expected.starts_with('{') || expected == sent)
}
