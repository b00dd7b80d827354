use http::Method;

use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::check_id;
use crate::wire::{open_enum, path, record};
use crate::{Argument, InvalidInput};

open_enum! {
    /// How good a memory is.
    pub enum Feedback {
        /// Right and useful.
        Positive = "POSITIVE",
        /// Useless.
        Negative = "NEGATIVE",
        /// Wrong or harmful.
        VeryNegative = "VERY_NEGATIVE",
    }
}

request! {
    /// Says how good a memory is, or takes that back: `POST /v1/feedback/`.
    pub struct SendFeedback {
        /// the memory's id
        memory_id: String,
        /// a [`Feedback`], [`FeedbackOptions`], or `None` to take it back
        options: FeedbackOptions as shown,
    }
    example SendFeedback::new("m-1", Feedback::Positive)
        => POST "/v1/feedback/"
        with r#"{"feedback":"POSITIVE","feedback_reason":null,"memory_id":"m-1"}"#;
}

impl Endpoint for SendFeedback {
    type Response = FeedbackResponse;

    fn into_call(self) -> Result<Call, InvalidInput> {
        check_id("memory_id", &self.memory_id)?;
        // All three keys, always: null takes back what was said before.
        Call::new("feedback", Method::POST, path::FEEDBACK, Repeat::Idempotent).json(
            &serde_json::json!({
                "memory_id": self.memory_id,
                "feedback": self.options.feedback,
                "feedback_reason": self.options.reason,
            }),
        )
    }
}

/// A judgement of a memory with its reason. It replaces an earlier one.
///
/// ```
/// use mem0_sdk::requests::SendFeedback;
/// use mem0_sdk::{Endpoint, Feedback, FeedbackOptions};
///
/// let options = FeedbackOptions::new(Feedback::Negative).reason("Moved away");
/// let call = SendFeedback::new("m-1", options).into_call()?;
/// assert_eq!(
///     call.body().unwrap(),
///     r#"{"feedback":"NEGATIVE","feedback_reason":"Moved away","memory_id":"m-1"}"#,
/// );
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
// Not `options!`: what is not set is sent as null.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedbackOptions {
    feedback: Option<Feedback>,
    reason: Option<String>,
}

impl FeedbackOptions {
    /// This judgement without a reason. `None` takes the judgement and its reason back.
    ///
    /// ```
    /// # use mem0_sdk::{Feedback, FeedbackOptions};
    /// assert_eq!(FeedbackOptions::from(None), FeedbackOptions::new(None));
    /// ```
    pub fn new(feedback: impl Argument<Option<Feedback>>) -> Self {
        Self { feedback: feedback.into(), reason: None }
    }

    /// Why, in your own words: `feedback_reason`.
    ///
    /// ```
    /// # use mem0_sdk::{Feedback, FeedbackOptions};
    /// let options = FeedbackOptions::new(Feedback::Positive).reason("To the point");
    /// assert_ne!(options, Feedback::Positive.into());
    /// ```
    #[doc(alias = "feedback_reason")]
    #[doc(alias = "feedbackReason")]
    #[must_use]
    pub fn reason(mut self, reason: impl Argument<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

impl From<Feedback> for FeedbackOptions {
    fn from(feedback: Feedback) -> Self {
        Self::new(feedback)
    }
}

impl From<Option<Feedback>> for FeedbackOptions {
    fn from(feedback: Option<Feedback>) -> Self {
        Self::new(feedback)
    }
}

impl std::fmt::Debug for FeedbackOptions {
    /// The judgement, and whether there is a reason.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedbackOptions")
            .field("feedback", &self.feedback)
            .field("reason", &self.reason.is_some())
            .finish()
    }
}

record! {
    /// The judgement that holds now.
    ///
    /// ```
    /// use mem0_sdk::{Feedback, FeedbackResponse};
    ///
    /// let said: FeedbackResponse = serde_json::from_str(
    ///     r#"{"id": "f-1", "feedback": "POSITIVE", "feedback_reason": null}"#,
    /// )?;
    /// assert_eq!(said.feedback, Some(Feedback::Positive));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct FeedbackResponse {
        required {}
        defaulted {}
        optional {
            /// The id of the judgement.
            id: String = "id",
            /// How good the memory is. `None` when there is no judgement.
            feedback: Feedback = "feedback",
            /// Why.
            #[doc(alias = "feedbackReason")]
            feedback_reason: String = "feedback_reason",
            /// The platform's message, which only the official clients have in this answer.
            message: String = "message",
        }
    }
}
