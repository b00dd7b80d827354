//! Ten thousand memories of other people, which no search of one's own may ever show.

use mem0_sdk::{AddMemoryOptions, AsyncMemoryClient, Error, Message, Scope};

/// How many other users there are.
pub const USERS: usize = 100;
/// How many memories each of them has.
pub const MEMORIES_EACH: usize = 100;

const SUBJECTS: [&str; 10] = [
    "I",
    "My sister",
    "My neighbour",
    "Our teacher",
    "Grandmother",
    "My flatmate",
    "The doctor",
    "My cat",
    "Our landlord",
    "My boss",
];

/// The same things that friends talk about everywhere: a leak would show.
const FACTS: [&str; 10] = [
    "moved to {place} last spring and lives on a hill there",
    "is allergic to {food} and never eats it",
    "works in {place} now, for a cabinetmaker",
    "is training for a race in {place}",
    "gets married in {place} in October",
    "bought a car in {place}, a small red one",
    "saw a film about {food} and cried",
    "studies Japanese in {place}, 毎週木曜日に",
    "takes a new medicine with {food} every morning",
    "painted a sign with {food} on it in {place}",
];

const PLACES: [&str; 10] =
    ["Lisbon", "Ghent", "Leith", "Kanazawa", "Glasgow", "Rome", "Oslo", "Kyoto", "Porto", "Vienna"];

const FOODS: [&str; 10] = [
    "hazelnuts",
    "sushi",
    "cheese",
    "mackerel",
    "figs",
    "rice",
    "plums",
    "walnuts",
    "bread",
    "eggs",
];

/// What one of the other users has said: as many different sentences as there are memories.
pub fn messages(user: usize) -> Vec<Message> {
    (0..MEMORIES_EACH)
        .map(|number| {
            let (fact, subject) = (number % 10, number / 10);
            let place = PLACES[(user + number) % 10];
            let food = FOODS[(user / 10 + number / 10) % 10];
            let fact = FACTS[fact].replace("{place}", place).replace("{food}", food);
            Message::user(format!("{} {fact}.", SUBJECTS[subject]))
        })
        .collect()
}

/// Stores the crowd, each user's memories in one add.
pub async fn store(client: &AsyncMemoryClient, mut stored: impl FnMut(usize)) -> Result<(), Error> {
    for user in 0..USERS {
        let scope = Scope::user(format!("someone-else-{user}"));
        client.add(messages(user), AddMemoryOptions::new(scope).infer(false)).await?;
        stored(MEMORIES_EACH);
    }
    Ok(())
}
