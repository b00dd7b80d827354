use serde::Serialize;

use super::{check_named_project, is_enveloped};
use crate::http::fields::Body;
use crate::http::filters::filter_beside_ids;
use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::rejection::{Answer, InMessage};
use crate::http::view::View;
use crate::http::wire::{MemoryView, Row};
use crate::operations::memories::list::{known, request};

/// A bare list, or an envelope.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum ListedView<T> {
    Bare(Vec<T>),
    Enveloped { results: Vec<T> },
}

impl<T> ListedView<T> {
    /// The rows, in an envelope if the request asks for one.
    pub(super) fn of(results: Vec<T>, output_format: Option<&str>) -> Self {
        match is_enveloped(output_format) {
            true => Self::Enveloped { results },
            false => Self::Bare(results),
        }
    }
}

/// `POST /v2/memories/`: one page long.
pub(crate) async fn list(
    View(engine): View,
    query: Query,
    body: Body,
) -> Answer<ListedView<Row<MemoryView>>, InMessage> {
    let fields = body?.only(known())?;
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let output_format = fields.text("output_format")?;
    let page = engine.list(request(&fields, &query, filter_beside_ids(&fields)?)?).await?;
    let row = |record| Row::of_legacy(MemoryView::from(record), shown.as_deref());
    let rows = page.results.into_iter().map(row).collect();
    Ok(Json(ListedView::of(rows, output_format.as_deref())))
}
