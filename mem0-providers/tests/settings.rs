//! The official settings and variables, and what is said of a slip.

use mem0_components::Purpose;
use serde_json::{Value, json};

use super::script::{Script, answer, build, runtime};

/// What is said when a provider is made from this, or its model and dimensions.
fn told(provider: &str, config: Value, variables: Value) -> String {
    match build(&Script::in_turn([]), &runtime(), provider, &config, &variables) {
        Ok(embedder) => format!("{} {}", embedder.model(), embedder.dimensions()),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn settings_make_an_embedder_or_say_what_is_wrong() {
    let none = || Value::Null;
    for (provider, config, variables, expected) in [
        ("openai", json!({"api_key": "k"}), none(), "openai/text-embedding-3-small 1536"),
        ("openai", json!({"apiKey": "k"}), none(), "openai/text-embedding-3-small 1536"),
        (
            "openai",
            json!({"model": "text-embedding-3-large", "embeddingDims": 512}),
            json!({"OPENAI_API_KEY": "k"}),
            "openai/text-embedding-3-large 512",
        ),
        (
            "openai",
            json!({"api_key": ""}),
            none(),
            "embedder.config.api_key is missing; give it there, or in the variable OPENAI_API_KEY",
        ),
        (
            "openai",
            json!({"api_kee": "k"}),
            none(),
            "embedder.config.api_kee is not a known field; did you mean api_key?",
        ),
        (
            "openai",
            json!({"api_key": "k", "modle": "m"}),
            none(),
            "embedder.config.modle is not a known field; did you mean model?",
        ),
        (
            "openai",
            json!({"api_key": "k\ny"}),
            none(),
            "embedder.config.api_key cannot be used: the API key has characters that an HTTP \
             header cannot carry; was something else pasted with it?",
        ),
        (
            "openai",
            json!({"api_key": "k", "model": "my-model"}),
            none(),
            "embedder.config.embedding_dims is missing; say how many numbers a vector of this \
             model has",
        ),
        (
            "openai",
            json!({"api_key": "k", "model": "my-model", "embeding_dims": 3}),
            none(),
            "embedder.config.embeding_dims is not a known field; did you mean embedding_dims?",
        ),
        (
            "openai",
            json!({"api_key": "k", "embedding_dims": 0}),
            none(),
            "embedder.config.embedding_dims must be 1 or more",
        ),
        (
            "openai",
            json!({"api_key": "k", "openai_base_url": "api.example.com"}),
            none(),
            "embedder.config.openai_base_url cannot be parsed",
        ),
        (
            "openai",
            json!({"api_key": "k"}),
            json!({"OPENAI_BASE_URL": "ftp://api.example.com"}),
            "OPENAI_BASE_URL must begin with http:// or https://",
        ),
        (
            "openai",
            json!({"api_key": "k", "http_client_proxies": 5}),
            none(),
            "embedder.config.http_client_proxies must be the address of a proxy, or an object \
             with one for http:// and https://",
        ),
        (
            "openai",
            json!({"api_key": "k", "http_client_proxies": {"https://": "http://p.example:1"}}),
            none(),
            "openai/text-embedding-3-small 1536",
        ),
        (
            "groq",
            json!({"api_key": "k"}),
            none(),
            "embedder.config.model is missing; name the model",
        ),
        (
            "huggingface",
            json!({}),
            none(),
            "embedder.config.model is missing; give the path of a folder that holds a model, or \
             the address of a server as huggingface_base_url",
        ),
        (
            "huggingface",
            json!({"huggingface_base_url": "http://tei:1", "model": "BAAI/bge-m3"}),
            none(),
            "huggingface/BAAI/bge-m3 1024",
        ),
        (
            "huggingface",
            json!({"huggingface_base_url": "http://tei:1", "model_kwargs": {"dimensions": 9}}),
            none(),
            "huggingface/tei 9",
        ),
        ("ollama", json!({}), none(), "ollama/nomic-embed-text 768"),
        (
            "ollama",
            json!({"model": "mxbai-embed-large:335m"}),
            none(),
            "ollama/mxbai-embed-large:335m 1024",
        ),
        (
            "gemini",
            json!({"output_dimensionality": 1536}),
            json!({"GEMINI_API_KEY": "k"}),
            "gemini/gemini-embedding-001 1536",
        ),
        (
            "gemini",
            json!({}),
            none(),
            "embedder.config.api_key is missing; give it there, or in the variable GOOGLE_API_KEY",
        ),
        (
            "vertexai",
            json!({}),
            none(),
            "embedder.config.vertex_credentials_json is missing; give the path of a service \
             account's JSON file there, or in the variable GOOGLE_APPLICATION_CREDENTIALS",
        ),
        (
            "azure_openai",
            json!({"azure_kwargs": {"azure_endpont": "https://a.example"}}),
            none(),
            "embedder.config.azure_kwargs.azure_endpont is not a known field; did you mean \
             azure_endpoint?",
        ),
        (
            "azure_openai",
            json!({"model": "text-embedding-3-small"}),
            json!({"EMBEDDING_AZURE_ENDPOINT": "https://a.example"}),
            "embedder.config.azure_kwargs.api_key is missing; give it there, in the variable \
             EMBEDDING_AZURE_OPENAI_API_KEY, or give AZURE_TENANT_ID, AZURE_CLIENT_ID and \
             AZURE_CLIENT_SECRET",
        ),
        (
            "azure_openai",
            json!({"api_key": "k", "azure_kwargs": {"azure_endpoint": "https://a.example"}}),
            none(),
            "embedder.config.azure_kwargs.azure_deployment is missing; give it there, or in the \
             variable EMBEDDING_AZURE_DEPLOYMENT",
        ),
        (
            "aws_bedrock",
            json!({}),
            none(),
            "embedder.config.aws_access_key_id is missing; give it there, or in the variable \
             AWS_ACCESS_KEY_ID",
        ),
        (
            "aws_bedrock",
            json!({"model": "us.amazon.titan-embed-text-v2:0"}),
            json!({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}),
            "aws_bedrock/us.amazon.titan-embed-text-v2:0 1024",
        ),
        ("opnai", json!({}), none(), "embedder.provider is \"opnai\"; did you mean openai?"),
    ] {
        let shown = config.to_string();
        assert_eq!(told(provider, config, variables), expected, "{provider} {shown}");
    }
}

/// The address that a provider asks, by its settings and variables.
fn address(provider: &str, config: &Value, variables: &Value) -> String {
    let runtime = runtime();
    let script = Script::new(|_| answer(400, &Value::Null));
    let embedder = build(&script, &runtime, provider, config, variables).unwrap();
    runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
    script.asked()[0].url.clone()
}

#[test]
fn an_address_may_be_set_everywhere() {
    let aws = json!({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"});
    for (provider, config, variables, expected) in [
        (
            "openai",
            json!({"openai_base_url": "http://one.example/v1/"}),
            json!({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://two.example"}),
            "http://one.example/v1/embeddings",
        ),
        (
            "together",
            json!({"together_base_url": "http://one.example/v1", "api_key": "k"}),
            Value::Null,
            "http://one.example/v1/embeddings",
        ),
        (
            "groq",
            json!({"model": "m", "embedding_dims": 2}),
            json!({"GROQ_API_KEY": "k"}),
            "https://api.groq.com/openai/v1/embeddings",
        ),
        (
            "gemini",
            json!({"api_key": "k"}),
            json!({"GOOGLE_GEMINI_BASE_URL": "http://one.example"}),
            "http://one.example/v1beta/models/gemini-embedding-001:batchEmbedContents",
        ),
        ("ollama", json!({}), json!({"OLLAMA_HOST": "box"}), "http://box:11434/api/tags"),
        (
            "azure_openai",
            json!({"model": "text-embedding-3-small", "azure_kwargs": {"api_key": "k",
                "azure_endpoint": "https://a.example/", "azure_deployment": "my/emb"}}),
            Value::Null,
            "https://a.example/openai/deployments/my%2Femb/embeddings?api-version=2024-10-21",
        ),
        (
            "aws_bedrock",
            json!({"aws_region": "eu-central-1"}),
            aws.clone(),
            "https://bedrock-runtime.eu-central-1.amazonaws.com/model/\
             amazon.titan-embed-text-v1/invoke",
        ),
        (
            "aws_bedrock",
            json!({"aws_endpoint_url": "http://one.example:4566"}),
            aws,
            "http://one.example:4566/model/amazon.titan-embed-text-v1/invoke",
        ),
    ] {
        assert_eq!(address(provider, &config, &variables), expected, "{provider}");
    }
}
