//! The tokens of Google's accounts, as recorded.

use std::fs;

use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mem0_components::{ComponentErrorKind, Purpose};
use serde_json::{Map, Value, json};

use super::recordings::read;
use super::script::{AccountFile, Asked, Script, answer, build, runtime};

const TOKENS: &str = "https://oauth2.googleapis.com/token";

fn recorded(name: &str) -> Value {
    let recording: Value = read("gcp_oauth.json");
    let cases = recording["cases"].as_array().unwrap();
    // The fourth is a token that is signed here and sent as it is: the grant does for every API.
    assert_eq!(cases.len(), 4);
    cases.iter().find(|case| case["name"] == name).unwrap().clone()
}

fn form(asked: &Asked) -> Map<String, Value> {
    assert_eq!((asked.method.as_str(), asked.url.as_str()), ("POST", TOKENS));
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    let pairs = form_urlencoded::parse(&asked.body).into_owned();
    pairs.map(|(name, value)| (name, value.into())).collect()
}

fn vectors() -> http::Response<mem0_providers::Body> {
    answer(200, &json!({"predictions": [{"embeddings": {"values": [1, 0]}}]}))
}

#[test]
fn a_service_account_asks_with_a_signed_token() {
    let case = recorded("service_account_token_grant");
    let account = AccountFile::new(case["credentials"].clone());
    let script = Script::in_turn([answer(200, &case["answer"]["body"]), vectors(), vectors()]);
    let runtime = runtime();
    let config = json!({"vertex_credentials_json": account.path, "embedding_dims": 2});
    let embedder = build(&script, &runtime, "vertexai", &config, &Value::Null).unwrap();
    // The second call uses the token of the first.
    for _ in 0..2 {
        runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap();
    }
    let asked = script.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[1].headers["authorization"], "Bearer ya29.test");
    assert_eq!(asked[2].headers["authorization"], "Bearer ya29.test");

    let mut form = form(&asked[0]);
    let assertion = form.remove("assertion").unwrap();
    let assertion = assertion.as_str().unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let key = account.key.public_key().as_ref();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
    key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let part = |text: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    let (header, claims) = signed.split_once('.').unwrap();
    let (header, mut claims) = (part(header), part(claims));
    // The recorded clock stood still.
    let (issued, ends) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
    assert!(ends - issued == 3600 && issued > 1_767_323_045);
    claims["iat"] = json!(1_767_323_045);
    claims["exp"] = json!(1_767_326_645);
    form.insert("assertion".to_owned(), json!({"header": header, "claims": claims}));
    assert_eq!(Value::Object(form), case["form"]);
}

#[test]
fn a_person_asks_with_a_refresh_token() {
    let case = recorded("authorized_user_refresh");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("application_default_credentials.json");
    fs::write(&path, case["credentials"].to_string()).unwrap();
    let script = Script::in_turn([answer(200, &case["answer"]["body"]), vectors()]);
    let runtime = runtime();
    // Found where gcloud writes it.
    let variables = json!({"CLOUDSDK_CONFIG": folder.path(), "GOOGLE_CLOUD_PROJECT": "proj-2"});
    let config = json!({"embedding_dims": 2});
    let embedder = build(&script, &runtime, "vertexai", &config, &variables).unwrap();
    runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap();
    let asked = script.asked();
    assert_eq!(Value::Object(form(&asked[0])), case["form"]);
    assert!(asked[1].url.contains("/projects/proj-2/locations/us-central1/"), "{}", asked[1].url);
}

#[test]
fn a_refused_grant_is_an_error_of_authentication() {
    let case = recorded("error_400_invalid_grant");
    let account = AccountFile::new(json!({}));
    let script = Script::in_turn([answer(400, &case["answer"]["body"])]);
    let runtime = runtime();
    let config = json!({"vertex_credentials_json": account.path, "embedding_dims": 2});
    let embedder = build(&script, &runtime, "vertexai", &config, &Value::Null).unwrap();
    let refused = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
    assert_eq!(refused.kind(), ComponentErrorKind::Authentication);
    assert_eq!(
        refused.to_string(),
        "vertexai: does not accept the key: status 400, invalid_grant; correct \
         embedder.config.vertex_credentials_json or GOOGLE_APPLICATION_CREDENTIALS",
    );
}

#[test]
fn a_token_that_is_refused_is_asked_for_once_more() {
    let account = AccountFile::new(json!({}));
    let token = |text: &str| answer(200, &json!({"access_token": text, "expires_in": 3599}));
    let refused = || answer(401, &json!({"error": {"status": "UNAUTHENTICATED"}}));
    let script = Script::in_turn([token("one"), refused(), token("two"), vectors()]);
    let runtime = runtime();
    let config = json!({"vertex_credentials_json": account.path, "embedding_dims": 2});
    let embedder = build(&script, &runtime, "vertexai", &config, &Value::Null).unwrap();
    runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap();
    assert_eq!(script.asked()[3].headers["authorization"], "Bearer two");
}

#[test]
fn credentials_that_cannot_be_read_are_an_error_of_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    for (name, content) in [
        ("missing.json", None),
        ("other.json", Some(r#"{"type": "external_account", "secret": "s3cret"}"#)),
        ("none.json", Some("s3cret")),
        (
            "key.json",
            Some(
                r#"{"type": "service_account", "project_id": "p", "private_key_id": "k",
                "private_key": "s3cret", "client_email": "e"}"#,
            ),
        ),
    ] {
        let path = folder.path().join(name);
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        let config = json!({"vertex_credentials_json": path});
        let script = Script::in_turn([]);
        let embedder = build(&script, &runtime, "vertexai", &config, &Value::Null).unwrap();
        let refused = runtime.block_on(embedder.embed(&["tea"], Purpose::Add)).unwrap_err();
        assert_eq!(refused.kind(), ComponentErrorKind::Configuration, "{refused}");
        assert!(!format!("{refused} {refused:?}").contains("s3cret"), "{refused}");
    }
}
