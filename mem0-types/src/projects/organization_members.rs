use http::Method;
use serde_json::json;

use super::member::{MemberRole, Members, check_email, with_role};
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::{MessageResponse, path};

request! {
    /// Lists who has access to an organization:
    /// `GET /api/v1/orgs/organizations/{org_id}/members/`.
    pub struct GetOrganizationMembers {
        /// the organization's id
        org_id: String,
    }
    example GetOrganizationMembers::new("o-1")
        => GET "/api/v1/orgs/organizations/o-1/members/";
}

impl Endpoint for GetOrganizationMembers {
    type Response = Members;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_organization_members", Method::GET, path::ORGANIZATION_MEMBERS, Repeat::Read)
            .segment("org_id", self.org_id)
    }
}

request! {
    /// Gives someone access to an organization:
    /// `POST /api/v1/orgs/organizations/{org_id}/members/`.
    pub struct AddOrganizationMember {
        /// the organization's id
        org_id: String,
        /// the account's e-mail address
        email: String,
        /// what the member may do
        role: MemberRole,
    }
    example AddOrganizationMember::new("o-1", "ada@example.com", MemberRole::Reader)
        => POST "/api/v1/orgs/organizations/o-1/members/"
        with r#"{"email":"ada@example.com","role":"READER"}"#;
}

impl Endpoint for AddOrganizationMember {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new(
            "add_organization_member",
            Method::POST,
            path::ORGANIZATION_MEMBERS,
            Repeat::Once,
        )
        .segment("org_id", self.org_id)?;
        with_role(call, &self.email, &self.role)
    }
}

request! {
    /// Changes what someone may do in an organization:
    /// `PUT /api/v1/orgs/organizations/{org_id}/members/`.
    pub struct UpdateOrganizationMember {
        /// the organization's id
        org_id: String,
        /// the account's e-mail address
        email: String,
        /// what the member may do from now on
        role: MemberRole,
    }
    example UpdateOrganizationMember::new("o-1", "ada@example.com", MemberRole::Owner)
        => PUT "/api/v1/orgs/organizations/o-1/members/"
        with r#"{"email":"ada@example.com","role":"OWNER"}"#;
}

impl Endpoint for UpdateOrganizationMember {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new(
            "update_organization_member",
            Method::PUT,
            path::ORGANIZATION_MEMBERS,
            Repeat::Idempotent,
        )
        .segment("org_id", self.org_id)?;
        with_role(call, &self.email, &self.role)
    }
}

request! {
    /// Takes someone's access to an organization away:
    /// `DELETE /api/v1/orgs/organizations/{org_id}/members/`.
    /// The e-mail address is in the body.
    pub struct RemoveOrganizationMember {
        /// the organization's id
        org_id: String,
        /// the account's e-mail address
        email: String,
    }
    example RemoveOrganizationMember::new("o-1", "ada@example.com")
        => DELETE "/api/v1/orgs/organizations/o-1/members/" with r#"{"email":"ada@example.com"}"#;
}

impl Endpoint for RemoveOrganizationMember {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new(
            "remove_organization_member",
            Method::DELETE,
            path::ORGANIZATION_MEMBERS,
            Repeat::Idempotent,
        );
        check_email(&self.email)?;
        call.segment("org_id", self.org_id)?.json(&json!({ "email": self.email }))
    }
}
