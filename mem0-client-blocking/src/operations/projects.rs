use mem0_client::{
    CreateProjectOptions, CreateProjectResponse, DeleteEverything, Error, MessageResponse,
    OrganizationRef, Page, Project, ProjectRef, UpdateProjectOptions,
};

use crate::{Argument, MemoryClient};

/// Projects.
impl MemoryClient {
    /// Lists an organization's projects: `GET /api/v1/orgs/organizations/{org_id}/projects/`.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such organization; otherwise as
    /// for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, OrganizationRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// for project in client.get_projects(OrganizationRef::own())? {
    ///     println!("{:?} {:?}", project.project_id, project.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_projects(
        &self,
        organization: impl Argument<OrganizationRef>,
    ) -> Result<Page<Project>, Error> {
        let organization: OrganizationRef = organization.into();
        self.run(self.inner.get_projects(organization))
    }

    /// Creates a project: `POST /api/v1/orgs/organizations/{org_id}/projects/`.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an empty name;
    /// [`Authentication`](crate::ErrorKind::Authentication) when the account may not do that;
    /// otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, OrganizationRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let made = client.create_project(OrganizationRef::own(), "Kitchen")?;
    /// println!("{}", made.project_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_project(
        &self,
        organization: impl Argument<OrganizationRef>,
        options: impl Argument<CreateProjectOptions>,
    ) -> Result<CreateProjectResponse, Error> {
        let organization: OrganizationRef = organization.into();
        let options: CreateProjectOptions = options.into();
        self.run(self.inner.create_project(organization, options))
    }

    /// Reads a project with its settings: `GET
    /// /api/v1/orgs/organizations/{org_id}/projects/{project_id}/`.
    ///
    /// To read only some of the fields, [`execute`](Self::execute) a
    /// [`GetProject`](crate::requests::GetProject).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is none; otherwise as for every method.
    ///
    /// ```
    /// # use mem0_sdk::{MemoryClient, Error, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let project = client.get_project(ProjectRef::own())?;
    /// println!("{:?} {:?}", project.name, project.custom_instructions);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getProject")]
    pub fn get_project(&self, project: impl Argument<ProjectRef>) -> Result<Project, Error> {
        let project: ProjectRef = project.into();
        self.run(self.inner.get_project(project))
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
    /// # use mem0_sdk::{MemoryClient, CustomCategory, Error};
    /// # use mem0_sdk::{ProjectRef, UpdateProjectOptions};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let diet = CustomCategory::new("diet", "What people eat, and what they must not");
    /// let options = UpdateProjectOptions::new()
    ///     .custom_instructions("Remember only what people like to eat")
    ///     .custom_categories(vec![diet.into()]);
    /// client.update_project(ProjectRef::own(), options)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "updateProject")]
    pub fn update_project(
        &self,
        project: impl Argument<ProjectRef>,
        options: impl Argument<UpdateProjectOptions>,
    ) -> Result<MessageResponse, Error> {
        let project: ProjectRef = project.into();
        let options: UpdateProjectOptions = options.into();
        self.run(self.inner.update_project(project, options))
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
    /// # use mem0_sdk::{MemoryClient, DeleteEverything, Error, ProjectRef};
    /// # fn example(client: MemoryClient) -> Result<(), Error> {
    /// let project = ProjectRef::new("3fa85f64-5717-4562-b3fc-2c963f66afa6", "p-1");
    /// client.delete_project(project, DeleteEverything)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_project(
        &self,
        project: impl Argument<ProjectRef>,
        confirmation: DeleteEverything,
    ) -> Result<MessageResponse, Error> {
        let project: ProjectRef = project.into();
        self.run(self.inner.delete_project(project, confirmation))
    }
}
