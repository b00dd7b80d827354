use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::rejection::Rejection;

/// A value whose JSON is the body of an answer.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(_) => Rejection::failed("the answer could not be written as JSON").into_response(),
        }
    }
}
