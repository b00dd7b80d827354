use mem0_engine::SearchRequest;

use super::check_named_project;
use super::search_v1::{check_idle_options, query};
use crate::http::fields::{Body, Fields};
use crate::http::filters::filter;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InMessage, Rejection};
use crate::http::view::View;
use crate::http::wire::{LegacyHitView, Row};
use crate::operations::memories::search::known;

/// The default of this version in the specification.
const THRESHOLD: f64 = 0.3;

/// `POST /v2/memories/search/`: a bare list.
pub(crate) async fn search(
    View(engine): View,
    body: Body,
) -> Answer<Vec<Row<LegacyHitView>>, InMessage> {
    let fields = body?.only(known());
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let hits = engine.search(request(&fields)?).await?;
    let row = |hit| Row::of_legacy(LegacyHitView::v2(hit), shown.as_deref());
    Ok(Json(hits.into_iter().map(row).collect()))
}

fn request(fields: &Fields) -> Result<SearchRequest, Rejection> {
    let mut request = SearchRequest::new(query(fields)?, filter(fields)?);
    if let Some(top_k) = fields.count("top_k")? {
        request.top_k = usize::try_from(top_k).unwrap_or(usize::MAX);
    }
    request.threshold = fields.number("threshold")?.unwrap_or(THRESHOLD);
    request.metadata = fields.object("metadata")?;
    request.categories = fields.texts("categories")?.unwrap_or_default();
    check_idle_options(fields)?;
    Ok(request)
}
