use crate::InvalidInput;

/// One of the four ids that a memory may carry.
///
/// ```
/// assert_eq!(mem0_sdk::IdField::RunId.as_str(), "run_id");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdField {
    /// Someone who uses an app.
    UserId,
    /// An AI agent.
    AgentId,
    /// An application.
    AppId,
    /// One run or session.
    RunId,
}

impl IdField {
    /// All four, in the platform's order.
    pub const ALL: [Self; 4] = [Self::UserId, Self::AgentId, Self::AppId, Self::RunId];

    /// The wire name.
    ///
    /// ```
    /// assert_eq!(mem0_sdk::IdField::UserId.as_str(), "user_id");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::AgentId => "agent_id",
            Self::AppId => "app_id",
            Self::RunId => "run_id",
        }
    }

    /// Refuses an id of this kind that the platform would misread.
    ///
    /// # Errors
    /// [`InvalidInput`] for an id that is blank or `*`, has control characters or `U+FFFD`, which
    /// stands for text that was lost, or has a `.` or `..` part between slashes, which cannot stand
    /// in a path.
    ///
    /// ```
    /// use mem0_sdk::IdField;
    ///
    /// IdField::UserId.check("alice")?;
    /// assert!(IdField::UserId.check("..").is_err());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn check(self, id: &str) -> Result<(), InvalidInput> {
        check_id(self.as_str(), id)
    }
}

/// Refuses ids that the platform would misread.
///
/// `*` means "any" on the wire. Percent-encoding does not make a `.` or `..` part safe, because
/// proxies and servers decode before they route: `delete("..")` would reach another resource.
pub(crate) fn check_id(field: &'static str, id: &str) -> Result<(), InvalidInput> {
    let refuse = |message: &'static str| Err(InvalidInput::new(field, message));
    if id.trim().is_empty() {
        return refuse("must not be empty");
    }
    // Servers trim, so that " * " would mean "any" there.
    if id.trim() == "*" {
        return refuse("must not be `*`, which means \"any\" on the wire");
    }
    if id.chars().any(char::is_control) {
        return refuse("must not contain control characters");
    }
    // Two ids that each lost a character would be one.
    if id.contains(char::REPLACEMENT_CHARACTER) {
        return refuse(
            "must not contain U+FFFD, which stands for text that is not Unicode, such as half of a \
             surrogate pair",
        );
    }
    if id.split(['/', '\\']).any(|part| part == "." || part == "..") {
        return refuse("must not have a `.` or `..` part, which would address another resource");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_id;

    #[test]
    fn refuses_what_would_address_something_else() {
        for id in [
            "",
            "  ",
            "*",
            " * ",
            ".",
            "..",
            "a/../b",
            "a\\..\\b",
            "./a",
            "a/.",
            "a\0b",
            "a\nb",
            "\u{85}",
            "a\u{fffd}",
        ] {
            assert!(check_id("user_id", id).is_err(), "{id:?} was accepted");
        }
    }

    #[test]
    fn accepts_every_ordinary_id() {
        for id in ["alice", "a/b", "%2e", "%2e%2e", "é", "a..b", "...", "日本 語", "**", "a b?c#d"]
        {
            assert!(check_id("user_id", id).is_ok(), "{id:?} was refused");
        }
    }
}
