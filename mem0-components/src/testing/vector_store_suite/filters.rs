use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::random_filters;
use super::subject::{Subject, expect_ids, hit_ids, ids, list, of, payload, search};
use crate::testing::random::Random;
use crate::testing::report::{Case, Ended, unless_refused};
use crate::{Collection, StoreFilter, VectorRecord};

/// The filters that a store refused, and one reason.
#[derive(Default)]
struct Refusals {
    asked: usize,
    refused: usize,
    reason: String,
}

impl Refusals {
    fn outcome(self) -> Case {
        if self.refused == 0 {
            return Ok(());
        }
        let Self { asked, refused, reason } = self;
        Err(Ended::Refused(format!("{refused} of {asked} filters, such as: {reason}")))
    }
}

pub(super) async fn random(on: &Subject<'_>) -> Case {
    let collection = on.fresh().await?;
    let mut random = Random::new(2);
    let mut record = || {
        let payload = random_filters::payload(&mut random);
        VectorRecord::new(random.uuid(), on.random_vector(&mut random), payload)
    };
    let records: Vec<VectorRecord> = (0..500).map(|_| record()).collect();
    collection.insert(&records).await?;
    let ours = ids(&records).collect();

    let mut required = Refusals::default();
    for filter in random_filters::required() {
        check(on, &*collection, &records, &ours, &filter, &mut required).await?;
    }
    if let Err(Ended::Refused(what)) = required.outcome() {
        return Err(Ended::Failed(format!("ids cannot be filtered by: {what}")));
    }
    let mut refusals = Refusals::default();
    for _ in 0..300 {
        let filter = random_filters::filter(&mut random);
        check(on, &*collection, &records, &ours, &filter, &mut refusals).await?;
    }
    refusals.outcome()
}

pub(super) async fn types(on: &Subject<'_>) -> Case {
    let values = [
        json!(5),
        json!(5.5),
        json!("5"),
        json!("five"),
        json!(true),
        json!("true"),
        json!(["5"]),
        json!([5]),
        json!([]),
        json!({"5": 5}),
        json!(null),
    ];
    let mut fields: Vec<Vec<(&str, Value)>> =
        values.iter().map(|value| vec![("mixed", value.clone())]).collect();
    fields.push(Vec::new());

    let mut filters = Vec::new();
    for value in &values {
        filters.push(StoreFilter::is("mixed", value.clone()));
        filters.push(StoreFilter::any_of("mixed", [value.clone(), json!("neither")]));
    }
    for text in ["5", "e", "true", "", "["] {
        filters.push(StoreFilter::Contains("mixed".to_owned(), text.to_owned()));
        filters.push(StoreFilter::ContainsIgnoringCase("mixed".to_owned(), text.to_owned()));
    }
    filters.push(StoreFilter::range("mixed", |bounds| bounds.at_least(4)));
    filters.push(StoreFilter::range("mixed", |bounds| bounds.at_least("4")));
    filters.push(StoreFilter::range("mixed", |bounds| bounds.at_most(6)));
    filters.push(StoreFilter::range("mixed", |bounds| bounds.less_than("z")));
    filters.push(StoreFilter::range("mixed", |bounds| bounds.more_than(4).at_most("6")));
    filters.push(StoreFilter::Exists("mixed".to_owned()));
    one_by_one(on, "types", fields, filters).await
}

pub(super) async fn literal(on: &Subject<'_>) -> Case {
    let names = [
        "a.b",
        "a",
        "it's",
        "quo\"te",
        "back\\slash",
        "$ne",
        "日本",
        "with space",
        "AND",
        "a[0]",
        "a->>'b'",
    ];
    let texts = [
        "x",
        "' OR 1=1 --",
        "\"",
        "\\",
        "\\'",
        "*",
        "?",
        "%",
        "a,b",
        "(a|b)",
        "{a}",
        "@tag:{a}",
        "null",
        "line\nbreak",
        "AND",
        "$ne",
        "a-b",
        "-a",
    ];
    let mut fields: Vec<Vec<(&str, Value)>> =
        names.iter().map(|name| vec![(*name, json!("x"))]).collect();
    // What a path through the payload would find instead of a name with a dot in it.
    fields.push(vec![("a", json!({"b": "x"}))]);
    fields.extend(texts.iter().map(|text| vec![("text", json!(text))]));

    let mut filters: Vec<StoreFilter> =
        names.iter().map(|name| StoreFilter::is(*name, "x")).collect();
    filters.extend(names.iter().map(|name| StoreFilter::Exists((*name).to_owned())));
    for text in texts {
        filters.push(StoreFilter::is("text", text));
        filters.push(StoreFilter::Contains("text".to_owned(), text.to_owned()));
        filters.push(StoreFilter::any_of("text", [text, "neither"]));
    }
    one_by_one(on, "literal", fields, filters).await
}

