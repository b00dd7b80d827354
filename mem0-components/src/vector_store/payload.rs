use mem0_types::Metadata;

/// What is kept beside a vector: a JSON object.
pub type Payload = Metadata;
