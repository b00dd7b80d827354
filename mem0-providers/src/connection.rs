use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use mem0_components::{ComponentError, ComponentErrorKind};
use mem0_http::{
    BaseUrl, Body, CallError, Channel, HttpClient, HttpSettings, InvalidSetting, Plan, Proxy,
    Repeat, RetryPolicy, Route, later, transport,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::failure::{failure, way};
use crate::in_order::InOrder;
use crate::sending::Sending;

/// How many requests of one component are under way at once.
const AT_ONCE: usize = 32;

/// The largest answer: 250 vectors of 3,072 numbers as JSON are about 16 MB.
const LARGEST: usize = 64 * 1024 * 1024;

const TIMEOUT: Duration = Duration::from_secs(60);
const DEADLINE: Duration = Duration::from_secs(180);

/// The way to one address of a provider. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
    /// `None` where an address is not of the settings.
    names: Option<SettingNames>,
    sending: Sending,
}

/// The settings to look at when something fails, as the user wrote them.
#[derive(Clone)]
pub(crate) struct SettingNames {
    pub(crate) address: String,
    pub(crate) key: String,
    pub(crate) model: String,
}

struct Shared {
    provider: &'static str,
    base_url: BaseUrl,
    route: Route,
    channel: Channel,
}

pub(crate) type Sign = Arc<dyn Fn(&mut Request<Body>) + Send + Sync>;

/// A request, as it is sent each time.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    /// It begins with `/` and may have a query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How long it may take, where that is not the usual time.
    pub(crate) timeout: Option<Duration>,
    /// Signs each attempt, since a signature has its time.
    pub(crate) sign: Option<Sign>,
}

impl Outgoing {
    pub(crate) fn post(path: impl Into<String>, body: &Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self {
            method: Method::POST,
            path: path.into(),
            headers: HeaderMap::from_iter([
                (header::CONTENT_TYPE, json.clone()),
                (header::ACCEPT, json),
            ]),
            body: match serde_json::to_vec(&InOrder::of(body)) {
                Ok(body) => body.into(),
                Err(_) => body.to_string().into(),
            },
            timeout: None,
            sign: None,
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        let mut request = Self::post(path, &Value::Null);
        (request.method, request.body) = (Method::GET, Bytes::new());
        request
    }

    /// An OAuth form.
    pub(crate) fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let mut request = Self::post(path, &Value::Null);
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        request.body = form.into();
        request.header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        )
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl Connection {
    pub(crate) fn new(
        provider: &'static str,
        base_url: BaseUrl,
        proxy: Proxy,
        names: Option<SettingNames>,
        sending: &Sending,
    ) -> Result<Self, InvalidSetting> {
        let transport = match &sending.transport {
            Some(transport) => transport.clone(),
            None => {
                let settings = HttpSettings { proxy: proxy.clone(), ..HttpSettings::default() };
                transport(HttpClient::new(base_url.clone(), settings)?)
            }
        };
        let shared = Shared {
            provider,
            route: Route::new(base_url.clone(), proxy),
            base_url,
            channel: Channel::new(transport, AT_ONCE, LARGEST),
        };
        Ok(Self { shared: Arc::new(shared), names, sending: sending.clone() })
    }

    /// The same, with the key in other settings than `api_key`, in words.
    pub(crate) fn with_key_in(mut self, settings: impl Into<String>) -> Self {
        if let Some(names) = &mut self.names {
            names.key = settings.into();
        }
        self
    }

    /// An error of the service that gives the tokens for this one.
    pub(crate) fn without_token(&self, error: ComponentError) -> ComponentError {
        match &self.names {
            Some(names) if error.kind() == ComponentErrorKind::Authentication => {
                names.advise(error)
            }
            _ => error,
        }
    }

    /// Where requests go.
    pub(crate) fn goes_to(&self) -> String {
        way(&self.shared.route)
    }

    /// An error of an answer that is not one of the service's.
    pub(crate) fn not_its_answer(&self, error: ComponentError) -> ComponentError {
        match &self.names {
            Some(names) if error.kind() == ComponentErrorKind::Unreadable => {
                error.advice(format!("check that {} is the address of its API", names.address))
            }
            _ => error,
        }
    }

    /// The body of the answer, by the one policy of timeouts and retries.
    pub(crate) async fn send(&self, request: Outgoing) -> Result<Bytes, ComponentError> {
        let shared = self.shared.clone();
        let sent = self.sending.run(shared.provider, async move { shared.send(&request).await });
        sent.await.map_err(|error| match &self.names {
            Some(names) => names.advise(error),
            None => error,
        })
    }
}

impl SettingNames {
    /// Says which setting is the way out.
    fn advise(&self, error: ComponentError) -> ComponentError {
        let Self { address, key, model } = self;
        let advice = match error.kind() {
            ComponentErrorKind::Authentication => format!("correct {key}"),
            ComponentErrorKind::Configuration => format!("check {model} and {address}"),
            ComponentErrorKind::Network | ComponentErrorKind::Timeout => {
                format!("check that it runs there, or correct {address}")
            }
            _ => return error,
        };
        error.advice(advice)
    }
}

impl Shared {
    async fn send(&self, outgoing: &Outgoing) -> Result<Bytes, ComponentError> {
        let timeout = outgoing.timeout.unwrap_or(TIMEOUT);
        let Ok(uri) = Uri::try_from(self.base_url.join(&outgoing.path)) else {
            let error = ComponentError::new(self.provider, ComponentErrorKind::Configuration);
            return Err(error.detail("the model's name cannot be part of an address"));
        };
        let mut attempts = self.channel.attempts(Plan {
            // To ask the same again has no effect of its own.
            repeat: Repeat::Read,
            policy: RetryPolicy::new(),
            timeout,
            deadline: later(Instant::now(), DEADLINE.max(timeout)),
        });
        let request = || {
            let mut request = Request::new(Body::from(outgoing.body.clone()));
            *request.method_mut() = outgoing.method.clone();
            *request.uri_mut() = uri.clone();
            *request.headers_mut() = outgoing.headers.clone();
            if let Some(sign) = &outgoing.sign {
                sign(&mut request);
            }
            Ok::<_, Infallible>(request)
        };
        match attempts.run(request).await {
            Ok((_, body)) => Ok(body),
            Err(CallError::Request(never)) => match never {},
            Err(CallError::Failed(failed)) => Err(failure(self.provider, &failed, &self.route)),
        }
    }
}
