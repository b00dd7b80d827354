//! The key and the request go to the origin of the base URL and nowhere else.

use std::time::Duration;

use http::Method;
use mem0_client::{
    AsyncMemoryClient, Call, DeleteEverything, ErrorKind, Filter, Repeat, RetryPolicy, Scope,
    WaitOptions,
};
use serde_json::json;

use crate::platform::KEY;
use crate::server::{Server, ok};

fn client(server: &Server) -> AsyncMemoryClient {
    AsyncMemoryClient::builder()
        .api_key(KEY)
        .base_url(server.url())
        .retry(RetryPolicy::none())
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_| ok("{}"));
    for status in [301, 302, 303, 307, 308] {
        let location = elsewhere.url();
        let server = Server::start(move |_| {
            format!(
                "HTTP/1.1 {status} Moved\r\nlocation: {location}/v1/ping/\r\ncontent-length: 0\r\n\r\n"
            )
        });
        let client = client(&server);
        for error in [
            client.ping().await.unwrap_err(),
            client.search("dinner", Filter::user_id("alice")).await.unwrap_err(),
            client.add("I climb", Scope::user("alice")).await.unwrap_err(),
            client.update("m-1", "Climbs").await.unwrap_err(),
            client.delete("m-1").await.unwrap_err(),
        ] {
            assert_eq!(error.code(), format!("HTTP_{status}"), "{error:?}");
            assert_eq!(error.kind(), ErrorKind::Server);
        }
        assert_eq!(server.heard().len(), 5);
        let key = format!("authorization: Token {KEY}");
        assert!(server.heard().iter().all(|heard| heard.headers.contains(&key)));
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn the_address_of_a_next_page_is_not_followed() {
    let elsewhere = Server::start(|_| ok("{}"));
    let next = format!("{}/v3/memories/?page=2", elsewhere.url());
    let server = Server::start(move |heard| {
        let last = heard.line.contains("page=2");
        let next = (!last).then_some(&next);
        let id = if last { "second" } else { "first" };
        let row = json!({"id": id, "memory": id, "name": id, "type": "user"});
        match heard.line.starts_with("DELETE") {
            true => ok("{}"),
            false => ok(&json!({"count": 2, "next": next, "results": [row]}).to_string()),
        }
    });
    let client = client(&server);

    let mut all = client.get_all_stream(Filter::user_id("alice"));
    let mut ids = Vec::new();
    while let Some(memory) = all.next().await {
        ids.push(memory.unwrap().id);
    }
    assert_eq!(ids, ["first", "second"]);

    let users = client.users().await.unwrap();
    let names: Vec<_> = users.results.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);

    let reset = client.reset(DeleteEverything, WaitOptions::new()).await.unwrap();
    assert!(reset.is_complete() && reset.entities.len() == 2);

    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_hand_made_path_cannot_lead_away_from_the_base_url() {
    let (server, elsewhere) = (Server::start(|_| ok("{}")), Server::start(|_| ok("{}")));
    let port = elsewhere.port();
    let base_url = format!("{}/mem0", server.url());
    let client = AsyncMemoryClient::builder().api_key(KEY).base_url(base_url).build().unwrap();
    let at_the_root = self::client(&server);
    for path in [
        format!("@127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("/\\127.0.0.1:{port}/"),
        "0/v1/ping/".to_owned(),
        String::new(),
        "v1/ping/".to_owned(),
        "/../v1/ping/".to_owned(),
        "/v1/..".to_owned(),
        "/v1/./ping/".to_owned(),
        "/%2e%2e/v1/ping/".to_owned(),
        "/v1//ping/".to_owned(),
        "/v1/ping/?user_id=alice".to_owned(),
        "/v1/ping/#".to_owned(),
        "/v1/pi\tng/".to_owned(),
        "/v1/pïng/".to_owned(),
        "/v1/{/".to_owned(),
        "/v1/}/".to_owned(),
    ] {
        for client in [&client, &at_the_root] {
            let call = Call::new("ping", Method::GET, path.clone(), Repeat::Read);
            let error = client.execute(call).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{path}: {error:?}");
        }
    }
    assert_eq!((server.connections(), elsewhere.connections()), (0, 0));
    client.execute(Call::new("ping", Method::GET, "/v1/a.b/~c:@d/", Repeat::Read)).await.unwrap();
    assert_eq!(server.heard()[0].line, "GET /mem0/v1/a.b/~c:@d/ HTTP/1.1");
}
