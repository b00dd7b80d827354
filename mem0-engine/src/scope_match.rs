use mem0_types::{Condition, Expression, Filter, IdCondition};

use crate::ids::{project_token, scope_token};

/// A filter with more ids than this is left to the SQL filter: the text index limits how large a
/// query may be.
const MAX_TOKENS: usize = 100;

/// The part of a filter that the text index can answer itself: an FTS5 expression over the hashed
/// ids that every matching memory of the project satisfies, or at least the project's own token.
///
/// It may let too much of the project through, never too little; the SQL filter still decides.
pub(crate) fn scope_expression(project: i64, filter: &Filter) -> String {
    let mut left = MAX_TOKENS;
    expression(project, filter, &mut left).unwrap_or_else(|| project_token(project))
}

fn expression(project: i64, filter: &Filter, left: &mut usize) -> Option<String> {
    match filter.expression() {
        Expression::Condition(Condition::Id(field, IdCondition::Is(id))) => {
            *left = left.checked_sub(1)?;
            Some(format!("\"{}\"", scope_token(project, *field, id)))
        }
        Expression::Condition(Condition::Id(field, IdCondition::In(ids))) => {
            *left = left.checked_sub(ids.len())?;
            let tokens =
                ids.iter().map(|id| format!("\"{}\"", scope_token(project, *field, id))).collect();
            join(tokens, " OR ")
        }
        Expression::And(parts) => {
            join(parts.iter().filter_map(|part| expression(project, part, left)).collect(), " AND ")
        }
        Expression::Or(parts) => {
            let known: Option<_> =
                parts.iter().map(|part| expression(project, part, left)).collect();
            join(known?, " OR ")
        }
        _ => None,
    }
}

fn join(mut parts: Vec<String>, operator: &str) -> Option<String> {
    if parts.len() <= 1 { parts.pop() } else { Some(format!("({})", parts.join(operator))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(user: &str) -> String {
        format!("\"{}\"", scope_token(7, mem0_types::IdField::UserId, user))
    }

    #[test]
    fn keeps_only_what_every_match_satisfies() {
        let [a, b] = ["a", "b"].map(Filter::user_id);
        let unknown = Filter::metadata("k").eq(1);
        let cases = [
            (a.clone(), Some(token("a"))),
            (a.clone() & unknown.clone(), Some(token("a"))),
            (a.clone() | unknown.clone(), None),
            (a.clone() | b.clone(), Some(format!("({} OR {})", token("a"), token("b")))),
            (a.clone() & b.clone(), Some(format!("({} AND {})", token("a"), token("b")))),
            (!a.clone(), None),
            (a.clone() & !b.clone(), Some(token("a"))),
            (Filter::user_id_ne("a"), None),
            (Filter::any_user(), None),
            (Filter::user_id_in(["a"]), Some(token("a"))),
            (Filter::user_id_in(Vec::<String>::new()), None),
            (Filter::user_id_in((0..1000).map(|n| n.to_string())), None),
        ];
        for (filter, expected) in cases {
            let expected = expected.unwrap_or_else(|| "j7".to_owned());
            assert_eq!(scope_expression(7, &filter), expected, "{filter}");
        }
    }
}
