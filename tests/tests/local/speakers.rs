use mem0_client::{AddMemoryOptions, EntityRef, Event, Filter, Message, Role, Scope, WaitOptions};
use serde_json::Value;

use super::platform::Client;

pub(super) async fn a_program_can_show_what_ann_said(client: &Client) {
    let talk = [Message::user("I love hiking").named("Ann"), Message::assistant("Noted")];
    let options = AddMemoryOptions::new(Scope::user("alice")).infer(false);
    let added = ask!(client.add(talk, options)).unwrap();
    assert_eq!(added.skipped, None);
    let data = added.results[0].data.as_ref().unwrap();
    assert_eq!((&data.role, data.actor_id.as_deref()), (&Some(Role::User), Some("Ann")));
    let id = added.results[0].id.clone().unwrap();

    let alice = || Filter::user_id("alice");
    let hits = ask!(client.search("hiking", alice())).unwrap();
    let listed = ask!(client.get_all(alice())).unwrap();
    let alone = ask!(client.get(id.as_str())).unwrap();
    for memory in [&hits[0], &listed[1], &alone] {
        let said = format!("{}: {}", memory.actor_id.as_deref().unwrap(), memory.memory);
        assert_eq!((said.as_str(), &memory.role), ("Ann: I love hiking", &Some(Role::User)));
    }
    assert_eq!((&listed[0].role, &listed[0].actor_id), (&Some(Role::Assistant), &None));
    let changes = ask!(client.history(id.as_str())).unwrap();
    assert_eq!(
        (&changes[0].role, changes[0].actor_id.as_deref()),
        (&Some(Role::User), Some("Ann"))
    );
    let of_alice = ask!(client.get_entity_memories(EntityRef::user("alice"))).unwrap();
    assert_eq!(of_alice[1].actor_id.as_deref(), Some("Ann"));
}

pub(super) async fn a_conversation_of_another_api_is_added_and_the_rest_is_counted(
    client: &Client,
) {
    let rows: Vec<Value> =
        serde_json::from_str(include_str!("../../fixtures/chat_messages.json")).unwrap();
    let talk: Value = rows.iter().map(|row| row["message"].clone()).collect();
    let messages: Vec<Message> = serde_json::from_value(talk).unwrap();
    let others: usize = messages.iter().map(|message| message.other_parts().len()).sum();
    let event: Event =
        ask!(client.add_and_wait(messages, Scope::user("alice"), WaitOptions::new())).unwrap();
    let skipped = event.skipped().unwrap();
    assert_eq!(skipped.part_count(), others as u64);
    // What is said twice has an entry each time.
    let remembered = event.results.len() as u64;
    assert_eq!(remembered + skipped.message_count(), rows.len() as u64);

    let call: Message =
        serde_json::from_str(r#"{"role": "assistant", "content": null, "tool_calls": [{}]}"#)
            .unwrap();
    for infer in [false, true] {
        let options = AddMemoryOptions::new(Scope::user("bob")).infer(infer);
        let added = ask!(client.add(call.clone(), options)).unwrap();
        let skipped = added.skipped.unwrap();
        assert_eq!((skipped.messages["no_text"], skipped.parts["tool_calls"]), (1, 1));
    }
}
