use mem0_engine::Added;
use mem0_types::{EventStatus, Skipped};
use serde::Serialize;

use super::{check_named_project, is_enveloped};
use crate::http::fields::Body;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InDetails};
use crate::http::view::View;
use crate::http::wire::ResultView;
use crate::operations::memories::add::{known, message, request};

/// A bare list, or an envelope.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum AddedView {
    Bare([QueuedAddView; 1]),
    Enveloped { results: [QueuedAddView; 1], relations: [(); 0] },
}

#[derive(Serialize)]
pub(crate) struct QueuedAddView {
    message: &'static str,
    status: EventStatus,
    event_id: String,
    /// As in v3, of an add that is carried out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<ResultView>,
    #[serde(skip_serializing_if = "Skipped::is_empty")]
    skipped: Skipped,
}

/// `POST /v1/memories/`. Carried out as in v3.
pub(crate) async fn add(View(engine): View, body: Body) -> Answer<AddedView, InDetails> {
    let mut fields = known(body?)?;
    check_named_project(&engine, &fields).await?;
    let enveloped = is_enveloped(fields.text("output_format")?.as_deref())
        && fields.text("version")?.as_deref() == Some("v2");
    // An object of names and descriptions, where v3 has a list of such objects.
    if fields.value("custom_categories").is_some_and(serde_json::Value::is_object) {
        fields.put_in_list("custom_categories");
    }
    let Added { event_id, status, results, skipped, .. } = engine.add(request(fields)?).await?;
    let message = match status.is_final() {
        true => message(&results),
        false => "Memory processing has been queued for background execution",
    };
    let results = results.into_iter().map(ResultView::of_add).collect();
    let view = [QueuedAddView { message, status, event_id, results, skipped }];
    Ok(Json(match enveloped {
        true => AddedView::Enveloped { results: view, relations: [] },
        false => AddedView::Bare(view),
    }))
}
