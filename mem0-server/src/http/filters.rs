use axum::http::StatusCode;
use mem0_types::{Condition, ErrorBody, Expression, Filter, IdCondition, IdField, InvalidInput};
use serde_json::{Value, json};

use crate::http::fields::Fields;
use crate::http::rejection::Rejection;

/// The filter of a search or a list, which must name an entity. Ids beside it are refused.
pub(crate) fn filter(fields: &Fields) -> Result<Filter, Rejection> {
    let filter = required(fields)?;
    // Ignoring an id here would show the caller more than was meant.
    for id in IdField::ALL {
        if fields.value(id.as_str()).is_some() {
            return Err(InvalidInput::new(
                id.as_str(),
                "must be inside filters, for example {\"filters\": {\"user_id\": \"alice\"}}",
            )
            .into());
        }
    }
    naming_an_entity(filter)
}

/// The filter of an older search or list, narrowed by the ids beside it.
pub(crate) fn filter_beside_ids(fields: &Fields) -> Result<Filter, Rejection> {
    let filter = naming_an_entity(required(fields)?)?;
    Ok(narrowed(filter, &ids(fields)?)?)
}

/// The ids at the top level of a body.
pub(crate) fn ids(fields: &Fields) -> Result<Vec<(IdField, String)>, InvalidInput> {
    let mut ids = Vec::new();
    for field in IdField::ALL {
        ids.extend(fields.text(field.as_str())?.map(|id| (field, id)));
    }
    Ok(ids)
}

/// A filter of ids, all of which must match; `*` matches any. `None` without ids.
pub(crate) fn filter_of_ids(ids: &[(IdField, String)]) -> Option<Value> {
    let conditions: Vec<_> = ids.iter().map(|(field, id)| json!({ field.as_str(): id })).collect();
    (!conditions.is_empty()).then(|| json!({ "AND": conditions }))
}

/// The filter without what belongs to another user, agent, app or run than the ids name.
///
/// The filter says which memories are meant, as on the hosted platform. An id beside it never adds
/// any, and hides those of others of its kind. Memories without an id of that kind stay, since each
/// extracted memory belongs to one speaker alone.
///
/// # Errors
/// When the filter names other ids of the kind only.
pub(crate) fn narrowed(filter: Filter, ids: &[(IdField, String)]) -> Result<Filter, InvalidInput> {
    let mut parts = Vec::new();
    for (field, id) in ids.iter().filter(|(_, id)| id != "*") {
        field.check(id)?;
        if always_is(&filter, *field, id) {
            continue;
        }
        let mut named = Vec::new();
        collect_ids(&filter, *field, &mut named);
        if !named.is_empty() && !named.contains(&id.as_str()) {
            return Err(InvalidInput::new(
                field.as_str(),
                "names another one than filters; say in filters alone which memories are meant",
            ));
        }
        parts.push(Filter::from_json(&json!({ field.as_str(): { "in": [id, null] } }))?);
    }
    Ok(parts.into_iter().fold(filter, |filter, part| filter & part))
}

/// Whether every memory that the filter lets through has this id.
fn always_is(filter: &Filter, field: IdField, id: &str) -> bool {
    match filter.expression() {
        Expression::Condition(Condition::Id(found, IdCondition::Is(is))) => {
            *found == field && is == id
        }
        Expression::And(parts) => parts.iter().any(|part| always_is(part, field, id)),
        Expression::Or(parts) => parts.iter().all(|part| always_is(part, field, id)),
        _ => false,
    }
}

/// Collects the ids of a kind that the filter compares with, without negated ones.
fn collect_ids<'a>(filter: &'a Filter, field: IdField, ids: &mut Vec<&'a str>) {
    match filter.expression() {
        Expression::Condition(Condition::Id(found, condition)) if *found == field => {
            match condition {
                IdCondition::Is(id) => ids.push(id),
                IdCondition::In(several) => ids.extend(several.iter().map(String::as_str)),
                _ => {}
            }
        }
        Expression::And(parts) | Expression::Or(parts) => {
            parts.iter().for_each(|part| collect_ids(part, field, ids));
        }
        _ => {}
    }
}

fn required(fields: &Fields) -> Result<Filter, Rejection> {
    match fields.value("filters") {
        Some(json) if *json != json!({}) => Ok(Filter::from_json(json)?),
        _ => {
            // The hosted platform begins so, in this shape, whatever the operation.
            let body = ErrorBody::Error(
                "Filters are required and cannot be empty. Name a user_id, agent_id, app_id or \
                 run_id inside filters, for example {\"filters\": {\"user_id\": \"alice\"}}."
                    .to_owned(),
            );
            Err(Rejection::new(StatusCode::BAD_REQUEST, body))
        }
    }
}

fn naming_an_entity(filter: Filter) -> Result<Filter, Rejection> {
    if filter.names_an_entity() {
        return Ok(filter);
    }
    Err(InvalidInput::new(
        "filters",
        "must name a user_id, agent_id, app_id or run_id in a condition that is not negated",
    )
    .into())
}
