use mem0_types::{Condition, Expression, Filter, IdCondition, IdField};

use crate::retrieval::index_cache::EntityKey;

/// The id fields, those of typically small entities first.
const SMALLEST_FIRST: [IdField; 4] =
    [IdField::RunId, IdField::UserId, IdField::AgentId, IdField::AppId];

/// An entity that all memories matching a filter belong to.
#[derive(Debug)]
pub(crate) struct EntityScope {
    pub(crate) key: EntityKey,
    /// Whether the filter matches all memories of the entity.
    pub(crate) is_whole: bool,
}

impl EntityScope {
    /// `None` when there is no such entity, or it is not easily found.
    pub(crate) fn of(project: i64, filter: &Filter) -> Option<Self> {
        let mut ids = Vec::new();
        let only_ids = collect(filter, &mut ids);
        let (field, id) =
            SMALLEST_FIRST.into_iter().find_map(|field| ids.iter().find(|id| id.0 == field))?;
        let is_whole = only_ids && ids.iter().all(|other| (other.0, &other.1) == (*field, id));
        Some(Self { key: EntityKey { project, field: *field, id: id.as_str().into() }, is_whole })
    }
}

/// Collects the ids that every match of the filter has. Returns whether the filter has no other
/// conditions.
fn collect(filter: &Filter, ids: &mut Vec<(IdField, String)>) -> bool {
    match filter.expression() {
        Expression::Condition(Condition::Id(field, IdCondition::Is(id))) => {
            ids.push((*field, id.clone()));
            true
        }
        Expression::And(parts) => {
            // `filter` and not `all`, so that every part is visited.
            let others = parts.iter().filter(|part| !collect(part, ids)).count();
            others == 0
        }
        Expression::Or(parts) => match parts.as_slice() {
            [only] => collect(only, ids),
            _ => false,
        },
        Expression::Raw(json) => Filter::from_json(json).is_ok_and(|read| collect(&read, ids)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_found_where_all_of_the_memories_are_its_own() {
        let [a, b] = ["a", "b"].map(Filter::user_id);
        let other = Filter::metadata("k").eq(1);
        let user = |id, is_whole| Some((IdField::UserId, id, is_whole));
        let cases = [
            (a.clone(), user("a", true)),
            (a.clone() & a.clone(), user("a", true)),
            (a.clone() & other.clone(), user("a", false)),
            (other.clone() & (other.clone() & a.clone()), user("a", false)),
            (a.clone() | other.clone(), None),
            (a.clone() | b.clone(), None),
            (a.clone() & b.clone(), user("a", false)),
            (!a.clone(), None),
            (a.clone() & !b.clone(), user("a", false)),
            (a.clone() & Filter::run_id("r"), Some((IdField::RunId, "r", false))),
            (a.clone() & Filter::agent_id("bot"), user("a", false)),
            (Filter::user_id_ne("a"), None),
            (Filter::any_user(), None),
            (Filter::user_id_in(["a"]), None),
            (other, None),
        ];
        for (filter, expected) in cases {
            let found = EntityScope::of(7, &filter);
            let found = found.as_ref().map(|it| (it.key.field, &*it.key.id, it.is_whole));
            assert_eq!(found, expected, "{filter}");
        }
    }
}
