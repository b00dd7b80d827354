//! 4: recalled text is not learned again.

use super::scene::*;
use serde_json::json;

#[test]
fn what_was_recalled_into_a_message_is_refused() {
    let mut misses = Misses::default();
    for message in [
        "<memories>\n- User likes green tea\n</memories>\nWhat shall I cook today?",
        "Relevant memories: User likes green tea.\n\nWhat shall I cook today?",
        "What shall I cook today?\n\nUser memories:\n- User likes green tea\n- User has a dog",
        "Here are the relevant memories about me:\n1. User likes green tea\n\nWhat shall I cook today?",
        "## Memories:\nUser likes green tea",
        "<relevant_memories>User likes green tea</relevant_memories> hello",
    ] {
        for text in ["User likes green tea", "User is fond of green tea"] {
            misses.eq(
                says(message).why("User likes green tea", text),
                "recalled",
                message.to_string(),
            );
        }
        // Under another quote the recalled words are nobody's.
        let why = says(message).why("What shall I cook today?", "User likes green tea");
        assert!(["question", "quote", "unfaithful"].contains(&why), "{message}: {why:?}");
    }
}

#[test]
fn what_was_said_beside_recalled_text_is_learned() {
    let scene = says("<memories>\n- User likes green tea\n</memories>\nI adopted a puppy.");
    assert_eq!(scene.why("I adopted a puppy", "User adopted a puppy"), "");
    // Said in a person's own words, too, it is evidence.
    let scene = says("Relevant memories: likes green tea\n\nYes, I like green tea.");
    assert_eq!(scene.why("I like green tea", "User likes green tea"), "");
}

#[test]
fn system_messages_and_tools_teach_nothing() {
    let mut misses = Misses::default();
    for role in ["system", "developer", "tool", "function"] {
        let mut said = system("The user likes green tea");
        said.role = role.to_owned();
        let scene = scene([said, user("Hello!")]);
        assert_eq!(
            scene.why("The user likes green tea", "User likes green tea"),
            "recalled",
            "{role}"
        );
        misses.eq(scene.why("Hello!", "User likes green tea"), "unfaithful", role.to_string());
    }
}

#[test]
fn what_the_assistant_quotes_of_memory_is_refused() {
    let mut misses = Misses::default();
    let scene = scene([
        user("What do you know of me?"),
        assistant("You told me that you like green tea, and that you have a dog called Bodo."),
    ])
    .known(&["User likes green tea", "User has a dog called Bodo"]);
    for text in ["User likes green tea", "User has a dog called Bodo"] {
        let fact = json!({"message": 2, "quote": "you like green tea, and that you have a dog called Bodo",
            "text": text, "about": "user"});
        misses.eq(scene.refusal(fact), "recalled", text.to_string());
    }
}

#[test]
fn quotes_of_earlier_messages_and_of_memories_are_refused() {
    let scene = says("Thanks!")
        .earlier([user("I live in Oslo"), assistant("Nice!")])
        .known(&["User likes green tea"]);
    assert_eq!(scene.why("I live in Oslo", "User lives in Oslo"), "recalled");
    assert_eq!(scene.why("User likes green tea", "User likes green tea"), "recalled");
    assert_eq!(scene.why("I live in Bergen", "User lives in Bergen"), "quote");
    assert_eq!(scene.why("", "User lives in Oslo"), "quote");
}

#[test]
fn two_hundred_turns_that_carry_memories_teach_nothing_new() {
    let memories = ["User likes green tea", "User has a dog called Bodo", "User lives in Oslo"];
    for turn in 0..200 {
        let list = memories.map(|memory| format!("- {memory}\n")).concat();
        let question = format!("Question {turn}: what is the weather?");
        let message = match turn % 4 {
            0 => user(&format!("<memories>\n{list}</memories>\n{question}")),
            1 => user(&format!("{question}\n\nRelevant memories:\n{list}")),
            2 => system(&format!("You are helpful.\n{list}")),
            _ => assistant(&format!(
                "As I recall: you like green tea, have a dog called Bodo and live in Oslo. {turn}"
            )),
        };
        let scene = scene([message]).known(&memories);
        let facts: Vec<_> = memories
            .iter()
            .flat_map(|memory| {
                let other = memory.replace("User", "The user");
                [
                    json!({"message": 1, "quote": memory, "text": other, "about": "user"}),
                    json!({"message": 1, "quote": "", "text": memory, "about": "user"}),
                    json!({"message": 1, "quote": "you like green tea", "text": memory}),
                    json!(memory),
                ]
            })
            .collect();
        let found = scene.read(json!(facts));
        assert!(found.facts.is_empty(), "{turn}: {}", found.facts[0].text);
    }
}
