//! A model that somebody has, held to the suite and asked for one answer.

use mem0_components::testing::check_llm;
use mem0_components::{LlmMessage, LlmRequest, MemoryConfig, Registry, ResponseFormat};
use serde_json::json;

use crate::conformance::block_on;

#[test]
#[ignore = "needs a model: MEM0_LIVE_LLM has the part llm of a configuration, as JSON"]
fn a_live_model_passes_the_suite() {
    let given = std::env::var("MEM0_LIVE_LLM").unwrap();
    let config = format!(r#"{{"llm": {given}}}"#);
    let registry = mem0_providers::register(Registry::empty());
    let llm = registry.build(&MemoryConfig::from_json(&config).unwrap()).unwrap().llm.unwrap();
    let schema = json!({"type": "object", "properties": {"fruit": {"type": "string"}},
        "required": ["fruit"], "additionalProperties": false});
    let wanted = ResponseFormat::JsonSchema { name: "fruit".to_owned(), schema };
    let request = LlmRequest::new([LlmMessage::user("Name one fruit. Answer in JSON.")])
        .format(llm.capabilities().nearest(wanted));
    let found = block_on(llm.generate(&request)).unwrap();
    println!("{found:?}: {}", found.text);
    println!("{}", block_on(check_llm(&*llm, || 0)).unwrap());
}
