use std::str::FromStr;

/// The work of a contender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A search with ten hits.
    Search,
    /// An add of two messages, which the platform queues.
    Add,
    /// One page of a list with this many rows.
    List(u32),
    /// A list of 20,000 rows, page after page.
    Stream,
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "search" => Ok(Self::Search),
            "add" => Ok(Self::Add),
            "stream" => Ok(Self::Stream),
            _ => match text.strip_prefix("list-").map(str::parse) {
                Some(Ok(rows)) => Ok(Self::List(rows)),
                _ => Err(format!("no such work: {text}")),
            },
        }
    }
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Search => f.write_str("search"),
            Self::Add => f.write_str("add"),
            Self::List(rows) => write!(f, "list-{rows}"),
            Self::Stream => f.write_str("stream"),
        }
    }
}
