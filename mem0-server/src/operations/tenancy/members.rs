use mem0_engine::MemberRecord;
use mem0_types::{InvalidInput, MemberRole};
use serde::Serialize;

use crate::http::fields::{Fields, Received};

/// A member of an organization or a project. An account is identified by its address.
#[derive(Serialize)]
pub(crate) struct MemberView {
    username: String,
    role: MemberRole,
    email: String,
}

impl From<MemberRecord> for MemberView {
    fn from(member: MemberRecord) -> Self {
        Self { username: member.email.clone(), role: member.role, email: member.email }
    }
}

/// A required text field of a body.
pub(crate) fn required(fields: &Fields, name: &'static str) -> Result<String, InvalidInput> {
    fields.text(name)?.ok_or_else(|| InvalidInput::new(name, "must be given"))
}

/// The `email` and `role` fields of a body.
pub(crate) fn member(body: Received) -> Result<(String, MemberRole), InvalidInput> {
    let fields = body.only(["email", "role"])?;
    let role = required(&fields, "role")?;
    Ok((required(&fields, "email")?, MemberRole::from(role.as_str())))
}
