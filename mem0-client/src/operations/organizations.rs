use mem0_types::requests::{
    AddOrganizationMember, CreateOrganization, DeleteOrganization, GetOrganization,
    GetOrganizationMembers, GetOrganizations, RemoveOrganizationMember, UpdateOrganizationMember,
};
use mem0_types::{
    CreateOrganizationResponse, DeleteEverything, MemberRole, Members, MessageResponse,
    Organization, Page,
};

use crate::{Answer, Argument, AsyncMemoryClient, OrganizationRef};

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
    pub fn get_organizations(&self) -> Answer<'_, Page<Organization>> {
        self.answer(GetOrganizations::new())
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
    pub fn create_organization(
        &self,
        name: impl Argument<String>,
    ) -> Answer<'_, CreateOrganizationResponse> {
        self.answer(CreateOrganization::new(name))
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
    pub fn get_organization(
        &self,
        organization: impl Argument<OrganizationRef>,
    ) -> Answer<'_, Organization> {
        let organization: OrganizationRef = organization.into();
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(GetOrganization::new(org_id)).await
        })
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
    pub fn delete_organization(
        &self,
        organization: impl Argument<OrganizationRef>,
        confirmation: DeleteEverything,
    ) -> Answer<'_, MessageResponse> {
        let organization: OrganizationRef = organization.into();
        Answer::new(async move {
            let DeleteEverything = confirmation;
            let org_id = self.org_id(organization).await?;
            self.value(DeleteOrganization::new(org_id)).await
        })
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
    pub fn get_organization_members(
        &self,
        organization: impl Argument<OrganizationRef>,
    ) -> Answer<'_, Members> {
        let organization: OrganizationRef = organization.into();
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(GetOrganizationMembers::new(org_id)).await
        })
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
    pub fn add_organization_member(
        &self,
        organization: impl Argument<OrganizationRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Answer<'_, MessageResponse> {
        let (organization, email, role): (OrganizationRef, String, MemberRole) =
            (organization.into(), email.into(), role.into());
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(AddOrganizationMember::new(org_id, email, role)).await
        })
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
    pub fn update_organization_member(
        &self,
        organization: impl Argument<OrganizationRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Answer<'_, MessageResponse> {
        let (organization, email, role): (OrganizationRef, String, MemberRole) =
            (organization.into(), email.into(), role.into());
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(UpdateOrganizationMember::new(org_id, email, role)).await
        })
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
    pub fn remove_organization_member(
        &self,
        organization: impl Argument<OrganizationRef>,
        email: impl Argument<String>,
    ) -> Answer<'_, MessageResponse> {
        let (organization, email): (OrganizationRef, String) = (organization.into(), email.into());
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(RemoveOrganizationMember::new(org_id, email)).await
        })
    }
}
