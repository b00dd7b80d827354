use std::fmt;
use std::sync::Arc;

use http::{Request, Response};
use http_body::Body as HttpBody;
use mem0_components::{ComponentKind, ConfigError, Embedder, Registry, Settings};
use mem0_http::{Body, transport};
use tokio::runtime::Handle;
use tower_service::Service;

use crate::openai_compatible::dialects;
use crate::sending::Sending;
use crate::{
    azure, bedrock, gemini, huggingface, llms, ollama, openai_compatible, rerankers, vertex,
};

type Make = fn(&mut Settings<'_>, &Sending) -> Result<Arc<dyn Embedder>, ConfigError>;

/// Adds every provider of this crate to a registry.
///
/// ```
/// use mem0_components::{ComponentKind, Registry};
///
/// let registry = mem0_providers::register(Registry::empty());
/// assert!(registry.names(ComponentKind::Embedder).any(|name| name == "openai"));
/// ```
#[must_use]
pub fn register(registry: Registry) -> Registry {
    Providers::new().register(registry)
}

/// How providers send their requests; [`register`] is the short form of its defaults.
#[derive(Clone, Default)]
pub struct Providers {
    sending: Sending,
}

impl Providers {
    /// Requests go over HTTP, from a thread of this crate's own.
    ///
    /// ```
    /// let providers = mem0_providers::Providers::new();
    /// # let _ = providers;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with a service in the place of the HTTP client: it gets every request of every
    /// provider, with its whole address. Timeouts and retries remain; proxies are the service's.
    ///
    /// ```
    /// # use std::convert::Infallible;
    /// # use std::future::{Ready, ready};
    /// # use std::task::{Context, Poll};
    /// # use http::{Request, Response};
    /// # use tower_service::Service;
    /// use mem0_components::{MemoryConfig, Purpose, Registry};
    /// use mem0_providers::{Body, Providers};
    ///
    /// #[derive(Clone)]
    /// struct Scripted;
    ///
    /// impl Service<Request<Body>> for Scripted {
    ///     type Response = Response<Body>;
    ///     type Error = Infallible;
    ///     type Future = Ready<Result<Response<Body>, Infallible>>;
    /// #   fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
    /// #       Poll::Ready(Ok(()))
    /// #   }
    ///
    ///     fn call(&mut self, request: Request<Body>) -> Self::Future {
    ///         assert_eq!(request.uri(), "http://localhost:1234/v1/embeddings");
    ///         let answer = r#"{"data": [{"index": 0, "embedding": [0.6, 0.8]}]}"#;
    ///         ready(Ok(Response::new(answer.into())))
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Providers::new().service(Scripted).register(Registry::empty());
    /// let config = MemoryConfig::from_json(
    ///     r#"{"embedder": {"provider": "lmstudio", "config": {"embedding_dims": 2}}}"#,
    /// )?;
    /// let embedder = registry.build(&config)?.embedder.ok_or("there is one")?;
    /// let embedded = embedder.embed(&["green tea"], Purpose::Add).await?;
    /// assert_eq!(embedded[0].components(), [0.6, 0.8]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        B: HttpBody + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.sending.transport = Some(transport(service));
        self
    }

    /// The same, with the caller's runtime in the place of this crate's own. It needs timers and
    /// I/O, and somebody must drive it for as long as an embedder is asked.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let here = tokio::runtime::Handle::current();
    /// let providers = mem0_providers::Providers::new().runtime(here);
    /// # let _ = providers;
    /// # }
    /// ```
    #[must_use]
    pub fn runtime(mut self, handle: Handle) -> Self {
        self.sending.runtime = Some(handle);
        self
    }

    /// Adds every provider of this crate to a registry.
    ///
    /// ```
    /// use mem0_components::Registry;
    /// use mem0_providers::Providers;
    ///
    /// let registry = Providers::new().register(Registry::empty());
    /// # let _ = registry;
    /// ```
    #[must_use]
    pub fn register(&self, registry: Registry) -> Registry {
        // What Python has and Rust does not.
        let mut registry = registry
            .known_elsewhere(
                ComponentKind::Embedder,
                "fastembed",
                "leave the embedder out, or give a folder or a server of its model as huggingface",
            )
            .known_elsewhere(
                ComponentKind::Embedder,
                "langchain",
                "name the provider that it wraps",
            );
        for dialect in dialects::ALL {
            let Some(form) = &dialect.embeddings else { continue };
            let sending = self.sending.clone();
            registry = registry.embedder(dialect.name, move |settings| {
                openai_compatible::embedder(dialect, form, settings, &sending)
            });
        }
        for (name, make) in [
            (azure::NAME, azure::embedder as Make),
            (gemini::NAME, gemini::embeddings::embedder),
            (vertex::embeddings::NAME, vertex::embeddings::embedder),
            (ollama::NAME, ollama::embeddings::embedder),
            (bedrock::NAME, bedrock::embeddings::embedder),
            // In the place of its dialect, which it is where there is an address.
            (dialects::HUGGINGFACE, huggingface::embedder),
        ] {
            let sending = self.sending.clone();
            registry = registry.embedder(name, move |settings| make(settings, &sending));
        }
        let registry = llms::register(registry, &self.sending);
        rerankers::register(registry, &self.sending)
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Providers").finish_non_exhaustive()
    }
}
