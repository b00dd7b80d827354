use mem0_engine::SearchRequest;
use mem0_types::{Filter, IdField, InvalidInput};
use serde::Serialize;

use crate::http::fields::{Fields, Received};
use crate::http::filters::filter;
use crate::http::json::Json;
use crate::http::rejection::InDetail;
use crate::http::search_header::{SearchAnswer, headers};
use crate::http::view::View;
use crate::http::wire::{HitView, Row};

#[derive(Serialize)]
pub(crate) struct HitsView {
    results: Vec<Row<HitView>>,
}

/// `POST /v3/memories/search/`
pub(crate) async fn search(View(engine): View, body: Received) -> SearchAnswer<HitsView, InDetail> {
    let fields = body.only(known())?;
    let shown = fields.texts("fields")?;
    let outcome = engine.search_outcome(request(&fields, filter(&fields)?)?).await?;
    let headers = headers(&outcome);
    let row = |hit| Row::of(HitView::from(hit), shown.as_deref());
    Ok((headers, Json(HitsView { results: outcome.hits.into_iter().map(row).collect() })))
}

/// The fields of a search, those that other versions have and clients send without effect here, and
/// the ids, which v3 refuses.
pub(crate) fn known() -> impl Iterator<Item = &'static str> + Clone {
    const NAMES: [&str; 19] = [
        "query",
        "filters",
        "top_k",
        "threshold",
        "rerank",
        "keyword_search",
        "show_expired",
        "reference_date",
        "categories",
        "metadata",
        "fields",
        "latest_only",
        "include_merged",
        "include_sources",
        "enable_graph",
        "filter_memories",
        "only_metadata_based_search",
        "output_format",
        "version",
    ];
    NAMES.into_iter().chain(IdField::ALL.map(IdField::as_str))
}

/// A search, in every version.
pub(crate) fn request(fields: &Fields, filter: Filter) -> Result<SearchRequest, InvalidInput> {
    let Some(query) = fields.text("query")? else {
        return Err(InvalidInput::new("query", "is required"));
    };
    let mut request = SearchRequest::new(query, filter);
    if let Some(top_k) = fields.count("top_k")? {
        // A number that does not fit is above every limit anyway.
        request.top_k = usize::try_from(top_k).unwrap_or(usize::MAX);
    }
    if let Some(threshold) = fields.number("threshold")? {
        request.threshold = threshold;
    }
    request.show_expired = fields.boolean("show_expired")?.unwrap_or(false);
    request.categories = fields.texts("categories")?.unwrap_or_default();
    request.metadata = fields.object("metadata")?;
    request.rerank = fields.boolean("rerank")?.unwrap_or(false);
    request.keyword_search = fields.boolean("keyword_search")?.unwrap_or(false);
    request.reference_date = fields.moment("reference_date")?;
    request.latest_only = fields.boolean("latest_only")?.unwrap_or(false);
    request.include_merged = fields.boolean("include_merged")?.unwrap_or(false);
    request.include_sources = fields.boolean("include_sources")?.unwrap_or(false);
    for idle in ["enable_graph", "filter_memories"] {
        fields.boolean(idle)?;
    }
    Ok(request)
}
