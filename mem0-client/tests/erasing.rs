//! A deletion that is to erase, and answers that confirm it or not.

use http::StatusCode;
use mem0_client::requests::{BatchDelete, DeleteAllMemories, DeleteMemory};
use mem0_client::{DeleteScope, ErrorKind, RetryPolicy};
use serde_json::{Value, json};

use crate::platform::{Platform, Reply};

fn answering(answer: Value) -> Platform {
    Platform::new(move |_| Reply::json(answer.clone()))
}

#[tokio::test(start_paused = true)]
async fn an_answer_must_confirm_that_it_erases() {
    for (unconfirmed, event_id) in [
        (json!({"message": "done"}), None),
        (json!({"message": "done", "event_id": "e-1"}), Some("e-1")),
        (json!({"erase": false}), None),
        (json!({"erase": "true"}), None),
        (json!({"erase": null}), None),
    ] {
        let platform = answering(unconfirmed);
        let client = platform.client();
        let scope = || DeleteScope::user("alice").erase(true);
        let one = || DeleteMemory::new("m-1").erase(true);
        for (refused, name) in [
            (client.delete(one()).await.map(drop), "delete"),
            (client.execute(one()).await.map(drop), "delete"),
            (client.delete_all(scope()).await.map(drop), "delete_all"),
            (client.execute(DeleteAllMemories::new(scope())).await.map(drop), "delete_all"),
            (client.batch_delete([one()]).await.unwrap().all().map(drop), "batch_delete"),
            (client.execute(BatchDelete::new([one()])).await.map(drop), "batch_delete"),
        ] {
            let error = refused.unwrap_err();
            assert_eq!((error.kind(), error.code().as_str()), (ErrorKind::NotErased, "NOT_ERASED"));
            assert_eq!((error.operation(), error.status()), (Some(name), Some(StatusCode::OK)));
            assert!(!error.is_retryable() && !error.is_outcome_unknown());
            assert!(error.to_string().contains("history, events and deliveries may remain"));
            assert!(error.suggestion().contains("delete_users"));
            assert_eq!(error.event_id(), event_id);
        }
        // Who did not ask for it needs no confirmation.
        client.delete("m-1").await.unwrap();
        client.delete_all(DeleteScope::user("alice").erase(false)).await.unwrap();
        client.batch_delete([DeleteMemory::new("m-1").erase(false)]).await.unwrap().all().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_confirmed_answer_is_returned() {
    let platform = answering(json!({"message": "done", "event_id": "e-1", "erase": true}));
    let client = platform.client();
    let deleted = client.delete(DeleteMemory::new("m-1").erase(true)).await.unwrap();
    assert_eq!(deleted.erase, Some(true));
    let queued = client.delete_all(DeleteScope::user("alice").erase(true)).await.unwrap();
    assert_eq!((queued.erase, queued.event_id.as_deref()), (Some(true), Some("e-1")));
    let ids = (0..1001).map(|n| DeleteMemory::new(format!("m-{n}")).erase(true));
    let answers = client.batch_delete(ids).await.unwrap().all().unwrap();
    assert!(answers.len() == 1001 && answers.iter().all(|answer| answer.erase == Some(true)));
    let asked = platform.asked();
    assert_eq!(asked[0].target(), "/v1/memories/m-1/?erase=true");
    assert_eq!(asked[1].target(), "/v1/memories/?user_id=alice&erase=true");
    assert!(asked[2..].iter().all(|batch| batch.json()["erase"] == true) && asked.len() == 4);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_answer_was_lost_is_not_taken_for_erased() {
    let platform = Platform::new(|asked| match asked.index {
        0 => Reply::status(502),
        _ => Reply::text(404, r#"{"error": "Memory not found!"}"#),
    });
    let client = platform.builder().retry(RetryPolicy::default()).build().unwrap();
    let error = client.delete(DeleteMemory::new("m-1").erase(true)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotErased);
    assert_eq!(platform.requests(), 2);
}

#[tokio::test]
async fn a_batch_erases_all_or_none_and_has_no_other_options() {
    let platform = answering(json!({"erase": true}));
    let client = platform.client();
    let mixed = [DeleteMemory::new("m-1").erase(true), DeleteMemory::new("m-2")];
    let refused = client.batch_delete(mixed).await.unwrap_err();
    assert_eq!(refused.invalid_input().unwrap().field(), "memories[1].erase");
    let linked = [DeleteMemory::new("m-1").delete_linked(true)];
    let refused = client.batch_delete(linked).await.unwrap_err();
    assert_eq!(refused.invalid_input().unwrap().field(), "memories[0].delete_linked");
    assert_eq!(platform.requests(), 0);
}
