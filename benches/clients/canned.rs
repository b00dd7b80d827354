//! The requests of all contenders, and the answers of the server: the same bytes each time.

use serde_json::{Value, json};

pub const API_KEY: &str = "m0-measured";
pub const USER: &str = "alice";
pub const QUERY: &str = "what can I cook for dinner?";
pub const MESSAGES: [(&str, &str); 2] = [
    ("user", "I'm vegetarian and allergic to nuts, and I cook for four on most evenings."),
    ("assistant", "Noted: no meat, no nuts, and enough for four. Shall I plan the week?"),
];

/// The number of rows of the long list, and of each of its pages.
pub const STREAMED: u32 = 20_000;
pub const PAGE: u32 = 200;

const FACTS: [&str; 8] = [
    "Is vegetarian and allergic to nuts",
    "Cooks for four people on most evenings and prefers meals that take less than forty minutes",
    "Calls the weekly shopping \"the expedition\" and does it on Saturdays before nine",
    "Lives in Zürich, near the lake, and takes the tram to work",
    "Has a daughter, Mia, who turns seven in March and wants a cake with strawberries",
    "Runs ten kilometres on Wednesdays and Sundays; training for the half marathon in Lausanne in the autumn",
    "Reads crime novels in the evening",
    "Wants answers in short sentences, without exclamation marks, and with sources where there are any",
];
const CATEGORIES: [&[&str]; 4] =
    [&["food"], &["family", "food"], &["hobbies", "sports", "health"], &["work"]];

/// One row, with every field of the specification's example of the operation.
fn row(index: u32, of_search: bool) -> Value {
    let at = |list: usize| index as usize % list;
    let mut row = json!({
        "id": format!("{:08x}-6d20-4a5e-9d62-{:012x}", index.wrapping_mul(2_654_435_761), index),
        "memory": FACTS[at(FACTS.len())],
        "user_id": USER,
        "agent_id": "kitchen-bot",
        "app_id": null,
        "metadata": {"source": "chat", "turn": index, "draft": false},
        "categories": CATEGORIES[at(CATEGORIES.len())],
        "expiration_date": null,
        "created_at": format!("2026-08-22T10:{:02}:{:02}.630547-07:00", index / 60 % 60, index % 60),
        "updated_at": format!("2026-08-22T11:{:02}:{:02}.118204-07:00", index / 60 % 60, index % 60),
    });
    let more = if of_search {
        json!({
            "run_id": "session-17",
            "score": 0.911 - f64::from(index) / 17.0,
            "score_breakdown": {"semantic": 0.7342, "bm25": 0.4411, "entity": 0.0},
        })
    } else {
        json!({
            "session_id": "session-17",
            "structured_attributes": {
                "day": 22, "hour": 10, "year": 2026, "month": 8, "minute": index % 60, "quarter": 3,
                "is_weekend": true, "day_of_week": "saturday", "day_of_year": 234, "week_of_year": 34,
            },
            "synthesized": false,
        })
    };
    if let (Value::Object(row), Value::Object(more)) = (&mut row, more) {
        row.extend(more);
    }
    row
}

pub fn search_answer() -> String {
    json!({"results": (0..10).map(|index| row(index, true)).collect::<Vec<_>>()}).to_string()
}

pub fn add_answer() -> String {
    json!({
        "message": "Memory processing has been queued for background execution",
        "status": "PENDING",
        "event_id": "0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10",
    })
    .to_string()
}

/// A page of the long list, counted from 1.
pub fn list_answer(page: u32, size: u32) -> String {
    let rows = (page - 1) * size..(page * size).min(STREAMED);
    let next = (page * size < STREAMED)
        .then(|| format!("http://api.example/v3/memories/?page={}&page_size={size}", page + 1));
    json!({
        "count": STREAMED,
        "next": next,
        "previous": null,
        "results": rows.map(|index| row(index, false)).collect::<Vec<_>>(),
    })
    .to_string()
}

pub fn ping_answer() -> String {
    json!({
        "status": "ok", "org_id": "org-1", "project_id": "proj-1", "user_email": "ada@example.com",
    })
    .to_string()
}
