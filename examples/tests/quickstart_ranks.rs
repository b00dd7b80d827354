//! The quickstart's questions, with the whole search and with half of it switched off.

use std::collections::BTreeSet;

use mem0_examples::conversation::{Conversation, Question};
use mem0_sdk::{AsyncMemoryClient, Filter, MemoryClient, Scope, SearchMemoryOptions, WaitOptions};
use mem0_server::mem0_engine::analysis::{index_terms, query_terms};
use mem0_server::mem0_engine::{Engine, Signals};
use mem0_server::{Authentication, router};
use mem0_tests::checked::checked;

const TOP: u32 = 3;

/// The questions whose answer is not among the first three, and those whose older fact is above
/// the newer one.
struct Missed {
    unanswered: Vec<String>,
    outdated: Vec<String>,
}

#[test]
fn every_question_finds_its_turn_and_each_half_of_the_search_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    let conversation = Conversation::load().unwrap();
    assert!(conversation.turns() >= 150);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = client(&engine, Signals::default());
        // Without the others, who take long to encode and change no score.
        let scope = Scope::user("nadia");
        conversation.remember(&client, &scope, &WaitOptions::default(), |_| {}).await.unwrap();
    });

    let ask = |semantic, keyword| {
        let client = client(&engine, Signals { semantic, keyword, ..Signals::default() });
        runtime.block_on(missed(&client, &conversation))
    };
    let whole = ask(true, true);
    assert_eq!(whole.unanswered, [""; 0]);
    assert_eq!(whole.outdated, [""; 0]);
    let keyword_only = ask(false, true).unanswered;
    assert!(keyword_only.len() >= 3, "without meaning still found: all but {keyword_only:?}");
    for question in Question::load_all().unwrap().iter().filter(|one| one.kind == "paraphrase") {
        assert!(keyword_only.contains(&question.question), "{}", question.question);
    }
    let semantic_only = ask(true, false).unanswered;
    assert!(semantic_only.len() >= 3, "without words still found: all but {semantic_only:?}");

    let app = checked(router(engine.clone(), Authentication::Off));
    let blocking =
        MemoryClient::builder().api_key("test").service_with(move || app).build().unwrap();
    let client = client(&engine, Signals::default());
    for question in Question::load_all().unwrap() {
        let options = || SearchMemoryOptions::new(Filter::user_id("nadia")).top_k(TOP);
        let waited = blocking.search(&question.question, options()).unwrap();
        let awaited = runtime.block_on(client.search(&question.question, options())).unwrap();
        assert_eq!(waited, awaited, "{}", question.question);
    }
}

#[test]
fn a_paraphrase_shares_no_word_with_its_turn() {
    let conversation = Conversation::load().unwrap();
    let questions = Question::load_all().unwrap();
    let paraphrases: Vec<_> = questions.iter().filter(|one| one.kind == "paraphrase").collect();
    assert!(paraphrases.len() >= 3);
    for question in paraphrases {
        let asked: BTreeSet<_> = query_terms(&question.question).into_iter().collect();
        assert!(!asked.is_empty());
        for turn in conversation.sessions.iter().flat_map(|session| &session.turns) {
            if question.turns.contains(&turn.id) {
                let said = index_terms(&format!("{}: {}", turn.speaker, turn.text));
                assert!(said.iter().all(|term| !asked.contains(term)), "{}", question.question);
            }
        }
    }
}

fn client(engine: &Engine, signals: Signals) -> AsyncMemoryClient {
    let app = checked(router(engine.clone().with_signals(signals), Authentication::Off));
    AsyncMemoryClient::builder().api_key("test").service(app).build().unwrap()
}

async fn missed(client: &AsyncMemoryClient, conversation: &Conversation) -> Missed {
    let mut missed = Missed { unanswered: Vec::new(), outdated: Vec::new() };
    for question in Question::load_all().unwrap() {
        let filter = Filter::user_id("nadia");
        let everything = SearchMemoryOptions::new(filter.clone()).top_k(1000).threshold(0.0);
        let hits = client.search(&question.question, everything).await.unwrap();
        // A memory that neither half has anything to say about has no place at all.
        let mut scored = hits.clone();
        scored.results.retain(|hit| hit.score.is_some_and(|score| score > 0.0));
        assert!(
            hits.results.iter().all(|hit| hit.user_id.as_deref() == Some("nadia")),
            "someone else's memory was found",
        );
        let rank = conversation.rank(&scored, &question.turns);
        if question.turns.is_empty() {
            let found = client.search(&question.question, filter).await.unwrap();
            // The nearest of all may come, with a score that says how little it is.
            if found.results.iter().any(|hit| hit.score.is_none_or(|score| score >= 0.3)) {
                missed.unanswered.push(question.question);
            }
            continue;
        }
        let old = conversation.rank(&scored, &question.superseded);
        if old.is_some_and(|old| rank.is_none_or(|rank| old < rank)) {
            missed.outdated.push(question.question.clone());
        }
        if rank.is_none_or(|rank| rank > TOP as usize) {
            missed.unanswered.push(question.question);
        }
    }
    missed
}
