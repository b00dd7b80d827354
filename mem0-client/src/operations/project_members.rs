use mem0_types::requests::{
    AddProjectMember, GetProjectMembers, RemoveProjectMember, UpdateProjectMember,
};
use mem0_types::{MemberRole, Members, MessageResponse};

use crate::{Answer, Argument, AsyncMemoryClient, ProjectRef};

/// The members of a project.
impl AsyncMemoryClient {
    /// Lists the members of a project: `GET
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let all = client.get_project_members(ProjectRef::own()).await?;
    /// println!("{} members", all.members.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_project_members(&self, project: impl Argument<ProjectRef>) -> Answer<'_, Members> {
        let project: ProjectRef = project.into();
        Answer::new(async move {
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(GetProjectMembers::new(org_id, project_id)).await
        })
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error, MemberRole, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Reader;
    /// client.add_project_member(ProjectRef::own(), "ada@example.com", role).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_project_member(
        &self,
        project: impl Argument<ProjectRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Answer<'_, MessageResponse> {
        let (project, email, role): (ProjectRef, String, MemberRole) =
            (project.into(), email.into(), role.into());
        Answer::new(async move {
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(AddProjectMember::new(org_id, project_id, email, role)).await
        })
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error, MemberRole, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Owner;
    /// client.update_project_member(ProjectRef::own(), "ada@example.com", role).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_project_member(
        &self,
        project: impl Argument<ProjectRef>,
        email: impl Argument<String>,
        role: impl Argument<MemberRole>,
    ) -> Answer<'_, MessageResponse> {
        let (project, email, role): (ProjectRef, String, MemberRole) =
            (project.into(), email.into(), role.into());
        Answer::new(async move {
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(UpdateProjectMember::new(org_id, project_id, email, role)).await
        })
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
    /// # use mem0_sdk::{AsyncMemoryClient, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.remove_project_member(ProjectRef::own(), "ada@example.com").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_project_member(
        &self,
        project: impl Argument<ProjectRef>,
        email: impl Argument<String>,
    ) -> Answer<'_, MessageResponse> {
        let (project, email): (ProjectRef, String) = (project.into(), email.into());
        Answer::new(async move {
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(RemoveProjectMember::new(org_id, project_id, email)).await
        })
    }
}
