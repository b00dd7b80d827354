use super::check_named_project;
use crate::http::fields::Body;
use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::rejection::{Answer, InMessage};
use crate::http::view::View;
use crate::http::wire::{MemoryView, Row};
use crate::operations::memories::list::{known, request};

/// `POST /v2/memories/`: a bare list, one page long.
pub(crate) async fn list(
    View(engine): View,
    query: Query,
    body: Body,
) -> Answer<Vec<Row<MemoryView>>, InMessage> {
    let fields = body?.only(known());
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let page = engine.list(request(&fields, &query)?).await?;
    let row = |record| Row::of_legacy(MemoryView::listed(record), shown.as_deref());
    Ok(Json(page.results.into_iter().map(row).collect()))
}
