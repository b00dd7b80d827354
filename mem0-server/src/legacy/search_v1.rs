use axum::http::HeaderMap;
use mem0_engine::{Engine, ListRequest, MAX_PAGE_SIZE};
use mem0_types::Filter;
use serde::Serialize;
use serde_json::{Value, json};

use super::{check_named_project, is_enveloped};
use crate::http::fields::{Body, Fields};
use crate::http::filters::{filter_of_ids, ids};
use crate::http::json::Json;
use crate::http::rejection::{InMessage, Rejection};
use crate::http::search_header::{SearchAnswer, headers};
use crate::http::view::View;
use crate::http::wire::{LegacyHitView, Row};
use crate::operations::memories::search::{known, request};

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
pub(crate) async fn search(View(engine): View, body: Body) -> SearchAnswer<HitsView, InMessage> {
    let fields = body?.only(known())?;
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let enveloped = is_enveloped(fields.text("output_format")?.as_deref());
    let row = |hit| Row::of_legacy(hit, shown.as_deref());
    let (headers, hits) = hits(&engine, &fields).await?;
    let hits = hits.into_iter().map(row).collect();
    let view = match enveloped {
        true => HitsView::Enveloped { results: hits, relations: [] },
        false => HitsView::Bare(hits),
    };
    Ok((headers, Json(view)))
}

async fn hits(
    engine: &Engine,
    fields: &Fields,
) -> Result<(HeaderMap, Vec<LegacyHitView>), Rejection> {
    let mut request = request(fields, filter(fields)?)?;
    // The filter has it.
    request.metadata = None;
    // This version had no threshold.
    request.threshold = fields.number("threshold")?.unwrap_or(0.0);
    if fields.boolean("only_metadata_based_search")?.unwrap_or(false) {
        let mut listed = ListRequest::new(request.filter);
        listed.page.page_size = (request.top_k as u64).clamp(1, MAX_PAGE_SIZE);
        listed.categories = request.categories;
        listed.show_expired = request.show_expired;
        listed.latest_only = request.latest_only;
        listed.include_merged = request.include_merged;
        listed.include_sources = request.include_sources;
        let page = engine.list(listed).await?;
        let rows = page.results.into_iter().map(LegacyHitView::unranked).collect();
        return Ok((HeaderMap::new(), rows));
    }
    let outcome = engine.search_outcome(request).await?;
    Ok((headers(&outcome), outcome.hits.into_iter().map(LegacyHitView::v1).collect()))
}

/// The ids next to the query, the filters and the metadata must all match.
fn filter(fields: &Fields) -> Result<Filter, Rejection> {
    let filters = fields.value("filters").filter(|filters| **filters != json!({})).cloned();
    let metadata = fields.object("metadata")?.filter(|metadata| !metadata.is_empty());
    let parts: Vec<Value> = filter_of_ids(&ids(fields)?)
        .into_iter()
        .chain(filters)
        .chain(metadata.map(|metadata| json!({ "metadata": metadata })))
        .collect();
    if parts.is_empty() {
        return Err(Rejection::invalid(NO_FILTER));
    }
    let filter = Filter::from_json(&json!({ "AND": parts }))?;
    if filter.names_an_entity() { Ok(filter) } else { Err(Rejection::invalid(NO_FILTER)) }
}
