use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mem0_types::ErrorBody;
use serde::Serialize;

/// A value, sent as the JSON body of an answer.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(_) => Cause("the answer could not be written as JSON".to_owned()).into_response(),
        }
    }
}

/// The reason for a 500, for the log. Contains no request data.
#[derive(Clone)]
pub(crate) struct Cause(pub(crate) String);

impl IntoResponse for Cause {
    fn into_response(self) -> Response {
        let body = ErrorBody::Detail("Internal server error.".to_owned());
        let mut response = (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
