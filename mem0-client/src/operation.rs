use mem0_types::{Call, Repeat};

/// What a request is for. It is among the extensions of every request that goes to a service of
/// your own ([`AsyncMemoryClientBuilder::service`](crate::AsyncMemoryClientBuilder::service)), so
/// that a layer can limit or log by operation without parsing paths.
///
/// ```
/// use mem0_sdk::{Body, Operation, http};
///
/// fn is_search(request: &http::Request<Body>) -> bool {
///     let operation = request.extensions().get::<Operation>();
///     operation.is_some_and(|operation| operation.name() == "search")
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    name: String,
    template: String,
    repeat: Repeat,
}

impl Operation {
    pub(crate) fn of(call: &Call) -> Self {
        Self {
            name: call.operation().to_owned(),
            template: call.template().to_owned(),
            repeat: call.repeat(),
        }
    }

    /// The name of the operation, which is that of the client's method.
    ///
    /// ```
    /// fn name(operation: &mem0_sdk::Operation) -> &str {
    ///     operation.name()
    /// }
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path template, which holds no ids.
    ///
    /// ```
    /// fn template(operation: &mem0_sdk::Operation) -> &str {
    ///     operation.template()
    /// }
    /// ```
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Whether the request may be sent again. A layer that repeats or hedges requests must know.
    ///
    /// ```
    /// use mem0_sdk::{Operation, Repeat};
    ///
    /// fn may_hedge(operation: &Operation) -> bool {
    ///     operation.repeat() == Repeat::Read
    /// }
    /// ```
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }
}
