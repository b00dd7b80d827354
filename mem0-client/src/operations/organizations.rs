use mem0_types::requests::{
    AddOrganizationMember, CreateOrganization, DeleteOrganization, GetOrganization,
    GetOrganizationMembers, GetOrganizations, RemoveOrganizationMember, UpdateOrganizationMember,
};
use mem0_types::{
    CreateOrganizationResponse, DeleteEverything, MemberRole, Members, MessageResponse,
    Organization, Page,
};

use crate::{AsyncMemoryClient, Error, OrganizationRef};

/// Organizations and their members.
impl AsyncMemoryClient {
    /// Lists the organizations of the account: `GET /api/v1/orgs/organizations/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for organization in client.get_organizations().await? {
    ///     println!("{} {:?}", organization.org_id, organization.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_organizations(&self) -> Result<Page<Organization>, Error> {
        self.value(GetOrganizations::new()).await
    }

    /// Creates an organization: `POST /api/v1/orgs/organizations/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty name; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let made = client.create_organization("Research").await?;
    /// println!("{}", made.org_id);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_organization(
        &self,
        name: impl Into<String>,
    ) -> Result<CreateOrganizationResponse, Error> {
        self.value(CreateOrganization::new(name)).await
    }

    /// Reads one organization: `GET /api/v1/orgs/organizations/{org_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, OrganizationRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let mine = client.get_organization(OrganizationRef::own()).await?;
    /// println!("{:?}", mine.name);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_organization(
        &self,
        organization: impl Into<OrganizationRef>,
    ) -> Result<Organization, Error> {
        let org_id = self.org_id(organization.into()).await?;
        self.value(GetOrganization::new(org_id)).await
    }

    /// Deletes an organization with all its projects and their memories: `DELETE
    /// /api/v1/orgs/organizations/{org_id}/`.
    ///
    /// # Errors
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such organization or project;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, DeleteEverything, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let org_id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.delete_organization(org_id, DeleteEverything).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_organization(
        &self,
        organization: impl Into<OrganizationRef>,
        confirmation: DeleteEverything,
    ) -> Result<MessageResponse, Error> {
        let DeleteEverything = confirmation;
        let org_id = self.org_id(organization.into()).await?;
        self.value(DeleteOrganization::new(org_id)).await
    }

    /// Lists the members of an organization: `GET /api/v1/orgs/organizations/{org_id}/members/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let all = client.get_organization_members("3fa85f64-5717-4562-b3fc-2c963f66afa6").await?;
    /// println!("{} members", all.members.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_organization_members(
        &self,
        organization: impl Into<OrganizationRef>,
    ) -> Result<Members, Error> {
        let org_id = self.org_id(organization.into()).await?;
        self.value(GetOrganizationMembers::new(org_id)).await
    }

    /// Adds a member to an organization: `POST /api/v1/orgs/organizations/{org_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, MemberRole};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Reader;
    /// let organization = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.add_organization_member(organization, "ada@example.com", role).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_organization_member(
        &self,
        organization: impl Into<OrganizationRef>,
        email: impl Into<String>,
        role: impl Into<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let org_id = self.org_id(organization.into()).await?;
        self.value(AddOrganizationMember::new(org_id, email, role)).await
    }

    /// Changes the role of a member of an organization: `PUT
    /// /api/v1/orgs/organizations/{org_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, MemberRole};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Owner;
    /// let organization = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.update_organization_member(organization, "ada@example.com", role).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_organization_member(
        &self,
        organization: impl Into<OrganizationRef>,
        email: impl Into<String>,
        role: impl Into<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let org_id = self.org_id(organization.into()).await?;
        self.value(UpdateOrganizationMember::new(org_id, email, role)).await
    }

    /// Removes a member from an organization: `DELETE
    /// /api/v1/orgs/organizations/{org_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let organization = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.remove_organization_member(organization, "ada@example.com").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove_organization_member(
        &self,
        organization: impl Into<OrganizationRef>,
        email: impl Into<String>,
    ) -> Result<MessageResponse, Error> {
        let org_id = self.org_id(organization.into()).await?;
        self.value(RemoveOrganizationMember::new(org_id, email)).await
    }
}
