use mem0_types::requests::{CreateProject, DeleteProject, GetProject, GetProjects, UpdateProject};
use mem0_types::{
    CreateProjectOptions, CreateProjectResponse, DeleteEverything, MessageResponse, Page, Project,
    UpdateProjectOptions,
};

use crate::{Answer, Argument, AsyncMemoryClient, OrganizationRef, ProjectRef};

/// Projects.
impl AsyncMemoryClient {
    /// Lists an organization's projects: `GET /api/v1/orgs/organizations/{org_id}/projects/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such organization; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, OrganizationRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// for project in client.get_projects(OrganizationRef::own()).await? {
    ///     println!("{:?} {:?}", project.project_id, project.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_projects(
        &self,
        organization: impl Argument<OrganizationRef>,
    ) -> Answer<'_, Page<Project>> {
        let organization: OrganizationRef = organization.into();
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(GetProjects::new(org_id)).await
        })
    }

    /// Creates a project: `POST /api/v1/orgs/organizations/{org_id}/projects/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty name;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, OrganizationRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let made = client.create_project(OrganizationRef::own(), "Kitchen").await?;
    /// println!("{}", made.project_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_project(
        &self,
        organization: impl Argument<OrganizationRef>,
        options: impl Argument<CreateProjectOptions>,
    ) -> Answer<'_, CreateProjectResponse> {
        let (organization, options): (OrganizationRef, CreateProjectOptions) =
            (organization.into(), options.into());
        Answer::new(async move {
            let org_id = self.org_id(organization).await?;
            self.value(CreateProject::new(org_id, options)).await
        })
    }

    /// Reads a project with its settings: `GET
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
    ///
    /// To read only some of the fields, [`execute`](Self::execute) a [`GetProject`].
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let project = client.get_project(ProjectRef::own()).await?;
    /// println!("{:?} {:?}", project.name, project.custom_instructions);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProject")]
    pub fn get_project(&self, project: impl Argument<ProjectRef>) -> Answer<'_, Project> {
        let project: ProjectRef = project.into();
        Answer::new(async move {
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(GetProject::new(org_id, project_id)).await
        })
    }

    /// Changes a project's settings: `PATCH
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`. Settings that are not given
    /// stay as they are.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing is changed;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such project; otherwise as for
    /// every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, CustomCategory, Error};
    /// # use mem0_sdk::{ProjectRef, UpdateProjectOptions};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let diet = CustomCategory::new("diet", "What people eat, and what they must not");
    /// let options = UpdateProjectOptions::new()
    ///     .custom_instructions("Remember only what people like to eat")
    ///     .custom_categories(vec![diet.into()]);
    /// client.update_project(ProjectRef::own(), options).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "updateProject")]
    pub fn update_project(
        &self,
        project: impl Argument<ProjectRef>,
        options: impl Argument<UpdateProjectOptions>,
    ) -> Answer<'_, MessageResponse> {
        let (project, options): (ProjectRef, UpdateProjectOptions) =
            (project.into(), options.into());
        Answer::new(async move {
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(UpdateProject::new(org_id, project_id, options)).await
        })
    }

    /// Deletes a project with all its memories: `DELETE
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
    ///
    /// # Errors
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such organization or project;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, DeleteEverything, Error, ProjectRef};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// let project = ProjectRef::new("3fa85f64-5717-4562-b3fc-2c963f66afa6", "p-1");
    /// client.delete_project(project, DeleteEverything).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_project(
        &self,
        project: impl Argument<ProjectRef>,
        confirmation: DeleteEverything,
    ) -> Answer<'_, MessageResponse> {
        let project: ProjectRef = project.into();
        Answer::new(async move {
            let DeleteEverything = confirmation;
            let (org_id, project_id) = self.project_ids(project).await?;
            self.value(DeleteProject::new(org_id, project_id)).await
        })
    }
}
