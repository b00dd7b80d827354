use serde_json::json;

use super::subject::{Subject, expect_ids, hit_ids, ids, of, payload, search};
use crate::testing::random::Random;
use crate::testing::report::{Case, Ended, expect};
use crate::{KeywordQuery, ScoredRecord, VectorRecord};

/// Records of this user at these angles.
fn at_angles(on: &Subject<'_>, user: &str, angles: impl Iterator<Item = f32>) -> Vec<VectorRecord> {
    let mut random = Random::new(user.len() as u64);
    let record = |angle| {
        VectorRecord::new(random.uuid(), on.at(angle), payload(user, [("data", json!("memory"))]))
    };
    angles.map(record).collect()
}

fn expect_scores(hits: &[ScoredRecord]) -> Case {
    for hit in hits {
        let score = hit.score;
        expect((0.0..=1.0).contains(&score), || format!("a score is {score}, not from 0 to 1"))?;
    }
    expect(hits.is_sorted_by(|one, next| one.score >= next.score), || {
        "hits are not in the order of their scores".to_owned()
    })
}

pub(super) async fn nearest_first(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    // In another order than they are found in.
    let records = at_angles(on, "nearest", [0.6, 1.2, 0.0, 0.9, 0.3, 2.9].into_iter());
    collection.insert(&records).await?;
    let hits = search(&*collection, &on.at(0.0), &of("nearest"), 10).await?;
    expect_ids(hit_ids(&hits), ids(&records), "`search`")?;
    expect_scores(&hits)?;
    let order = [2, 4, 0, 3, 1, 5].map(|at: usize| records[at].id.as_str());
    expect(hit_ids(&hits).eq(order), || "the nearest record does not come first".to_owned())?;
    expect(hits.is_sorted_by(|one, next| one.score > next.score), || {
        "records at different distances have the same score".to_owned()
    })
}

pub(super) async fn as_many(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let records = at_angles(on, "as many", (0..20).map(|at| at as f32 / 15.0));
    collection.insert(&records).await?;
    for limit in [1, 7, 20, 100] {
        let hits = search(&*collection, &on.at(0.0), &of("as many"), limit).await?;
        let nearest = &records[..limit.min(records.len())];
        expect_ids(hit_ids(&hits), ids(nearest), &format!("a search for {limit} of 20 records"))?;
    }
    Ok(())
}

pub(super) async fn not_starved(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let near = at_angles(on, "near", (0..200).map(|at| at as f32 / 1_000.0));
    let far = at_angles(on, "far", (0..5).map(|at| 1.2 + at as f32 / 100.0));
    collection.insert(&near).await?;
    collection.insert(&far).await?;
    let hits = search(&*collection, &on.at(0.0), &of("far"), 5).await?;
    expect_ids(hit_ids(&hits), ids(&far), "a search among few records that are far away")
}

pub(super) async fn words(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let mut random = Random::new(3);
    let mut record = |user: &str, text: &str| {
        let texts = [("data", json!(text)), ("text_lemmatized", json!(text.to_lowercase()))];
        VectorRecord::new(random.uuid(), on.at(0.5), payload(user, texts))
    };
    let records = [
        record("words", "heliotrope grows beside the marble fountain"),
        record("words", "heliotrope"),
        record("words", "nothing of the kind"),
        record("other words", "heliotrope grows beside the marble fountain"),
    ];
    collection.insert(&records).await?;
    let query = KeywordQuery::new("heliotrope marble fountain", 10).filter(of("words"));
    let Some(answer) = collection.keyword_search(&query) else {
        return Err(Ended::Refused("the store has no search for words".to_owned()));
    };
    let hits = answer.await?;
    expect_scores(&hits)?;
    // Whether every word must occur is the store's affair.
    expect(hits.first().is_some_and(|hit| hit.id == records[0].id), || {
        "the record with all of the words does not come first".to_owned()
    })?;
    expect(hits.iter().all(|hit| hit.id == records[0].id || hit.id == records[1].id), || {
        "a search for words returned a record without them, or one that the filter shuts out"
            .to_owned()
    })?;
    let query = KeywordQuery::new("heliotrope", 1).filter(of("words"));
    let hits = match collection.keyword_search(&query) {
        Some(answer) => answer.await?,
        None => Vec::new(),
    };
    expect(hits.len() == 1, || format!("a search for 1 record by a word returned {}", hits.len()))
}
