use mem0_engine::SearchRequest;
use mem0_types::InvalidInput;
use serde::Serialize;

use crate::http::fields::Fields;
use crate::http::filters::filter;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InDetail};
use crate::http::view::View;
use crate::http::wire::{HitView, Row};

#[derive(Serialize)]
pub(crate) struct HitsView {
    results: Vec<Row<HitView>>,
}

/// `POST /v3/memories/search/`
pub(crate) async fn search(View(engine): View, fields: Fields) -> Answer<HitsView, InDetail> {
    let shown = fields.texts("fields")?;
    let hits = engine.search(request(&fields)?).await?;
    let row = |hit| Row::of(HitView::from(hit), shown.as_deref());
    Ok(Json(HitsView { results: hits.into_iter().map(row).collect() }))
}

fn request(fields: &Fields) -> Result<SearchRequest, InvalidInput> {
    let Some(query) = fields.text("query")? else {
        return Err(InvalidInput::new("query", "is required"));
    };
    let mut request = SearchRequest::new(query, filter(fields)?);
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
    // Without an LLM no memory is superseded or merged, so these have no effect.
    fields.boolean("latest_only")?;
    fields.boolean("include_merged")?;
    Ok(request)
}
