use std::pin::Pin;

use crate::ComponentError;

/// The future of a component's answer.
///
/// Boxed, so that a configuration can choose the component. A component brings what its future
/// needs: whoever polls it may have no async runtime.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, ComponentError>> + Send + 'a>>;
