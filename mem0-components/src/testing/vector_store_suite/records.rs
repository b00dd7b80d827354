use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::subject::{
    Subject, expect_error, expect_ids, expect_record, hit_ids, ids, list, of, payload, search,
};
use crate::testing::random::Random;
use crate::testing::report::{Case, Ended, expect, unless_refused};
use crate::{ComponentErrorKind, Embedding, StoreFilter, StorePage, VectorQuery, VectorRecord};

/// An id that no record has.
const MISSING: &str = "00000000-0000-4000-8000-000000000000";

pub(super) async fn come_back(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let records = on.records("come back", 5);
    collection.insert(&records).await?;
    for record in &records {
        expect_record(collection.get(&record.id).await?, record)?;
    }
    expect(collection.get(MISSING).await?.is_none(), || {
        "`get` returned a record under an id that was never stored".to_owned()
    })?;
    let listed = list(&*collection, &of("come back"), 100).await?;
    expect_ids(ids(&listed), ids(&records), "`list` right after an insert")?;
    for record in &records {
        let found = listed.iter().find(|found| found.id == record.id).cloned();
        expect_record(found, record)?;
    }
    let hits = search(&*collection, &on.at(0.0), &of("come back"), 100).await?;
    expect_ids(hit_ids(&hits), ids(&records), "`search` right after an insert")
}

pub(super) async fn inserted_twice(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let records = on.records("twice", 10);
    collection.insert(&records).await?;
    collection.insert(&records).await?;
    let listed = list(&*collection, &of("twice"), 100).await?;
    expect_ids(ids(&listed), ids(&records), "`list` after inserting twice")?;
    let hits = search(&*collection, &on.at(0.0), &of("twice"), 100).await?;
    expect_ids(hit_ids(&hits), ids(&records), "`search` after inserting twice")
}

pub(super) async fn replaced(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let id = Random::new(7).uuid();
    let old = payload("replaced", [("data", json!("old")), ("only_old", json!(1))]);
    let new = payload("replaced", [("data", json!("new")), ("only_new", json!(2))]);
    let old = VectorRecord::new(&*id, on.at(0.0), old);
    let new = VectorRecord::new(&*id, on.at(1.2), new);
    collection.insert(&[old]).await?;
    collection.insert(std::slice::from_ref(&new)).await?;
    expect_record(collection.get(&id).await?, &new)?;
    let hits = search(&*collection, &on.at(1.2), &of("replaced"), 10).await?;
    expect_ids(hit_ids(&hits), [&*id], "`search` after a record was replaced")?;
    expect(hits[0].score > 0.9, || "`search` compares with the vector that was replaced".to_owned())
}

pub(super) async fn other_length(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let stored = on.records("length", 1);
    collection.insert(&stored).await?;
    for length in [on.dimensions - 1, on.dimensions + 1] {
        let odd = Embedding::new(vec![0.5; length]);
        let mut batch = on.records("length of a batch", 3);
        batch[1].vector = odd.clone();
        let kind = ComponentErrorKind::Configuration;
        expect_error(
            collection.insert(&batch).await,
            kind,
            "inserting a vector of another length",
        )?;
        let listed = list(&*collection, &of("length of a batch"), 100).await?;
        expect(listed.is_empty(), || "a part of a batch that was refused is stored".to_owned())?;
        let updated = collection.update(&stored[0].id, Some(&odd), None).await;
        expect_error(updated, kind, "an update with a vector of another length")?;
        let found = search(&*collection, &odd, &of("length"), 10).await;
        expect_error(found, kind, "a search with a vector of another length")?;
    }
    expect_record(collection.get(&stored[0].id).await?, &stored[0])
}

pub(super) async fn empty_batch(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    collection.insert(&[]).await?;
    collection.delete(&[]).await?;
    let records = on.records("empty batch", 1);
    collection.insert(&records).await?;
    collection.delete(&[]).await?;
    expect_record(collection.get(&records[0].id).await?, &records[0])
}

