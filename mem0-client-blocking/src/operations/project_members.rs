use mem0_client::{Error, MemberRole, Members, MessageResponse, ProjectRef};

use crate::{Argument, MemoryClient};

/// The members of a project.
impl MemoryClient {
    /// Lists the members of a project: `GET
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let all = client.get_project_members(ProjectRef::own())?;
    /// println!("{} members", all.members.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_project_members(
        &self,
        project: impl Argument<ProjectRef>,
    ) -> Result<Members, Error> {
        let project: ProjectRef = project.into();
        self.run(self.inner.get_project_members(project))
    }

    /// Adds a member to a project: `POST
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, MemberRole, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Reader;
    /// client.add_project_member(ProjectRef::own(), "ada@example.com", role)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_project_member(
        &self,
        project: impl Argument<ProjectRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let project: ProjectRef = project.into();
        let role: MemberRole = role.into();
        let email: String = email.into();
        self.run(self.inner.add_project_member(project, email, role))
    }

    /// Changes the role of a member of a project: `PUT
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, MemberRole, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Owner;
    /// client.update_project_member(ProjectRef::own(), "ada@example.com", role)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_project_member(
        &self,
        project: impl Argument<ProjectRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let project: ProjectRef = project.into();
        let role: MemberRole = role.into();
        let email: String = email.into();
        self.run(self.inner.update_project_member(project, email, role))
    }

    /// Removes a member from a project: `DELETE
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an email address that is not valid;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// client.remove_project_member(ProjectRef::own(), "ada@example.com")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_project_member(
        &self,
        project: impl Argument<ProjectRef>,
        email: impl Argument<String>,
    ) -> Result<MessageResponse, Error> {
        let project: ProjectRef = project.into();
        let email: String = email.into();
        self.run(self.inner.remove_project_member(project, email))
    }
}
