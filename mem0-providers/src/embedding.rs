use std::fmt;

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use mem0_components::{ComponentError, Embedder, Embedding, Purpose, Reply};

use crate::connection::Outgoing;
use crate::model::{Model, Numbers};
use crate::service::Service;

/// How a service is asked for vectors: all in which the providers differ.
pub(crate) trait Protocol: Send + Sync + 'static {
    /// The request for the vectors of so many texts as a request may have.
    fn request(
        &self,
        model: &Model,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Outgoing, ComponentError>;

    /// The vectors of its answer, in the order of the texts.
    fn read(&self, model: &Model, body: &[u8]) -> Result<Vec<Numbers>, ComponentError>;

    /// What must be done before the first request.
    fn prepare<'a>(&'a self, _: &'a Service, _: &'a Model) -> Reply<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// An embedder that asks a service.
pub(crate) struct Asking<P> {
    pub(crate) service: Service,
    pub(crate) model: Model,
    pub(crate) protocol: P,
}

impl<P: Protocol> Asking<P> {
    async fn ask(
        &self,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Vec<Embedding>, ComponentError> {
        let numbers = self.numbers(texts, purpose).await;
        let numbers = numbers.map_err(|error| self.service.connection.not_its_answer(error))?;
        self.model.vectors(texts.len(), numbers)
    }

    async fn numbers(
        &self,
        texts: &[&str],
        purpose: Purpose,
    ) -> Result<Vec<Numbers>, ComponentError> {
        self.protocol.prepare(&self.service, &self.model).await?;
        let request = self.protocol.request(&self.model, texts, purpose)?;
        let answer = self.service.send(request).await?;
        self.protocol.read(&self.model, &answer)
    }
}

impl<P: Protocol> Embedder for Asking<P> {
    fn model(&self) -> &str {
        &self.model.name
    }

    fn dimensions(&self) -> usize {
        self.model.dimensions
    }

    fn max_batch(&self) -> usize {
        self.model.max_batch
    }

    fn goes_to(&self) -> Option<String> {
        Some(self.service.connection.goes_to())
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], purpose: Purpose) -> Reply<'a, Vec<Embedding>> {
        let requests =
            texts.chunks(self.model.in_a_request).map(move |texts| self.ask(texts, purpose));
        Box::pin(iter(requests).buffered(self.model.at_once).try_concat())
    }
}

impl<P> fmt::Debug for Asking<P> {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.model.fmt(f)
    }
}