pub(super) async fn odd_ids(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let long = "long".repeat(32);
    let odd = [
        "a", "A", "0", "00", "a b", " a", "a/b", "a\\b", "..", "a%20b", "a?b#c", "it's", "\"",
        "日本", "é", "e\u{301}", "*", "a,b", "null", "{}", &long,
    ];
    let mut refused = None;
    let mut kept = Vec::new();
    for (at, id) in odd.into_iter().enumerate() {
        let record =
            VectorRecord::new(id, on.at(at as f32 / 20.0), payload("odd", [("at", at.into())]));
        match unless_refused(collection.insert(std::slice::from_ref(&record)).await) {
            Ok(()) => kept.push(record),
            Err(Ended::Refused(error)) => refused = Some(error),
            Err(failed) => return Err(failed),
        }
    }
    for record in &kept {
        expect_record(collection.get(&record.id).await?, record)?;
    }
    let listed = list(&*collection, &of("odd"), 7).await?;
    expect_ids(ids(&listed), ids(&kept), "`list` of odd ids")?;
    for (at, record) in kept.iter().enumerate() {
        collection.delete(&[&*record.id]).await?;
        let listed = list(&*collection, &of("odd"), 100).await?;
        expect_ids(ids(&listed), ids(&kept[at + 1..]), "`list` after an odd id was deleted")?;
    }
    refused.map_or(Ok(()), |error| {
        Err(Ended::Refused(format!("{} of {} ids: {error}", odd.len() - kept.len(), odd.len())))
    })
}

pub(super) async fn payloads(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let values: [Value; 24] = [
        json!(""),
        json!(" leading and trailing "),
        json!("日本語 😀 é e\u{301} \u{202e}right to left"),
        json!("\"quotes\" 'single' back\\slash \n \t \u{1}"),
        json!("2026-03-01T09:30:00.630547+00:00"),
        json!("12"),
        json!(0),
        json!(-17),
        json!(9_007_199_254_740_993_i64),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(0.1),
        json!(0.30000000000000004),
        json!(1.0),
        json!(-1e-9),
        json!(1.7976931348623157e308),
        json!(true),
        json!(false),
        json!([]),
        json!([1, "two", null, [3.5, {"four": []}]]),
        json!({}),
        json!({"a": {"b": {"c": [{"d": "deep"}]}}, "": "an empty name", "日本": 1}),
        json!("x".repeat(20_000)),
    ];
    let mut random = Random::new(11);
    let mut records = Vec::new();
    for (at, value) in values.into_iter().enumerate() {
        // A field for each: one field with many types may be refused.
        let field = format!("value_{at}");
        let payload = payload("payloads", [(&*field, value), ("at", at.into())]);
        records.push(VectorRecord::new(random.uuid(), on.at(at as f32 / 25.0), payload));
    }
    collection.insert(&records).await?;
    for record in &records {
        expect_record(collection.get(&record.id).await?, record)?;
    }
    let hits = search(&*collection, &on.at(0.0), &of("payloads"), 100).await?;
    for record in &records {
        let hit = hits.iter().find(|hit| hit.id == record.id);
        let found =
            hit.map(|hit| VectorRecord::new(&*hit.id, record.vector.clone(), hit.payload.clone()));
        expect_record(found, record)?;
    }
    Ok(())
}

pub(super) async fn paged(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let (records, others) = (on.records("paged", 1_000), on.records("not paged", 50));
    collection.insert(&records).await?;
    collection.insert(&others).await?;
    for size in [64, 1_000] {
        let listed = list(&*collection, &of("paged"), size).await?;
        expect_ids(ids(&listed), ids(&records), &format!("a list in pages of {size}"))?;
    }
    let first = collection.list(&of("paged"), &StorePage::first(64)).await?;
    let rows = first.records.len();
    expect(rows <= 64, || format!("a page of 64 rows has {rows}"))
}

pub(super) async fn updated(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let mut records = on.records("updated", 4);
    records.iter_mut().for_each(|record| record.vector = on.at(0.0));
    collection.insert(&records).await?;

    records[0].vector = on.at(1.2);
    collection.update(&records[0].id, Some(&records[0].vector), None).await?;
    records[1].payload = payload("updated", [("data", json!("changed")), ("new", json!([1]))]);
    collection.update(&records[1].id, None, Some(&records[1].payload)).await?;
    records[2].vector = on.at(1.4);
    records[2].payload = payload("updated", [("data", json!("both"))]);
    let (vector, new) = (&records[2].vector, &records[2].payload);
    collection.update(&records[2].id, Some(vector), Some(new)).await?;

    for record in &records {
        expect_record(collection.get(&record.id).await?, record)?;
    }
    let hits = search(&*collection, &on.at(1.4), &of("updated"), 10).await?;
    expect(hit_ids(&hits).take(2).eq([&*records[2].id, &*records[0].id]), || {
        "`search` does not compare with the vectors that were updated".to_owned()
    })?;
    let listed = list(&*collection, &of("updated"), 100).await?;
    expect_ids(ids(&listed), ids(&records), "`list` after updates")
}

