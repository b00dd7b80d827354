use http::Method;

use super::member::{MemberRole, Members, check_email, with_role};
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::wire::{MessageResponse, path};

request! {
    /// Lists who has access to a project:
    /// `GET /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    pub struct GetProjectMembers {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
    }
    example GetProjectMembers::new("o-1", "p-1")
        => GET "/api/v1/orgs/organizations/o-1/projects/p-1/members/";
}

impl Endpoint for GetProjectMembers {
    type Response = Members;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_project_members", Method::GET, path::PROJECT_MEMBERS, Repeat::Read)
            .segment("org_id", self.org_id)?
            .segment("project_id", self.project_id)
    }
}

request! {
    /// Gives someone access to a project:
    /// `POST /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    pub struct AddProjectMember {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
        /// the account's e-mail address
        email: String,
        /// what the member may do
        role: MemberRole,
    }
    example AddProjectMember::new("o-1", "p-1", "ada@example.com", MemberRole::Reader)
        => POST "/api/v1/orgs/organizations/o-1/projects/p-1/members/"
        with r#"{"email":"ada@example.com","role":"READER"}"#;
}

impl Endpoint for AddProjectMember {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call =
            Call::new("add_project_member", Method::POST, path::PROJECT_MEMBERS, Repeat::Once)
                .segment("org_id", self.org_id)?
                .segment("project_id", self.project_id)?;
        with_role(call, &self.email, &self.role)
    }
}

request! {
    /// Changes what someone may do in a project:
    /// `PUT /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    pub struct UpdateProjectMember {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
        /// the account's e-mail address
        email: String,
        /// what the member may do from now on
        role: MemberRole,
    }
    example UpdateProjectMember::new("o-1", "p-1", "ada@example.com", MemberRole::Owner)
        => PUT "/api/v1/orgs/organizations/o-1/projects/p-1/members/"
        with r#"{"email":"ada@example.com","role":"OWNER"}"#;
}

impl Endpoint for UpdateProjectMember {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new(
            "update_project_member",
            Method::PUT,
            path::PROJECT_MEMBERS,
            Repeat::Idempotent,
        )
        .segment("org_id", self.org_id)?
        .segment("project_id", self.project_id)?;
        with_role(call, &self.email, &self.role)
    }
}

request! {
    /// Takes someone's access to a project away:
    /// `DELETE /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    /// The e-mail address is a query parameter.
    pub struct RemoveProjectMember {
        /// the organization's id
        org_id: String,
        /// the project's id
        project_id: String,
        /// the account's e-mail address
        email: String,
    }
    example RemoveProjectMember::new("o-1", "p-1", "ada@example.com")
        => DELETE "/api/v1/orgs/organizations/o-1/projects/p-1/members/?email=ada%40example.com";
}

impl Endpoint for RemoveProjectMember {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new(
            "remove_project_member",
            Method::DELETE,
            path::PROJECT_MEMBERS,
            Repeat::Idempotent,
        );
        check_email(&self.email)?;
        let call = call.segment("org_id", self.org_id)?.segment("project_id", self.project_id)?;
        Ok(call.query("email", self.email))
    }
}
