use serde_json::json;

use crate::InvalidInput;
use crate::call::Call;
use crate::wire::{open_enum, record};

open_enum! {
    /// What a member may do.
    pub enum MemberRole {
        /// Read.
        Reader = "READER",
        /// Everything.
        Owner = "OWNER",
    }
}

record! {
    /// Someone with access to an organization or project.
    ///
    /// ```
    /// use mem0_sdk::{Member, MemberRole};
    ///
    /// let member: Member = serde_json::from_str(r#"{"username": "ada", "role": "OWNER"}"#)?;
    /// assert_eq!(member.role, Some(MemberRole::Owner));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Member {
        required {}
        defaulted {}
        optional {
            /// The platform's id for the account. Only in the list of an organization's members.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// The account's name. Only in the other lists.
            username: String = "username",
            /// What the member may do.
            role: MemberRole = "role",
            /// The account's e-mail address.
            email: String = "email",
        }
    }
}

record! {
    /// Everyone with access to an organization or project.
    ///
    /// ```
    /// let all: mem0_sdk::Members =
    ///     serde_json::from_str(r#"{"members": [{"username": "ada", "role": "OWNER"}]}"#)?;
    /// assert_eq!(all.members.len(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Members {
        required {}
        defaulted {
            /// The members.
            members: Vec<Member> = "members",
        }
        optional {}
    }
}

/// The call with the body that gives this account this role.
pub(super) fn with_role(call: Call, email: &str, role: &MemberRole) -> Result<Call, InvalidInput> {
    check_email(email)?;
    call.json(&json!({ "email": email, "role": role }))
}

/// The address names an account. Only the platform knows whether it exists.
pub(super) fn check_email(email: &str) -> Result<(), InvalidInput> {
    let refused = email.trim().is_empty() || email.chars().any(char::is_control);
    if refused || !email.contains('@') {
        return Err(InvalidInput::new("email", "must be an e-mail address"));
    }
    Ok(())
}
