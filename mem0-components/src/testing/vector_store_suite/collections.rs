use super::subject::{Subject, expect_error, expect_ids, expect_record, ids, list, of};
use crate::ComponentErrorKind;
use crate::testing::report::{Case, expect};

pub(super) async fn are_listed(on: &Subject<'_>) -> Case {
    on.fresh_pair().await?;
    let count = |names: &[String], name: &str| names.iter().filter(|one| *one == name).count();
    let names = on.store.collections().await?;
    for name in [on.prefix, &on.other_name()] {
        let times = count(&names, name);
        expect(times == 1, || format!("{name:?} is listed {times} times"))?;
    }
    on.store.delete_collection(&on.other_name()).await?;
    let names = on.store.collections().await?;
    expect(count(&names, &on.other_name()) == 0, || {
        format!("{:?} is listed after it was deleted", on.other_name())
    })?;
    expect(count(&names, on.prefix) == 1, || {
        format!("{:?} is not listed after another one was deleted", on.prefix)
    })
}

pub(super) async fn opening(on: &Subject<'_>) -> Case {
    let records = on.records("opening", 3);
    let collection = on.fresh().await?;
    collection.insert(&records).await?;
    let again = on.store.collection(on.prefix, on.dimensions).await?;
    for collection in [&collection, &again] {
        let dimensions = collection.dimensions();
        expect(dimensions == on.dimensions, || {
            format!("a collection of {} dimensions says that it has {dimensions}", on.dimensions)
        })?;
        expect_record(collection.get(&records[1].id).await?, &records[1])?;
    }
    Ok(())
}

pub(super) async fn dimensions(on: &Subject<'_>) -> Case {
    let records = on.records("dimensions", 1);
    on.fresh().await?.insert(&records).await?;
    let other = on.store.collection(on.prefix, on.dimensions + 1).await;
    let what = "opening a collection with another number of dimensions";
    expect_error(other, ComponentErrorKind::Configuration, what)?;
    let collection = on.store.collection(on.prefix, on.dimensions).await?;
    expect_record(collection.get(&records[0].id).await?, &records[0])
}

pub(super) async fn are_apart(on: &Subject<'_>) -> Case {
    let (one, other) = on.fresh_pair().await?;
    let mut here = on.records("apart", 4);
    let there = on.records("apart", 3);
    one.insert(&here).await?;
    other.insert(&there).await?;
    // The first three are in both. Now the first one differs.
    here[0].payload.insert("data".to_owned(), "changed".into());
    one.insert(&here[..1]).await?;
    for (collection, records) in [(&one, &here), (&other, &there)] {
        for record in records {
            expect_record(collection.get(&record.id).await?, record)?;
        }
        let listed = list(&**collection, &of("apart"), 100).await?;
        expect_ids(ids(&listed), ids(records), "a list of one collection")?;
    }
    let beyond = other.get(&here[3].id).await?;
    expect(beyond.is_none(), || "a record of one collection is in another".to_owned())?;
    one.delete(&ids(&here).collect::<Vec<_>>()).await?;
    let listed = list(&*other, &of("apart"), 100).await?;
    expect_ids(ids(&listed), ids(&there), "a list after a delete in another collection")
}

pub(super) async fn reset(on: &Subject<'_>) -> Case {
    let (one, other) = on.fresh_pair().await?;
    let (here, there) = (on.records("reset", 5), on.records("reset other", 5));
    one.insert(&here).await?;
    other.insert(&there).await?;
    one.reset().await?;
    let listed = list(&*one, &of("reset"), 100).await?;
    expect(listed.is_empty(), || "a collection has records after its reset".to_owned())?;
    expect(one.get(&here[0].id).await?.is_none(), || "a record outlived a reset".to_owned())?;
    let listed = list(&*other, &of("reset other"), 100).await?;
    expect_ids(ids(&listed), ids(&there), "a list after the reset of another collection")?;
    one.insert(&here[..1]).await?;
    expect_record(one.get(&here[0].id).await?, &here[0])
}

pub(super) async fn deleting(on: &Subject<'_>) -> Case {
    let (one, other) = on.fresh_pair().await?;
    let (here, there) = (on.records("deleting", 5), on.records("deleting other", 5));
    one.insert(&here).await?;
    other.insert(&there).await?;
    on.store.delete_collection(on.prefix).await?;
    on.store.delete_collection(on.prefix).await?;
    let other = on.store.collection(&on.other_name(), on.dimensions).await?;
    let listed = list(&*other, &of("deleting other"), 100).await?;
    expect_ids(ids(&listed), ids(&there), "a list after another collection was deleted")?;
    let one = on.store.collection(on.prefix, on.dimensions).await?;
    let listed = list(&*one, &of("deleting"), 100).await?;
    expect(listed.is_empty(), || "a collection that was made anew has old records".to_owned())
}

pub(super) async fn leaving(on: &Subject<'_>) -> Case {
    for name in [on.prefix, &on.other_name()] {
        on.store.delete_collection(name).await?;
    }
    let names = on.store.collections().await?;
    let left = names.iter().find(|name| **name == on.prefix || **name == on.other_name());
    expect(left.is_none(), || "a collection is listed after it was deleted".to_owned())
}
