use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::Body as _;
use mem0_engine::Room;

use crate::http::held::held;
use crate::http::intake::{Intake, Sleep};
use crate::http::rejection::NoRoom;
use crate::http::view::View;
use crate::middleware::metrics::Metrics;

/// The room in memory that all requests share.
#[derive(Clone)]
pub(crate) struct Sharing {
    pub(crate) room: Room,
    pub(crate) sleep: Option<Sleep>,
    pub(crate) metrics: Option<Metrics>,
}

/// Gives each request a share of the room, until its answer is sent.
pub(crate) async fn share(
    State(sharing): State<Sharing>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(View(engine)) = request.extensions().get().cloned() else {
        return next.run(request).await;
    };
    let share = engine.share_of(&sharing.room);
    let extensions = request.extensions_mut();
    extensions.insert(View(engine.holding(share.clone())));
    let body = engine.body_of(&sharing.room);
    extensions.insert(Intake { body, share: share.clone(), sleep: sharing.sleep });
    let response = next.run(request).await;
    if response.extensions().get::<NoRoom>().is_some()
        && let Some(metrics) = &sharing.metrics
    {
        metrics.had_no_room();
    }
    // What the request brought is gone, and so are the rows of which the answer was made.
    let length = response.body().size_hint().exact().unwrap_or_default();
    share.keep(usize::try_from(length).unwrap_or(usize::MAX));
    held(response, share)
}