/// A record for each list of fields, and each filter with its negation.
async fn one_by_one(
    on: &Subject<'_>,
    user: &str,
    fields: Vec<Vec<(&str, Value)>>,
    filters: Vec<StoreFilter>,
) -> Case {
    let collection = on.fresh().await?;
    let mut random = Random::new(4);
    let mut records = Vec::new();
    for fields in fields {
        let vector = on.random_vector(&mut random);
        records.push(VectorRecord::new(random.uuid(), vector, payload(user, fields)));
    }
    unless_refused(collection.insert(&records).await)?;
    let ours = ids(&records).collect();
    let mut refusals = Refusals::default();
    for filter in filters {
        let negated = StoreFilter::Not(Box::new(filter.clone()));
        for filter in [filter, negated] {
            let filter = StoreFilter::And(vec![of(user), filter]);
            check(on, &*collection, &records, &ours, &filter, &mut refusals).await?;
        }
    }
    refusals.outcome()
}

/// That `list` and `search` return what the filter matches, or refuse it. `ours` has the records'
/// ids: a filter without an owner may let records of other cases through.
async fn check(
    on: &Subject<'_>,
    collection: &dyn Collection,
    records: &[VectorRecord],
    ours: &BTreeSet<&str>,
    filter: &StoreFilter,
    refusals: &mut Refusals,
) -> Case {
    let matching = records.iter().filter(|record| filter.matches(&record.payload));
    let wanted: Vec<&str> = matching.map(|record| record.id.as_str()).collect();
    let listed = unless_refused(list(collection, filter, records.len()).await);
    let found = unless_refused(search(collection, &on.at(0.0), filter, records.len()).await);
    refusals.asked += 1;
    let mut refused = None;
    match listed {
        Ok(listed) => {
            let by = format!("`list` with {}", written(filter));
            expect_ids(ids(&listed).filter(|id| ours.contains(id)), wanted.iter().copied(), &by)?;
        }
        Err(Ended::Refused(reason)) => refused = Some(reason),
        Err(failed) => return Err(failed),
    }
    match found {
        Ok(found) => {
            let by = format!("`search` with {}", written(filter));
            expect_ids(
                hit_ids(&found).filter(|id| ours.contains(id)),
                wanted.iter().copied(),
                &by,
            )?;
        }
        Err(Ended::Refused(reason)) => refused = Some(reason),
        Err(failed) => return Err(failed),
    }
    if let Some(reason) = refused {
        refusals.refused += 1;
        refusals.reason = reason;
    }
    Ok(())
}

/// A filter with its values, which are the suite's own.
fn written(filter: &StoreFilter) -> String {
    let list = |parts: &[StoreFilter]| parts.iter().map(written).collect::<Vec<_>>().join(", ");
    match filter {
        StoreFilter::All => "All".to_owned(),
        StoreFilter::Is(field, value) => format!("Is({field:?}, {value})"),
        StoreFilter::In(field, values) => format!("In({field:?}, {})", json!(values)),
        StoreFilter::Range(field, bounds) => {
            let bounds = [
                (">=", &bounds.at_least),
                (">", &bounds.more_than),
                ("<=", &bounds.at_most),
                ("<", &bounds.less_than),
            ];
            let bounds = bounds
                .iter()
                .filter_map(|(sign, bound)| bound.as_ref().map(|bound| format!("{sign} {bound}")));
            format!("Range({field:?}, {})", bounds.collect::<Vec<_>>().join(" and "))
        }
        StoreFilter::Contains(field, part) => format!("Contains({field:?}, {part:?})"),
        StoreFilter::ContainsIgnoringCase(field, part) => {
            format!("ContainsIgnoringCase({field:?}, {part:?})")
        }
        StoreFilter::Exists(field) => format!("Exists({field:?})"),
        StoreFilter::And(parts) => format!("And({})", list(parts)),
        StoreFilter::Or(parts) => format!("Or({})", list(parts)),
        StoreFilter::Not(part) => format!("Not({})", written(part)),
    }
}
