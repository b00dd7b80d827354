//! An operation that the SDK does not know.

use http::Method;
use mem0_sdk::testing::FakePlatform;
use mem0_sdk::{Call, Endpoint, ErrorKind, InvalidInput, MemoryClient, Repeat};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Mixes a color: `POST /v1/colors/{color_id}/mixes/`.
#[derive(Debug, Clone, Serialize)]
struct MixColor {
    #[serde(skip)]
    color_id: String,
    parts: u8,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Mixed {
    name: String,
}

impl Endpoint for MixColor {
    type Response = Mixed;

    fn into_call(self) -> Result<Call, InvalidInput> {
        if self.parts == 0 {
            return Err(InvalidInput::new("parts", "must be at least 1"));
        }
        let call = Call::new(
            "mix_color",
            Method::POST,
            "/v1/colors/{color_id}/mixes/",
            Repeat::Idempotent,
        );
        call.segment("color_id", self.color_id.clone())?.query("version", "v2").json(&self)
    }
}

fn mix(parts: u8) -> MixColor {
    MixColor { color_id: "deep/blue".to_owned(), parts }
}

fn platform() -> FakePlatform {
    let fake = FakePlatform::new();
    fake.answer("mix_color", json!({"name": "teal"}));
    fake
}

#[tokio::test]
async fn is_sent_and_decoded_like_any_other() {
    let fake = platform();
    let response = fake.client().execute(mix(3)).await.unwrap();
    assert_eq!((response.name.as_str(), response.attempts()), ("teal", 1));
    assert_eq!(response.into_value(), Mixed { name: "teal".to_owned() });
    let asked = &fake.requests_to("mix_color")[0];
    assert_eq!(
        (&asked.method, asked.path.as_str()),
        (&Method::POST, "/v1/colors/deep%2Fblue/mixes/")
    );
    assert_eq!(asked.query, [("version".to_owned(), "v2".to_owned())]);
    assert_eq!(asked.body, json!({"parts": 3}));

    let refused = fake.client().execute(mix(0)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    assert_eq!(refused.to_string(), "parts: must be at least 1");
}

#[test]
fn goes_through_the_blocking_client_too() {
    let fake = platform();
    let client = MemoryClient::from(&fake);
    assert_eq!(client.execute(mix(3)).unwrap().name, "teal");
}

/// Without a type of its own, the answer is JSON.
#[tokio::test]
async fn may_be_a_call_made_by_hand() {
    let fake = platform();
    let call = Call::new("mix_color", Method::GET, "/v1/colors/", Repeat::Read);
    let answer: Value = fake.client().execute(call).await.unwrap().into_value();
    assert_eq!(answer["name"], "teal");
}
