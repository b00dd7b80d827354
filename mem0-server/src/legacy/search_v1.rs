use mem0_engine::{Engine, ListRequest, MAX_PAGE_SIZE, SearchRequest};
use mem0_types::{Filter, IdField, InvalidInput};
use serde::Serialize;
use serde_json::json;

use super::{check_named_project, filter_of_ids};
use crate::http::fields::{Body, Fields};
use crate::http::json::Json;
use crate::http::rejection::{Answer, InMessage, Rejection};
use crate::http::view::View;
use crate::http::wire::{LegacyHitView, Row};
use crate::operations::memories::search::known;

/// A bare list, or an envelope.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum HitsView {
    Bare(Vec<Row<LegacyHitView>>),
    Enveloped { results: Vec<Row<LegacyHitView>>, relations: [(); 0] },
}

const NO_FILTER: &str =
    "At least one of the filters: agent_id, user_id, app_id, run_id is required!";

/// `POST /v1/memories/search/`
pub(crate) async fn search(View(engine): View, body: Body) -> Answer<HitsView, InMessage> {
    let fields = body?.only(known());
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let enveloped = fields.text("output_format")?.as_deref() == Some("v1.1");
    let row = |hit| Row::of_legacy(hit, shown.as_deref());
    let hits = hits(&engine, &fields).await?.into_iter().map(row).collect();
    Ok(Json(match enveloped {
        true => HitsView::Enveloped { results: hits, relations: [] },
        false => HitsView::Bare(hits),
    }))
}

async fn hits(engine: &Engine, fields: &Fields) -> Result<Vec<LegacyHitView>, Rejection> {
    let mut request = SearchRequest::new(query(fields)?, filter(fields)?);
    if let Some(top_k) = fields.count("top_k")? {
        request.top_k = usize::try_from(top_k).unwrap_or(usize::MAX);
    }
    // This version had no threshold.
    request.threshold = fields.number("threshold")?.unwrap_or(0.0);
    request.categories = fields.texts("categories")?.unwrap_or_default();
    check_idle_options(fields)?;
    if fields.boolean("only_metadata_based_search")?.unwrap_or(false) {
        let mut listed = ListRequest::new(request.filter);
        listed.page.page_size = (request.top_k as u64).clamp(1, MAX_PAGE_SIZE);
        listed.categories = request.categories;
        let page = engine.list(listed).await?;
        return Ok(page.results.into_iter().map(LegacyHitView::unranked).collect());
    }
    Ok(engine.search(request).await?.into_iter().map(LegacyHitView::v1).collect())
}

pub(super) fn query(fields: &Fields) -> Result<String, InvalidInput> {
    fields.text("query")?.ok_or_else(|| InvalidInput::new("query", "is required"))
}

/// These have no effect: search is always hybrid, and no LLM reranks or filters.
pub(super) fn check_idle_options(fields: &Fields) -> Result<(), InvalidInput> {
    ["rerank", "keyword_search", "filter_memories", "enable_graph"]
        .into_iter()
        .try_for_each(|name| fields.boolean(name).map(drop))
}

/// The ids next to the query, and the metadata, must all match.
fn filter(fields: &Fields) -> Result<Filter, Rejection> {
    let mut ids = Vec::new();
    for field in IdField::ALL {
        ids.extend(fields.text(field.as_str())?.map(|id| (field, id)));
    }
    let ids = ids.iter().map(|(field, id)| (*field, id.as_str()));
    let Some(mut filter) = filter_of_ids(ids) else { return Err(Rejection::invalid(NO_FILTER)) };
    if let Some(metadata) = fields.object("metadata")?.filter(|metadata| !metadata.is_empty()) {
        filter = json!({ "AND": [filter, { "metadata": metadata }] });
    }
    Ok(Filter::from_json(&filter)?)
}
