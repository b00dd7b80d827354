use serde_json::{Map, Value};

/// Your own keys for a memory, an entity or a request. The SDK never rewrites them.
pub type Metadata = Map<String, Value>;
