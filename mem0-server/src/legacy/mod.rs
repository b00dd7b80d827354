//! The operations of the API's older versions, which older clients still send.

pub(crate) mod add_v1;
pub(crate) mod delete_entity_v1;
pub(crate) mod get_all_v1;
pub(crate) mod get_all_v2;
pub(crate) mod search_v1;
pub(crate) mod search_v2;

use mem0_engine::Engine;
use mem0_types::InvalidInput;

use crate::http::fields::Fields;
use crate::http::rejection::Rejection;

/// The key decides on the project. Older clients name it in each request, too.
async fn check_project(
    engine: &Engine,
    org_id: Option<&str>,
    project_id: Option<&str>,
) -> Result<(), Rejection> {
    if org_id.is_none() && project_id.is_none() {
        return Ok(());
    }
    let own = engine.own_project().await?;
    for (name, id, own) in
        [("org_id", org_id, own.organization_id), ("project_id", project_id, own.id)]
    {
        if id.is_some_and(|id| id != own) {
            let message = "is not the API key's; ping shows the key's own";
            return Err(InvalidInput::new(name, message).into());
        }
    }
    Ok(())
}

/// The same, for a project named in the fields of a body.
async fn check_named_project(engine: &Engine, fields: &Fields) -> Result<(), Rejection> {
    let (org_id, project_id) = (fields.text("org_id")?, fields.text("project_id")?);
    check_project(engine, org_id.as_deref(), project_id.as_deref()).await
}

/// Whether the answer is to be in an envelope, which older clients ask for.
fn is_enveloped(output_format: Option<&str>) -> bool {
    output_format == Some("v1.1")
}
