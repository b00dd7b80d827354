//! What callers see of an embedder and a reranker of the user's, also where they do not answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use mem0_components::testing::{HashEmbedder, WordReranker};
use mem0_components::{
    ComponentError, ComponentErrorKind, Embedder, Embedding, Purpose, Reply, Reranker,
};
use mem0_engine::Engine;
use mem0_server::{Authentication, RouterOptions, router_with};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{Answer, App};
use crate::folder::Folder;

/// An embedder that fails while it is told to.
#[derive(Debug, Clone)]
struct Failing {
    inner: HashEmbedder,
    error: Arc<Mutex<Option<ComponentError>>>,
}

impl Failing {
    fn new() -> Self {
        Self { inner: HashEmbedder::new(24), error: Arc::default() }
    }

    fn fails(&self, error: ComponentError) {
        *self.error.lock().unwrap() = Some(error);
    }
}

impl Embedder for Failing {
    fn model(&self) -> &str {
        self.inner.model()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        match self.error.lock().unwrap().clone() {
            Some(error) => Box::pin(std::future::ready(Err(error))),
            None => self.inner.embed(texts, purpose),
        }
    }
}

impl Reranker for Failing {
    fn name(&self) -> &str {
        "failing"
    }

    fn rerank<'a>(&'a self, query: &'a str, documents: &'a [&'a str]) -> Reply<'a, Vec<f64>> {
        let scores = documents.iter().map(|document| WordReranker::new().score(query, document));
        let scores = match self.error.lock().unwrap().clone() {
            Some(error) => Err(error),
            None => Ok(scores.collect()),
        };
        Box::pin(std::future::ready(scores))
    }
}

fn app() -> (App, Failing) {
    let failing = Failing::new();
    let embedder = Arc::new(failing.clone());
    (App::over(|folder| Engine::open_with_embedder(folder, embedder).unwrap()), failing)
}

fn error(kind: ComponentErrorKind) -> ComponentError {
    ComponentError::new("failing", kind).detail("at 10.0.0.7:8080")
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

async fn add(app: &App, text: &str) -> Answer {
    let body = json!({"messages": text, "user_id": "alice", "infer": false});
    app.post("/v3/memories/add/", body).await
}

#[tokio::test]
async fn each_version_of_a_search_goes_by_words_and_says_so_in_a_header() {
    let (app, failing) = app();
    add(&app, "I like green tea").await.ok();
    let filters = json!({"user_id": "alice"});
    let searches = [
        ("/v3/memories/search/", json!({"query": "tea", "filters": filters})),
        ("/v2/memories/search/", json!({"query": "tea", "filters": filters, "threshold": 0.0})),
        ("/v1/memories/search/", json!({"query": "tea", "user_id": "alice"})),
    ];
    for (path, body) in &searches {
        let answer = app.post(path, body.clone()).await;
        assert_eq!(header(&answer, "mem0-search"), None, "{path}");
    }
    failing.fails(error(ComponentErrorKind::Network));
    for (path, body) in &searches {
        let answer = app.post(path, body.clone()).await;
        assert_eq!(header(&answer, "mem0-search"), Some("words-alone"), "{path}");
        assert!(answer.ok().to_string().contains("I like green tea"), "{path}");
        // Whoever asks for words is told nothing.
        let mut by_words = body.clone();
        by_words["keyword_search"] = json!(true);
        let answer = app.post(path, by_words).await;
        assert_eq!((answer.status.as_u16(), header(&answer, "mem0-search")), (200, None), "{path}");
    }
    app.engine.close().await.unwrap();
}

#[tokio::test]
async fn each_version_of_a_search_shows_what_a_reranker_gave_or_says_that_it_did_not() {
    let failing = Failing::new();
    let reranker = Arc::new(failing.clone());
    let app = App::over(|folder| Engine::open(folder).unwrap().with_reranker(reranker));
    add(&app, "Tea is a drink, as coffee is").await.ok();
    add(&app, "green tea and black tea").await.ok();
    let filters = json!({"user_id": "alice"});
    let searches = [
        ("/v3/memories/search/", json!({"query": "green drink?", "filters": filters})),
        ("/v2/memories/search/", json!({"query": "green drink?", "filters": filters})),
        ("/v1/memories/search/", json!({"query": "green drink?", "user_id": "alice"})),
    ];
    let hits = |answer: Answer| {
        let body = answer.ok();
        body.as_array().or_else(|| body["results"].as_array()).cloned().unwrap()
    };
    for fails in [false, true] {
        if fails {
            failing.fails(error(ComponentErrorKind::Network));
        }
        for (path, body) in &searches {
            let mut body = body.clone();
            (body["rerank"], body["threshold"]) = (json!(true), json!(0));
            let answer = app.post(path, body.clone()).await;
            assert_eq!(header(&answer, "mem0-search"), fails.then_some("not-reranked"), "{path}");
            let reranked = hits(answer);
            assert_eq!(reranked.len(), 2);
            for hit in &reranked {
                assert_eq!(hit["rerank_score"], if fails { Value::Null } else { json!(0.5) });
            }
            body["fields"] = json!(["memory", "rerank_score"]);
            let chosen = hits(app.post(path, body.clone()).await);
            assert_eq!(chosen[0]["rerank_score"].is_null(), fails, "{path}");
            // Nobody asked for it.
            body["rerank"] = json!(false);
            let answer = app.post(path, body).await;
            assert_eq!(header(&answer, "mem0-search"), None, "{path}");
            assert!(hits(answer).iter().all(|hit| hit["rerank_score"].is_null()), "{path}");
        }
    }
    app.engine.close().await.unwrap();
}

#[tokio::test]
async fn both_may_be_missing() {
    let failing = Failing::new();
    let (embedder, reranker) = (Arc::new(failing.clone()), Arc::new(failing.clone()));
    let app = App::over(|folder| {
        Engine::open_with_embedder(folder, embedder).unwrap().with_reranker(reranker)
    });
    add(&app, "I like green tea").await.ok();
    failing.fails(error(ComponentErrorKind::Configuration));
    let body = json!({"query": "tea", "filters": {"user_id": "alice"}, "rerank": true});
    let answer = app.post("/v3/memories/search/", body).await;
    assert_eq!(header(&answer, "mem0-search"), Some("words-alone, not-reranked"));
    assert_eq!(answer.ok()["results"].as_array().map(Vec::len), Some(1));
    app.engine.close().await.unwrap();
}

#[tokio::test]
async fn a_change_whose_embedder_fails_says_what_to_do_and_not_where_it_is() {
    let (app, failing) = app();
    let added = add(&app, "I like green tea").await.ok();
    let id = added["results"][0]["id"].as_str().unwrap().to_owned();
    let later = "This server's embedder does not answer, and nothing was changed. Try again later.";
    let wrong = "This server's embedder cannot be used, and nothing was changed. The server's log \
                 says why.";
    let twenty = Duration::from_secs(20);
    for (failure, status, retry, detail) in [
        (error(ComponentErrorKind::Network), 503, Some("5"), later),
        (error(ComponentErrorKind::Timeout), 503, Some("5"), later),
        (error(ComponentErrorKind::RateLimited).retry_after(twenty), 503, Some("20"), later),
        (error(ComponentErrorKind::Authentication), 503, None, wrong),
        (error(ComponentErrorKind::Configuration), 503, None, wrong),
        (error(ComponentErrorKind::TooLong), 400, None, "Shorten it."),
        (error(ComponentErrorKind::Refused), 400, None, "Send another one."),
    ] {
        failing.fails(failure.clone());
        let memory = format!("/v1/memories/{id}/");
        let batch = json!({"memories": [{"memory_id": id, "text": "I drink coffee"}]});
        for answer in [
            add(&app, "I keep bees").await,
            app.call("PUT", &memory, json!({"text": "I drink coffee"})).await,
            app.call("PUT", "/v1/batch/", batch).await,
        ] {
            let told = answer.body.to_string();
            assert_eq!(answer.status.as_u16(), status, "{failure}: {told}");
            assert_eq!(header(&answer, "retry-after"), retry, "{failure}");
            assert!(told.contains(detail) && !told.contains("10.0.0.7"), "{failure}: {told}");
        }
    }
    let body = json!({"filters": {"user_id": "alice"}});
    let kept = app.post("/v3/memories/", body).await.ok();
    assert_eq!(kept["results"].as_array().map(Vec::len), Some(1));
    assert_eq!(kept["results"][0]["memory"], "I like green tea");
    app.engine.close().await.unwrap();
}

#[tokio::test]
async fn a_page_of_another_origin_may_read_the_header() {
    let folder = Folder::new();
    let failing = Failing::new();
    failing.fails(error(ComponentErrorKind::Authentication));
    let engine = Engine::open_with_embedder(folder.path(), Arc::new(failing)).unwrap();
    let mut options = RouterOptions::default();
    options.cors_origins = Some("https://app.example".parse().unwrap());
    let router = router_with(engine.clone(), Authentication::Off, options);
    let body: Value = json!({"query": "tea", "filters": {"user_id": "alice"}});
    let request = Request::post("/v3/memories/search/")
        .header("origin", "https://app.example")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["mem0-search"], "words-alone");
    let exposed = answer.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.split(',').any(|name| name == "mem0-search"), "{exposed}");
    engine.close().await.unwrap();
}
