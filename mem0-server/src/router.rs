use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};
use mem0_engine::Engine;
use mem0_types::{ErrorBody, path};
use tower_service::Service;

use crate::http::fields::BodyLimit;
use crate::http::pages::PublicAddress;
use crate::http::rejection::Rejection;
use crate::http::{ignored_fields, intake};
use crate::legacy;
use crate::middleware::authentication::{Authentication, authenticate};
use crate::middleware::observe::observe;
use crate::middleware::rate_limit::{self, Buckets};
use crate::middleware::refused_keys::RefusedKeys;
use crate::middleware::room::Sharing;
use crate::middleware::{cors, guard, places, room};
use crate::operations::entities::{create_entity, entity, entity_filters, entity_memories};
use crate::operations::memories::{
    add, batch, delete_all, feedback, history, list, memory, search, stats, summary,
};
use crate::operations::tenancy::{organizations, projects};
use crate::operations::{events, exports, profiles, webhooks};
use crate::options::RouterOptions;
use crate::service::{health, openapi, ping, ready};

/// The platform's API over an engine, to be served or called in-process.
///
/// It needs no runtime and spawns nothing. Deliveries to webhooks are queued, and sent once
/// `deliver` (the feature of that name) is called. The engine stays yours: close it once the router
/// is no longer served, and queued work is carried out.
pub fn router(engine: Engine, authentication: Authentication) -> Router {
    router_with(engine, authentication, RouterOptions::default())
}

