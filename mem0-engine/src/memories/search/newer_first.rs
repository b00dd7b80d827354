use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use rusqlite::Connection;

use crate::EngineError;
use crate::change::Lifecycle;
use crate::retrieval::ranking::{Ranked, Ranking};
use crate::retrieval::visible_memories::VisibleMemories;

/// The most memories that are followed from a superseded one to what came in its place.
const LONGEST: i64 = 64;

/// For superseded memories, by what names them, those that came in their places: the newest first.
///
/// A superseded memory may be nearer to the words of a question than what came in its place. Its
/// score says so, but it stands behind: whoever asks takes the first answer for the right one.
#[derive(Default)]
pub(super) struct NewerFirst<K>(HashMap<K, Vec<K>>);

impl<K: Clone + Eq + Hash> NewerFirst<K> {
    /// The same items, with what came in the place of a superseded one directly before it, or
    /// before that.
    pub(super) fn order<T>(&self, items: Vec<T>, name: impl Fn(&T) -> K) -> Vec<T> {
        if self.0.is_empty() {
            return items;
        }
        let names: Vec<K> = items.iter().map(&name).collect();
        let mut left: HashMap<K, T> = names.iter().cloned().zip(items).collect();
        let mut ordered = Vec::with_capacity(names.len());
        for name in names {
            let newer = self.0.get(&name).into_iter().flatten();
            ordered.extend(newer.filter_map(|newer| left.remove(newer)));
            ordered.extend(left.remove(&name));
        }
        ordered
    }
}

impl NewerFirst<usize> {
    /// What came in the places of those of the ranked memories that are superseded.
    pub(super) fn of(
        connection: &Connection,
        view: &VisibleMemories,
        ranked: &[Ranked],
    ) -> Result<Self, EngineError> {
        if !view.has(Lifecycle::Superseded) {
            return Ok(Self::default());
        }
        let mut statement = connection.prepare_cached(
            "WITH RECURSIVE newer (depth, id) AS (SELECT 1, replaced_by FROM memories WHERE seq = ?1 \
             UNION ALL SELECT depth + 1, m.replaced_by FROM newer JOIN memories AS m \
             ON m.id = newer.id WHERE m.replaced_by IS NOT NULL AND depth < ?2) \
             SELECT m.seq FROM newer JOIN memories AS m ON m.id = newer.id ORDER BY depth DESC",
        )?;
        let mut newer = HashMap::new();
        for Ranked { place, .. } in ranked {
            let Some(memory) = view.memory(*place) else { continue };
            if memory.lifecycle == Lifecycle::Superseded {
                let found = statement.query_map([memory.seq, LONGEST], |row| row.get(0))?;
                let found = found.collect::<Result<Vec<i64>, _>>()?;
                newer.insert(*place, found.iter().filter_map(|seq| view.place_of(*seq)).collect());
            }
        }
        Ok(Self(newer))
    }

    /// The ranked memories, with the newest in the place of each superseded one where it has
    /// something in common with the question.
    pub(super) fn joined(&self, ranking: &Ranking<'_>, ranked: Vec<Ranked>) -> Vec<Ranked> {
        if self.0.is_empty() {
            return ranked;
        }
        let mut there: HashSet<usize> = ranked.iter().map(|ranked| ranked.place).collect();
        let mut joined = Vec::with_capacity(ranked.len());
        for one in ranked {
            let newest = self.0.get(&one.place).and_then(|newer| newer.first());
            if let Some(newest) = newest.filter(|newest| there.insert(**newest)) {
                joined.extend(ranking.one(*newest));
            }
            joined.push(one);
        }
        joined
    }

    /// The same by other names of the memories; those without a name are left out.
    pub(super) fn named<K: Clone + Eq + Hash>(&self, names: &HashMap<usize, K>) -> NewerFirst<K> {
        let named = |(place, newer): (&usize, &Vec<usize>)| {
            let newer = newer.iter().filter_map(|place| names.get(place).cloned()).collect();
            Some((names.get(place)?.clone(), newer))
        };
        NewerFirst(self.0.iter().filter_map(named).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_later_stands_before_what_it_replaced_and_the_rest_stays() {
        let newer = NewerFirst(HashMap::from([("a", vec!["c", "b"]), ("b", vec!["c"])]));
        for (items, ordered) in [
            (vec!["a", "x", "b", "c"], vec!["c", "b", "a", "x"]),
            (vec!["b", "a", "c"], vec!["c", "b", "a"]),
            (vec!["x", "c", "b", "a"], vec!["x", "c", "b", "a"]),
            (vec!["a", "x"], vec!["a", "x"]),
            (vec!["x", "b", "y", "c"], vec!["x", "c", "b", "y"]),
            (vec![], vec![]),
        ] {
            assert_eq!(newer.order(items, |item| *item), ordered);
        }
    }
}
