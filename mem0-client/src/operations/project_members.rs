use mem0_types::requests::{
    AddProjectMember, GetProjectMembers, RemoveProjectMember, UpdateProjectMember,
};
use mem0_types::{MemberRole, Members, MessageResponse};

use crate::{AsyncMemoryClient, Error, ProjectRef};

impl AsyncMemoryClient {
    /// Lists who has access to a project: `GET
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; else as every method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let all = client.get_project_members(ProjectRef::own()).await?;
    /// println!("{} members", all.members.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_project_members(
        &self,
        project: impl Into<ProjectRef>,
    ) -> Result<Members, Error> {
        let (org_id, project_id) = self.project_ids(project.into()).await?;
        self.value(GetProjectMembers::new(org_id, project_id)).await
    }

    /// Gives someone access to a project: `POST
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for what is no address;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not; else as every
    /// method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error, MemberRole, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Reader;
    /// client.add_project_member(ProjectRef::own(), "ada@example.com", role).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_project_member(
        &self,
        project: impl Into<ProjectRef>,
        email: impl Into<String>,
        role: impl Into<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let (org_id, project_id) = self.project_ids(project.into()).await?;
        self.value(AddProjectMember::new(org_id, project_id, email, role)).await
    }

    /// Changes what someone may do in a project: `PUT
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for what is no address;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not; else as every
    /// method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error, MemberRole, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let role = MemberRole::Owner;
    /// client.update_project_member(ProjectRef::own(), "ada@example.com", role).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn update_project_member(
        &self,
        project: impl Into<ProjectRef>,
        email: impl Into<String>,
        role: impl Into<MemberRole>,
    ) -> Result<MessageResponse, Error> {
        let (org_id, project_id) = self.project_ids(project.into()).await?;
        self.value(UpdateProjectMember::new(org_id, project_id, email, role)).await
    }

    /// Takes someone's access to a project away: `DELETE
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/members/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for what is no address;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not; else as every
    /// method.
    ///
    /// ```
    /// # use mem0_client::{AsyncMemoryClient, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.remove_project_member(ProjectRef::own(), "ada@example.com").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove_project_member(
        &self,
        project: impl Into<ProjectRef>,
        email: impl Into<String>,
    ) -> Result<MessageResponse, Error> {
        let (org_id, project_id) = self.project_ids(project.into()).await?;
        self.value(RemoveProjectMember::new(org_id, project_id, email)).await
    }
}
