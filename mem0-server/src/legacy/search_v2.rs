use super::check_named_project;
use super::get_all_v2::ListedView;
use crate::http::fields::Body;
use crate::http::filters::filter_beside_ids;
use crate::http::json::Json;
use crate::http::rejection::InMessage;
use crate::http::search_header::{SearchAnswer, headers};
use crate::http::view::View;
use crate::http::wire::{LegacyHitView, Row};
use crate::operations::memories::search::{known, request};

/// `POST /v2/memories/search/`
pub(crate) async fn search(
    View(engine): View,
    body: Body,
) -> SearchAnswer<ListedView<Row<LegacyHitView>>, InMessage> {
    let fields = body?.only(known())?;
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let output_format = fields.text("output_format")?;
    // The default of 0.3 in the specification is on the hosted service's scale of that time.
    let request = request(&fields, filter_beside_ids(&fields)?)?;
    let outcome = engine.search_outcome(request).await?;
    let headers = headers(&outcome);
    let row = |hit| Row::of_legacy(LegacyHitView::v2(hit), shown.as_deref());
    let rows = outcome.hits.into_iter().map(row).collect();
    Ok((headers, Json(ListedView::of(rows, output_format.as_deref()))))
}
