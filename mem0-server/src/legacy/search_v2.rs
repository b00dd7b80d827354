use super::check_named_project;
use super::get_all_v2::ListedView;
use crate::http::fields::Body;
use crate::http::filters::filter_beside_ids;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InMessage};
use crate::http::view::View;
use crate::http::wire::{LegacyHitView, Row};
use crate::operations::memories::search::{known, request};

/// `POST /v2/memories/search/`
pub(crate) async fn search(
    View(engine): View,
    body: Body,
) -> Answer<ListedView<Row<LegacyHitView>>, InMessage> {
    let fields = body?.only(known())?;
    check_named_project(&engine, &fields).await?;
    let shown = fields.texts("fields")?;
    let output_format = fields.text("output_format")?;
    // The default of 0.3 in the specification is on the hosted service's scale of that time.
    let request = request(&fields, filter_beside_ids(&fields)?)?;
    let hits = engine.search(request).await?;
    let row = |hit| Row::of_legacy(LegacyHitView::v2(hit), shown.as_deref());
    Ok(Json(ListedView::of(hits.into_iter().map(row).collect(), output_format.as_deref())))
}
