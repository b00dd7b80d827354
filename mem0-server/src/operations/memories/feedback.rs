use mem0_types::Feedback;
use serde::Serialize;

use crate::http::fields::Body;
use crate::http::json::Json;
use crate::http::rejection::{Answer, InError, Rejection};
use crate::http::view::View;
use crate::operations::memories::memory::is_uuid;

#[derive(Serialize)]
pub(crate) struct FeedbackView {
    id: String,
    feedback: Option<Feedback>,
    feedback_reason: Option<String>,
}

/// `POST /v1/feedback/`: null or no feedback withdraws an earlier judgement.
pub(crate) async fn give(View(engine): View, body: Body) -> Answer<FeedbackView, InError> {
    let fields = body?.only(["memory_id", "feedback", "feedback_reason"])?;
    let memory_id = fields.text("memory_id")?.filter(|id| is_uuid(id));
    let memory_id = memory_id.ok_or_else(|| Rejection::invalid("Invalid memory_id"))?;
    let feedback = fields.text("feedback")?.map(|text| Feedback::from(text.as_str()));
    let reason = fields.text("feedback_reason")?;
    let given = engine.give_feedback(&memory_id, feedback, reason).await?;
    Ok(Json(FeedbackView { id: given.id, feedback: given.feedback, feedback_reason: given.reason }))
}