/// Like [`router`], with options.
pub fn router_with(
    engine: Engine,
    authentication: Authentication,
    options: RouterOptions,
) -> Router {
    let mut operations = Router::new()
        .route(path::PING, get(ping::ping))
        .route(path::ADD, post(add::add))
        .route(path::SEARCH, post(search::search))
        .route(path::LIST, post(list::list))
        .route(
            path::MEMORIES,
            delete(delete_all::delete_all).get(legacy::get_all_v1::list).post(legacy::add_v1::add),
        )
        .route(path::SEARCH_V1, post(legacy::search_v1::search))
        .route(path::LIST_V2, post(legacy::get_all_v2::list))
        .route(path::SEARCH_V2, post(legacy::search_v2::search))
        .route(path::ENTITY_V1, delete(legacy::delete_entity_v1::delete))
        .route(path::ENTITY_MEMORIES, get(entity_memories::list))
        .route(path::MEMORY_EVENTS, get(history::all))
        .route(path::MEMORY, get(memory::get).put(memory::update).delete(memory::delete))
        .route(path::HISTORY, get(history::history))
        .route(path::BATCH, put(batch::update).delete(batch::delete))
        .route(path::ENTITIES, get(entity::list))
        .route(path::ENTITY, get(entity::get).delete(entity::delete))
        .route(path::ENTITY_FILTERS, get(entity_filters::filters))
        .route(path::USERS, post(create_entity::user))
        .route(path::AGENTS, post(create_entity::agent))
        .route(path::APPS, post(create_entity::app))
        .route(path::RUNS, post(create_entity::run))
        .route(path::STATS, get(stats::stats))
        .route(path::FEEDBACK, post(feedback::give))
        .route(path::SUMMARY, post(summary::summary))
        .route(path::PROFILE, get(profiles::get))
        .route(path::PROFILE_JOBS, post(profiles::create_job))
        .route(path::PROFILE_JOB, get(profiles::job))
        .route(path::PROFILE_SETTINGS, get(profiles::settings).post(profiles::update_settings))
        .route(path::EVENTS, get(events::list))
        .route(path::EVENT, get(events::get))
        .route(path::EXPORTS, post(exports::create))
        .route(path::EXPORT, post(exports::get))
        .route(path::ORGANIZATIONS, get(organizations::list).post(organizations::create))
        .route(path::ORGANIZATION, get(organizations::get).delete(organizations::delete))
        .route(
            path::ORGANIZATION_MEMBERS,
            get(organizations::members)
                .post(organizations::add_member)
                .put(organizations::update_member)
                .delete(organizations::remove_member),
        )
        .route(path::PROJECTS, get(projects::list).post(projects::create))
        .route(path::PROJECT, get(projects::get).patch(projects::update).delete(projects::delete))
        .route(
            path::PROJECT_MEMBERS,
            get(projects::members)
                .post(projects::add_member)
                .put(projects::update_member)
                .delete(projects::remove_member),
        )
        .route(path::WEBHOOKS, get(webhooks::list).post(webhooks::create))
        .route(path::WEBHOOK, put(webhooks::update).delete(webhooks::delete))
        .route(webhooks::DELIVERIES, get(webhooks::deliveries))
        .route(webhooks::REDELIVER, post(webhooks::redeliver))
        .method_not_allowed_fallback(method_not_allowed);
    let room = intake::room(options.body_limit);
    if let Some(metrics) = &options.metrics {
        metrics.watch(&room);
    }
    let sharing = Sharing { room, sleep: options.sleep, metrics: options.metrics.clone() };
    operations = operations.route_layer(from_fn_with_state(sharing, room::share));
    let buckets = options.rate_limit.map(Buckets::new);
    operations = operations.route_layer(from_fn_with_state(buckets, rate_limit::limit));
    let state = (engine.clone(), authentication, RefusedKeys::default());
    operations = operations.route_layer(from_fn_with_state(state, authenticate));
    operations = operations.route_layer(from_fn(no_empty_segments));
    let mut routes = Router::new()
        .route("/health", get(health::health))
        .route("/openapi.json", get(openapi::document))
        .route("/docs", get(openapi::page))
        .route("/ready", get(ready::ready))
        .method_not_allowed_fallback(method_not_allowed)
        .merge(operations)
        .fallback(not_found)
        .layer(from_fn(guard::guard))
        .layer(from_fn(ignored_fields::name_them))
        .layer(Extension(BodyLimit(options.body_limit)))
        .layer(Extension(PublicAddress(options.base_url)))
        .layer(from_fn(places::occupy));
    if let Some(origins) = &options.cors_origins {
        // Around whatever may refuse a request, since a browser hides an answer that does not name
        // the page's origin.
        routes = routes.layer(cors::layer(origins));
    }
    let routes = routes.layer(from_fn_with_state(options.metrics, observe)).with_state(engine);
    let again = routes.clone();
    routes.fallback(move |request: Request| {
        let mut routes = again.clone();
        async move { routes.call(collapse_first_slashes(request)).await }
    })
}

/// The request without the slashes that a client adds whose base URL ends with one. An id never
/// comes first in a path, so none is lost.
fn collapse_first_slashes(mut request: Request) -> Request {
    let rest = request.uri().path_and_query().map(PathAndQuery::as_str);
    let Some(rest) = rest.and_then(|rest| rest.strip_prefix("//")) else { return request };
    let collapsed = format!("/{}", rest.trim_start_matches('/'));
    if let Ok(path_and_query) = collapsed.parse() {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(path_and_query);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// A path parameter also matches an empty segment, but an empty id is not valid.
async fn no_empty_segments(request: Request, next: Next) -> Response {
    if request.uri().path().contains("//") {
        return not_found(request.uri().clone()).await.into_response();
    }
    next.run(request).await
}

async fn not_found(uri: Uri) -> Rejection {
    let path = uri.path();
    let detail = if path.contains("//") {
        "Not found. The path has an empty part (//): an id is missing there."
    } else if !path.ends_with('/') {
        "Not found. Every path of this API ends with a slash."
    } else {
        "Not found. The API has no such path."
    };
    Rejection::new(StatusCode::NOT_FOUND, ErrorBody::Detail(detail.to_owned()))
}

async fn method_not_allowed(method: Method) -> Rejection {
    let detail = format!("Method \"{method}\" not allowed.");
    Rejection::new(StatusCode::METHOD_NOT_ALLOWED, ErrorBody::Detail(detail))
}
