use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use mem0_engine::{EngineError, OrganizationRecord, Resource};
use mem0_types::{MemberRole, Timestamp};
use serde::Serialize;

use crate::http::fields::{Body, NoBody};
use crate::http::json::Json;
use crate::http::rejection::{Answer, InErrors, InMessage, Refused, Rejection};
use crate::http::view::View;
use crate::http::wire::MessageView;
use crate::operations::tenancy::members::{MemberView, member, required};

#[derive(Serialize)]
pub(crate) struct OrganizationView {
    org_id: String,
    name: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    members: Vec<MemberView>,
    is_default: bool,
    /// Always empty: a member is added at once, without an invitation.
    invitations: [(); 0],
    is_owner: bool,
    user_role: MemberRole,
}

impl From<OrganizationRecord> for OrganizationView {
    fn from(record: OrganizationRecord) -> Self {
        Self {
            org_id: record.id,
            name: record.name,
            created_at: record.created_at,
            updated_at: record.updated_at,
            members: record.members.into_iter().map(MemberView::from).collect(),
            is_default: record.is_default,
            invitations: [],
            is_owner: record.role == MemberRole::Owner,
            user_role: record.role,
        }
    }
}

/// The id of an organization in a path.
pub(crate) struct OrganizationId(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for OrganizationId {
    type Rejection = Refused<InMessage>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(EngineError::NotFound(Resource::Organization).into()),
        }
    }
}

/// `GET /api/v1/orgs/organizations/`: the organizations of the key's owner.
pub(crate) async fn list(View(engine): View) -> Answer<Vec<OrganizationView>, InMessage> {
    let found = engine.organizations().await?;
    Ok(Json(found.into_iter().map(OrganizationView::from).collect()))
}

#[derive(Serialize)]
pub(crate) struct CreatedView {
    message: &'static str,
    org_id: String,
}

/// `POST /api/v1/orgs/organizations/`
pub(crate) async fn create(
    View(engine): View,
    body: Body,
) -> Result<(StatusCode, Json<CreatedView>), Refused<InErrors>> {
    let made = engine.create_organization(&required(&body?.only(["name"])?, "name")?).await?;
    let message = "Organization created successfully.";
    Ok((StatusCode::CREATED, Json(CreatedView { message, org_id: made.id })))
}

/// `GET /api/v1/orgs/organizations/{org_id}/`
pub(crate) async fn get(
    View(engine): View,
    OrganizationId(id): OrganizationId,
) -> Answer<OrganizationView, InMessage> {
    Ok(Json(engine.organization(&id).await?.into()))
}

/// `DELETE /api/v1/orgs/organizations/{org_id}/`
pub(crate) async fn delete(
    View(engine): View,
    OrganizationId(id): OrganizationId,
    body: Result<NoBody, Rejection>,
) -> Answer<MessageView, InMessage> {
    let NoBody = body?;
    engine.delete_organization(&id).await?;
    Ok(Json(MessageView::new("Organization deleted successfully!")))
}

#[derive(Serialize)]
pub(crate) struct MembersView {
    members: Vec<OrganizationMemberView>,
}

/// A member in the list of an organization's members.
#[derive(Serialize)]
struct OrganizationMemberView {
    user_id: String,
    role: MemberRole,
}

/// `GET /api/v1/orgs/organizations/{org_id}/members/`
pub(crate) async fn members(
    View(engine): View,
    OrganizationId(id): OrganizationId,
) -> Answer<MembersView, InMessage> {
    let members = engine.organization(&id).await?.members.into_iter();
    let view = members.map(|m| OrganizationMemberView { user_id: m.email, role: m.role });
    Ok(Json(MembersView { members: view.collect() }))
}

/// `POST /api/v1/orgs/organizations/{org_id}/members/`
pub(crate) async fn add_member(
    View(engine): View,
    OrganizationId(id): OrganizationId,
    body: Body,
) -> Result<(StatusCode, Json<MessageView>), Refused<InErrors>> {
    let (email, role) = member(body?)?;
    engine.add_organization_member(&id, &email, role).await?;
    Ok((StatusCode::CREATED, Json(MessageView::new("User added to the organization."))))
}

/// `PUT /api/v1/orgs/organizations/{org_id}/members/`
pub(crate) async fn update_member(
    View(engine): View,
    OrganizationId(id): OrganizationId,
    body: Body,
) -> Answer<MessageView, InErrors> {
    let (email, role) = member(body?)?;
    engine.update_organization_member(&id, &email, role).await?;
    Ok(Json(MessageView::new("User role updated successfully")))
}

/// `DELETE /api/v1/orgs/organizations/{org_id}/members/`
pub(crate) async fn remove_member(
    View(engine): View,
    OrganizationId(id): OrganizationId,
    body: Body,
) -> Answer<MessageView, InMessage> {
    engine.remove_organization_member(&id, &required(&body?.only(["email"])?, "email")?).await?;
    Ok(Json(MessageView::new("User removed from organization.")))
}
