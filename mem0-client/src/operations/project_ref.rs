use std::borrow::Cow;
use std::fmt;

use mem0_types::{InvalidInput, PingResponse};

use crate::{Argument, AsyncMemoryClient, Error};

/// The organization that an operation is about: the API key's own, or another one of the account.
///
/// ```
/// use mem0_sdk::OrganizationRef;
///
/// assert_eq!(OrganizationRef::new("o-1"), "o-1".into());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OrganizationRef(Option<String>);

impl OrganizationRef {
    /// The one that the API key belongs to. The client asks the platform for it, once.
    ///
    /// ```
    /// # use mem0_sdk::OrganizationRef;
    /// let organization = OrganizationRef::own();
    /// # let _ = organization;
    /// ```
    pub fn own() -> Self {
        Self(None)
    }

    /// The one with this id.
    ///
    /// ```
    /// # use mem0_sdk::OrganizationRef;
    /// let organization = OrganizationRef::new("3fa85f64-5717-4562-b3fc-2c963f66afa6");
    /// # let _ = organization;
    /// ```
    pub fn new(org_id: impl Argument<String>) -> Self {
        Self(Some(org_id.into()))
    }
}

impl From<&str> for OrganizationRef {
    fn from(org_id: &str) -> Self {
        Self::new(org_id)
    }
}

impl From<String> for OrganizationRef {
    fn from(org_id: String) -> Self {
        Self::new(org_id)
    }
}

impl From<&String> for OrganizationRef {
    fn from(org_id: &String) -> Self {
        Self::new(org_id)
    }
}

impl From<Cow<'_, str>> for OrganizationRef {
    fn from(org_id: Cow<'_, str>) -> Self {
        Self::new(org_id)
    }
}

impl fmt::Debug for OrganizationRef {
    /// Shows whether it is the API key's own, never the id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrganizationRef").field("own", &self.0.is_none()).finish_non_exhaustive()
    }
}

/// The project that an operation is about: the API key's own, or another one of the account.
///
/// ```
/// use mem0_sdk::ProjectRef;
///
/// let mine = ProjectRef::own();
/// let other = ProjectRef::new("o-1", "p-1");
/// assert_ne!(mine, other);
/// assert_eq!(other, ("o-1", "p-1").into());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProjectRef {
    org_id: Option<String>,
    project_id: Option<String>,
}

impl ProjectRef {
    /// The one that the API key belongs to. The client asks the platform for it, once.
    ///
    /// ```
    /// # use mem0_sdk::ProjectRef;
    /// let project = ProjectRef::own();
    /// # let _ = project;
    /// ```
    pub fn own() -> Self {
        Self { org_id: None, project_id: None }
    }

    /// The one with these ids.
    ///
    /// ```
    /// # use mem0_sdk::ProjectRef;
    /// let project = ProjectRef::new("3fa85f64-5717-4562-b3fc-2c963f66afa6", "p-1");
    /// # let _ = project;
    /// ```
    pub fn new(org_id: impl Argument<String>, project_id: impl Argument<String>) -> Self {
        Self { org_id: Some(org_id.into()), project_id: Some(project_id.into()) }
    }

    /// The one with this id in the organization that the API key belongs to.
    ///
    /// ```
    /// # use mem0_sdk::ProjectRef;
    /// let project = ProjectRef::in_own_organization("p-1");
    /// # let _ = project;
    /// ```
    pub fn in_own_organization(project_id: impl Argument<String>) -> Self {
        Self { org_id: None, project_id: Some(project_id.into()) }
    }
}

impl<O: Into<String>, P: Into<String>> From<(O, P)> for ProjectRef {
    /// The id of the organization, and that of the project.
    fn from((org_id, project_id): (O, P)) -> Self {
        Self::new(org_id, project_id)
    }
}

impl fmt::Debug for ProjectRef {
    /// Shows whether it is the API key's own, never the ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectRef")
            .field("own", &self.project_id.is_none())
            .finish_non_exhaustive()
    }
}

impl AsyncMemoryClient {
    pub(crate) async fn org_id(&self, organization: OrganizationRef) -> Result<String, Error> {
        match organization.0 {
            Some(org_id) => Ok(org_id),
            None => owner_of(self.key_owner().await?.org_id.as_ref()),
        }
    }

    /// Sends nothing if the id is given.
    pub(crate) async fn project_id(&self, project: ProjectRef) -> Result<String, Error> {
        match project.project_id {
            Some(project_id) => Ok(project_id),
            None => owner_of(self.key_owner().await?.project_id.as_ref()),
        }
    }

    pub(crate) async fn project_ids(&self, project: ProjectRef) -> Result<(String, String), Error> {
        let org_id = self.org_id(OrganizationRef(project.org_id.clone())).await?;
        Ok((org_id, self.project_id(project).await?))
    }

    /// Who the API key belongs to. All clones ask once; a failure is not remembered.
    async fn key_owner(&self) -> Result<&PingResponse, Error> {
        self.key_owner_cell().get_or_try_init(|| self.ping()).await
    }
}

fn owner_of(id: Option<&String>) -> Result<String, Error> {
    let nobody = || {
        InvalidInput::new(
            "project",
            "must be named: the platform does not say which one the API key belongs to",
        )
    };
    Ok(id.filter(|id| !id.is_empty()).cloned().ok_or_else(nobody)?)
}
