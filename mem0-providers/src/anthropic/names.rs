//! What the name of a Claude model says of it.

/// A model whose name has a family and a version, in this order. Older ones have not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Claude {
    family: Family,
    version: (u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Family {
    Haiku,
    Sonnet,
    Opus,
    Other,
}

impl Claude {
    /// Also within a name of Bedrock's, such as `us.anthropic.claude-opus-4-1-20250805-v1:0`.
    pub(crate) fn of(model: &str) -> Option<Self> {
        let (_, name) = model.rsplit_once("claude-")?;
        let mut parts = name.split(['-', '.', '@', ':']);
        let family = match parts.next()? {
            "haiku" => Family::Haiku,
            "sonnet" => Family::Sonnet,
            "opus" => Family::Opus,
            digits if digits.starts_with(|digit: char| digit.is_ascii_digit()) => return None,
            _ => Family::Other,
        };
        // What is longer is a date.
        let mut number = || parts.next().filter(|part| part.len() <= 2)?.parse::<u32>().ok();
        let major = number()?;
        Some(Self { family, version: (major, number().unwrap_or(0)) })
    }

    /// Whether it takes a temperature, or `top_p`.
    pub(crate) fn takes_sampling(self) -> bool {
        match self.family {
            Family::Haiku => true,
            Family::Sonnet => self.version < (5, 0),
            Family::Opus => self.version < (4, 7),
            Family::Other => false,
        }
    }

    /// Whether its answers follow a JSON Schema. Others are made to call a tool instead, which
    /// later ones refuse.
    pub(crate) fn has_formats(self) -> bool {
        match self.family {
            Family::Opus => self.version >= (4, 1),
            _ => self.version >= (4, 5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_model_takes() {
        for (model, samples, formats) in [
            ("claude-sonnet-4-6", Some(true), Some(true)),
            ("claude-sonnet-4-20250514", Some(true), Some(false)),
            ("claude-sonnet-5", Some(false), Some(true)),
            ("claude-opus-4-6", Some(true), Some(true)),
            ("claude-opus-4-7", Some(false), Some(true)),
            ("claude-haiku-4-5-20251001", Some(true), Some(true)),
            ("us.anthropic.claude-opus-4-1-20250805-v1:0", Some(true), Some(true)),
            ("claude-mythos-1", Some(false), Some(false)),
            ("claude-3-5-sonnet-20240620", None, None),
            ("claude-sonnet", None, None),
            ("amazon.nova-lite-v1:0", None, None),
        ] {
            let claude = Claude::of(model);
            assert_eq!(claude.map(Claude::takes_sampling), samples, "{model}");
            assert_eq!(claude.map(Claude::has_formats), formats, "{model}");
        }
    }
}
