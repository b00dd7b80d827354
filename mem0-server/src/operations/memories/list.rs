use mem0_engine::{ListRequest, PageRequest};
use mem0_types::{Filter, IdField, InvalidInput};

use crate::http::fields::{Fields, Received};
use crate::http::filters::filter;
use crate::http::json::Json;
use crate::http::pages::{Address, PageView};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InDetail};
use crate::http::view::View;
use crate::http::wire::{MemoryView, Row};

/// `POST /v3/memories/`
pub(crate) async fn list(
    View(engine): View,
    query: Query,
    address: Address,
    body: Received,
) -> Answer<PageView<Row<MemoryView>>, InDetail> {
    let fields = body.only(known())?;
    let shown = fields.texts("fields")?;
    let page = engine.list(request(&fields, &query, filter(&fields)?)?).await?;
    let row = |record| Row::of(MemoryView::from(record), shown.as_deref());
    Ok(Json(PageView::new(page, &address, row)))
}

/// The fields of a list, those that other versions have and clients send without effect here, and
/// the ids, which v3 refuses.
pub(crate) fn known() -> impl Iterator<Item = &'static str> + Clone {
    const NAMES: [&str; 15] = [
        "filters",
        "page",
        "page_size",
        "show_expired",
        "start_date",
        "end_date",
        "categories",
        "keywords",
        "fields",
        "latest_only",
        "include_merged",
        "include_sources",
        "enable_graph",
        "output_format",
        "version",
    ];
    NAMES.into_iter().chain(IdField::ALL.map(IdField::as_str))
}

pub(crate) fn request(
    fields: &Fields,
    query: &Query,
    filter: Filter,
) -> Result<ListRequest, InvalidInput> {
    let mut request = ListRequest::new(filter);
    request.page = page(fields, query)?;
    request.show_expired = fields.boolean("show_expired")?.unwrap_or(false);
    request.start_date = fields.moment("start_date")?;
    request.end_date = fields.moment("end_date")?;
    request.categories = fields.texts("categories")?.unwrap_or_default();
    request.keywords = fields.text("keywords")?;
    request.latest_only = fields.boolean("latest_only")?.unwrap_or(false);
    request.include_merged = fields.boolean("include_merged")?.unwrap_or(false);
    request.include_sources = fields.boolean("include_sources")?.unwrap_or(false);
    Ok(request)
}

/// The query string takes precedence over the body.
fn page(fields: &Fields, query: &Query) -> Result<PageRequest, InvalidInput> {
    let default = PageRequest::default();
    let (page, page_size) = (fields.count("page")?, fields.count("page_size")?);
    Ok(PageRequest {
        page: query.count("page")?.or(page).unwrap_or(default.page),
        page_size: query.count("page_size")?.or(page_size).unwrap_or(default.page_size),
    })
}
