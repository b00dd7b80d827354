use axum::http::StatusCode;
use mem0_engine::{ListRequest, MAX_PAGE_SIZE};
use mem0_types::{ErrorBody, Filter, InvalidInput, Timestamp, read_json};
use serde::Serialize;
use serde_json::{Value, json};

use super::{check_project, is_enveloped};
use crate::http::filters::filter_of_ids;
use crate::http::json::Json;
use crate::http::pages::{Address, PageView, page_in};
use crate::http::query::Query;
use crate::http::rejection::{Answer, InError, Rejection};
use crate::http::view::View;
use crate::http::wire::{LegacyMemoryView, Row};
use crate::operations::memories::delete_all::object;

/// A list, a page if both page and page size were given, or an envelope.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum ListedView {
    Bare(Vec<Row<LegacyMemoryView>>),
    Enveloped { results: Vec<Row<LegacyMemoryView>>, relations: [(); 0] },
    Page(PageView<Row<LegacyMemoryView>>),
}

const NO_FILTER: &str = "One of the filters: app_id, user_id, agent_id, run_id is required!";

/// The parameters that say which memories are meant, and `filters`, which is refused.
const PARAMETERS: [&str; 11] = [
    "user_id",
    "agent_id",
    "app_id",
    "run_id",
    "session_id",
    "metadata",
    "categories",
    "keywords",
    "start_date",
    "end_date",
    "filters",
];

/// `GET /v1/memories/`
pub(crate) async fn list(
    View(engine): View,
    query: Query,
    address: Address,
) -> Answer<ListedView, InError> {
    check_project(&engine, query.value("org_id")?, query.value("project_id")?).await?;
    let fields = query.values("fields");
    let shown = (!fields.is_empty()).then_some(fields);
    let paged = query.value("page")?.is_some() && query.value("page_size")?.is_some();
    let enveloped = is_enveloped(query.value("output_format")?);
    let page = engine.list(request(&query, paged)?).await?;
    let row = |record| Row::of_legacy(LegacyMemoryView::from(record), shown.as_deref());
    Ok(Json(match paged {
        true => ListedView::Page(PageView::new(page, &address, row)),
        false => {
            let results = page.results.into_iter().map(row).collect();
            match enveloped {
                true => ListedView::Enveloped { results, relations: [] },
                false => ListedView::Bare(results),
            }
        }
    }))
}

fn request(query: &Query, paged: bool) -> Result<ListRequest, Rejection> {
    query.check_spelling(&PARAMETERS)?;
    if query.value("filters")?.is_some() {
        let why = "is not taken here; give the ids as parameters, or use POST /v3/memories/";
        return Err(InvalidInput::new("filters", why).into());
    }
    let Some(mut filter) = filter_of_ids(&query.ids()?) else {
        let body = ErrorBody::List(vec![NO_FILTER.into()]);
        return Err(Rejection::new(StatusCode::BAD_REQUEST, body));
    };
    let metadata = metadata(query)?;
    if !metadata.is_empty() {
        filter = json!({ "AND": [filter, { "AND": metadata }] });
    }
    let mut request = ListRequest::new(Filter::from_json(&filter)?);
    request.page = page_in(query)?;
    if let Some(limit) = query.count("limit")?.filter(|_| !paged) {
        if limit > MAX_PAGE_SIZE {
            return Err(Rejection::invalid("limit must be <= 200"));
        }
        request.page.page_size = limit;
    }
    request.categories = query.values("categories");
    request.keywords = query.value("keywords")?.map(str::to_owned);
    request.latest_only = query.boolean("latest_only")?.unwrap_or(false);
    request.include_merged = query.boolean("include_merged")?.unwrap_or(false);
    request.include_sources = query.boolean("include_sources")?.unwrap_or(false);
    request.start_date = moment(query, "start_date")?;
    request.end_date = moment(query, "end_date")?;
    Ok(request)
}

/// Metadata as a JSON object in text form, or as one parameter per key. In the latter form, all
/// values are texts.
fn metadata(query: &Query) -> Result<Vec<Value>, InvalidInput> {
    let mut conditions = Vec::new();
    if let Some(text) = query.value("metadata")? {
        conditions.push(json!({ "metadata": object(text)? }));
    }
    for (key, text) in query.keys_of("metadata") {
        let as_text = json!({ "metadata": { key: text } });
        // What is no exact number is a text alone.
        conditions.push(match read_json(text) {
            Ok(value @ (Value::Number(_) | Value::Bool(_))) => {
                json!({ "OR": [as_text, { "metadata": { key: value } }] })
            }
            _ => as_text,
        });
    }
    Ok(conditions)
}

fn moment(query: &Query, name: &'static str) -> Result<Option<Timestamp>, InvalidInput> {
    let Some(text) = query.value(name)? else { return Ok(None) };
    let moment = Timestamp::from(text);
    match moment.date() {
        Some(_) => Ok(Some(moment)),
        None => {
            Err(InvalidInput::new(name, "must be a date (YYYY-MM-DD) or an ISO 8601 date-time"))
        }
    }
}
