use http::Method;
use serde_json::{Value, json};

use super::member::{Member, MemberRole};
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::time::Timestamp;
use crate::wire::{MessageResponse, Page, check_name, path, record};

request! {
    /// Lists the organizations of the account: `GET /api/v1/orgs/organizations/`.
    pub struct GetOrganizations {}
    example GetOrganizations::new() => GET "/api/v1/orgs/organizations/";
}

impl Endpoint for GetOrganizations {
    type Response = Page<Organization>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(Call::new("get_organizations", Method::GET, path::ORGANIZATIONS, Repeat::Read))
    }
}

request! {
    /// Creates an organization: `POST /api/v1/orgs/organizations/`.
    pub struct CreateOrganization {
        /// its name
        name: String,
    }
    example CreateOrganization::new("Research")
        => POST "/api/v1/orgs/organizations/" with r#"{"name":"Research"}"#;
}

impl Endpoint for CreateOrganization {
    type Response = CreateOrganizationResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        check_name(&self.name)?;
        Call::new("create_organization", Method::POST, path::ORGANIZATIONS, Repeat::Once)
            .json(&json!({ "name": self.name }))
    }
}

record! {
    /// An organization that was created.
    ///
    /// ```
    /// let made: mem0_sdk::CreateOrganizationResponse =
    ///     serde_json::from_str(r#"{"message": "Organization created.", "org_id": "o-1"}"#)?;
    /// assert_eq!(made.org_id, "o-1");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct CreateOrganizationResponse {
        required {
            /// The organization's id, a UUID.
            #[doc(alias = "orgId")]
            org_id: String = "org_id",
        }
        defaulted {}
        optional {
            /// The platform's message.
            message: String = "message",
        }
    }
}

request! {
    /// Reads one organization: `GET /api/v1/orgs/organizations/{org_id}/`.
    pub struct GetOrganization {
        /// its id
        org_id: String,
    }
    example GetOrganization::new("o-1") => GET "/api/v1/orgs/organizations/o-1/";
}

impl Endpoint for GetOrganization {
    type Response = Organization;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_organization", Method::GET, path::ORGANIZATION, Repeat::Read)
            .segment("org_id", self.org_id)
    }
}

request! {
    /// Deletes an organization with all its projects:
    /// `DELETE /api/v1/orgs/organizations/{org_id}/`.
    pub struct DeleteOrganization {
        /// its id
        org_id: String,
    }
    example DeleteOrganization::new("o-1") => DELETE "/api/v1/orgs/organizations/o-1/";
}

impl Endpoint for DeleteOrganization {
    type Response = MessageResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("delete_organization", Method::DELETE, path::ORGANIZATION, Repeat::Idempotent)
            .segment("org_id", self.org_id)
    }
}

record! {
    /// An organization: projects, and the people who share them.
    ///
    /// ```
    /// let organization: mem0_sdk::Organization =
    ///     serde_json::from_str(r#"{"org_id": "o-1", "name": "Research", "is_owner": true}"#)?;
    /// assert_eq!(organization.is_owner, Some(true));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Organization {
        required {
            /// Its id.
            #[doc(alias = "orgId")]
            org_id: String = "org_id",
        }
        defaulted {
            /// Who has access.
            members: Vec<Member> = "members",
            /// Who was invited. The specification leaves the form open.
            invitations: Vec<Value> = "invitations",
        }
        optional {
            /// Its name.
            name: String = "name",
            /// When it was created.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// Whether it is the account's first organization.
            is_default: bool = "is_default",
            /// Whether it uses its own keys for language models.
            byok_enabled: bool = "byok_enabled",
            /// The plan that its owner pays for.
            owner_pricing_plan: String = "owner_pricing_plan",
            /// Whether your account owns it.
            is_owner: bool = "is_owner",
            /// What your account may do in it.
            user_role: MemberRole = "user_role",
        }
    }
}