pub(super) async fn missing_update(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let new = payload("missing", [("data", json!("new"))]);
    for (vector, payload) in
        [(Some(on.at(0.0)), None), (None, Some(&new)), (Some(on.at(0.0)), Some(&new))]
    {
        let answer = collection.update(MISSING, vector.as_ref(), payload).await;
        let Err(error) = answer else {
            return Err(Ended::Failed("an update of a missing record succeeded".to_owned()));
        };
        expect(!error.is_transient(), || {
            format!("an update of a missing record fails as if it might succeed later: {error}")
        })?;
        expect(collection.get(MISSING).await?.is_none(), || {
            "an update of a missing record stored one".to_owned()
        })?;
    }
    Ok(())
}

pub(super) async fn deleted(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let records = on.records("deleted", 10);
    collection.insert(&records).await?;
    let (gone, left) = records.split_at(4);
    collection.delete(&ids(gone).collect::<Vec<_>>()).await?;
    for record in gone {
        let found = collection.get(&record.id).await?;
        expect(found.is_none(), || "`get` returned a deleted record".to_owned())?;
    }
    let listed = list(&*collection, &of("deleted"), 100).await?;
    expect_ids(ids(&listed), ids(left), "`list` after a delete")?;
    let hits = search(&*collection, &gone[0].vector, &of("deleted"), 100).await?;
    expect_ids(hit_ids(&hits), ids(left), "`search` after a delete")
}

pub(super) async fn missing_delete(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let records = on.records("missing delete", 2);
    collection.insert(&records).await?;
    collection.delete(&[MISSING]).await?;
    collection.delete(&[MISSING, &*records[0].id]).await?;
    collection.delete(&[&*records[0].id]).await?;
    let listed = list(&*collection, &of("missing delete"), 100).await?;
    expect_ids(ids(&listed), ids(&records[1..]), "`list` after a delete beside a missing record")
}

pub(super) async fn hidden(on: &Subject<'_>) -> Case {
    /// What must be shown nowhere.
    const CONTENT: &str = "heliotrope";
    let collection = on.fresh().await?;
    let content = payload("hidden", [("data", json!(CONTENT))]);
    let mut record = VectorRecord::new(Random::new(5).uuid(), on.at(0.3), content.clone());
    collection.insert(std::slice::from_ref(&record)).await?;
    let filter = StoreFilter::And(vec![of("hidden"), StoreFilter::is("data", CONTENT)]);
    let mut shown = BTreeSet::from([
        format!("{:?}", on.store),
        format!("{collection:?}"),
        format!("{:?}", collection.get(&record.id).await?),
        format!("{:?}", search(&*collection, &on.at(0.3), &filter, 10).await),
        format!("{:?}", list(&*collection, &filter, 10).await),
    ]);
    // Of another length, to be refused, and with a component that is looked for below.
    record.vector = Embedding::new(vec![0.3_f32.cos(); on.dimensions + 1]);
    for error in [
        collection.insert(std::slice::from_ref(&record)).await,
        collection.update(MISSING, None, Some(&content)).await,
        collection.search(&VectorQuery::new(record.vector, 5).filter(filter)).await.map(drop),
    ] {
        let Err(error) = error else { continue };
        shown.extend([format!("{error:?}"), error.to_string()]);
    }
    expect(!shown.iter().any(|shown| shown.contains(CONTENT)), || {
        "a `Debug` or an error shows what a payload holds".to_owned()
    })?;
    // `Debug` of a vector's first component, at this angle.
    let component = format!("{:.4}", 0.3_f32.cos());
    expect(!shown.iter().any(|shown| shown.contains(&component)), || {
        "a `Debug` or an error shows what a vector holds".to_owned()
    })
}
