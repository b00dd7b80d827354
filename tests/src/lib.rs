//! (front page)

pub mod checked;
pub mod openapi;
