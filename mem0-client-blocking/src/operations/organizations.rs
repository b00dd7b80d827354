use mem0_client::requests::{CreateOrganization, GetOrganizations};
use mem0_client::{
    CreateOrganizationResponse, DeleteEverything, Error, MemberRole, Members, MessageResponse,
    Organization, OrganizationRef, Page,
};

use crate::{Argument, MemoryClient};

/// Organizations and their members.
impl MemoryClient {
    /// Lists the organizations of the account: `GET /api/v1/orgs/organizations/`.
    ///
    /// # Errors
    /// As for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for organization in client.get_organizations()? {
    ///     println!("{} {:?}", organization.org_id, organization.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_organizations(&self) -> Result<Page<Organization>, Error> {
        self.value(GetOrganizations::new())
    }

    /// Creates an organization: `POST /api/v1/orgs/organizations/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty name; otherwise as for every
    /// method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let made = client.create_organization("Research")?;
    /// println!("{}", made.org_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_organization(
        &self,
        name: impl Argument<String>,
    ) -> Result<CreateOrganizationResponse, Error> {
        self.value(CreateOrganization::new(name))
    }

    /// Reads one organization: `GET /api/v1/orgs/organizations/{org_id}/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, OrganizationRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let mine = client.get_organization(OrganizationRef::own())?;
    /// println!("{:?}", mine.name);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_organization(
        &self,
        organization: impl Argument<OrganizationRef>,
    ) -> Result<Organization, Error> {
        let organization: OrganizationRef = organization.into();
        self.run(self.inner.get_organization(organization))
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
    /// # use mem0_sdk::{MemoryClient, DeleteEverything, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let org_id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.delete_organization(org_id, DeleteEverything)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_organization(
        &self,
        organization: impl Argument<OrganizationRef>,
        confirmation: DeleteEverything,
    ) -> Result<MessageResponse, Error> {
        let organization: OrganizationRef = organization.into();
        self.run(self.inner.delete_organization(organization, confirmation))
    }

    /// Lists the members of an organization: `GET /api/v1/orgs/organizations/{org_id}/members/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let all = client.get_organization_members("3fa85f64-5717-4562-b3fc-2c963f66afa6")?;
    /// println!("{} members", all.members.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_organization_members(
        &self,
        organization: impl Argument<OrganizationRef>,
    ) -> Result<Members, Error> {
        let organization: OrganizationRef = organization.into();
        self.run(self.inner.get_organization_members(organization))
    }

    /// Adds a member to an organization: `POST /api/v1/orgs/organizations/{org_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, MemberRole};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Reader;
    /// let organization = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.add_organization_member(organization, "ada@example.com", role)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_organization_member(
        &self,
        organization: impl Argument<OrganizationRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let role: MemberRole = role.into();
        let organization: OrganizationRef = organization.into();
        let email: String = email.into();
        self.run(self.inner.add_organization_member(organization, email, role))
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
    /// # use mem0_sdk::{MemoryClient, Error, MemberRole};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Owner;
    /// let organization = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.update_organization_member(organization, "ada@example.com", role)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_organization_member(
        &self,
        organization: impl Argument<OrganizationRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let role: MemberRole = role.into();
        let organization: OrganizationRef = organization.into();
        let email: String = email.into();
        self.run(self.inner.update_organization_member(organization, email, role))
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
    /// # use mem0_sdk::{MemoryClient, Error};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let organization = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    /// client.remove_organization_member(organization, "ada@example.com")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_organization_member(
        &self,
        organization: impl Argument<OrganizationRef>,
        email: impl Argument<String>,
    ) -> Result<MessageResponse, Error> {
        let organization: OrganizationRef = organization.into();
        let email: String = email.into();
        self.run(self.inner.remove_organization_member(organization, email))
    }
}
