//! What a program outside the workspace can do with the SDK.

mod endpoint;
mod errors;
mod export;
mod fake;
mod http_client;
mod layers;
mod lock;
mod loopback;
mod mistakes;
mod prelude;
mod readme;
