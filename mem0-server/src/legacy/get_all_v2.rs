use super::check_named_project;
use crate::fields::Body;
use crate::json::Json;
use crate::list::{known, request};
use crate::query::Query;
use crate::rejection::{Answer, InMessage};
use crate::view::View;
use crate::wire::{MemoryView, Row};

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
