//! What becomes of a fact beside those that are there.

mod likeness;
pub(crate) mod states;

use crate::extraction::fact::{Fact, Kind, Polarity, Relation};
use crate::extraction::settling::likeness::Compared;
use crate::extraction::settling::states::{is_several, normal_state};
use crate::extraction::words::content::Content;
use crate::extraction::words::folding::fold;
use crate::extraction::words::marks::{
    CORRECTIONS, OF_RETRACTIONS, RETRACTIONS, SPEAKERS, entries,
};
use crate::extraction::words::mood::has;

/// A memory that is there, or an earlier fact of the same add.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub(crate) text: &'a str,
    pub(crate) subject: Option<&'a str>,
    pub(crate) state: Option<&'a str>,
    /// Its kind, where it is known.
    pub(crate) kind: Option<Kind>,
    /// Whether it says that something is not so.
    pub(crate) denied: bool,
    /// What the model said of this pair.
    pub(crate) relation: Option<Relation>,
    /// Whether it may neither be changed nor deleted.
    pub(crate) immutable: bool,
    /// Whether it was said before the fact, or at the same time. Otherwise the fact is the older.
    pub(crate) said_before: bool,
    /// Whether it is replaced already: then the fact is neither the same nor merged with it, since
    /// what was so once may be so again.
    pub(crate) replaced: bool,
}

/// What becomes of a fact. Numbers are indices of those it was compared with, each at most once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It is stored beside the others.
    New { links: Vec<usize> },
    /// That one says it already: nothing is stored.
    Same(usize),
    /// It is stored, those are merged into it, and those are replaced by it.
    Richer { merges: Vec<usize>, retires: Vec<usize>, links: Vec<usize> },
    /// It is stored, and replaces those.
    Newer { retires: Vec<usize>, links: Vec<usize> },
    /// It is stored as already replaced by that one, which was said later.
    Older { by: usize, links: Vec<usize> },
    /// That one never was so: it gets the fact's text.
    Corrects(usize),
    /// Those are deleted, and the fact is not stored. Empty where none of them was meant.
    Retracts(Vec<usize>),
}

/// What a fact is to one of those that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pair {
    Unrelated,
    Linked,
    Same,
    /// The fact says the same and more.
    Richer,
    /// The fact came after it, and both cannot be so.
    Replaced,
    /// It came after the fact, and both cannot be so.
    Replaces,
    Corrected,
}

/// Decides what becomes of a fact beside those that are there, which may be in any order.
///
/// What the model said of a pair is a hint: it changes nothing that the words, the subjects and
/// the states of the two do not bear out.
pub(crate) fn settle(fact: &Fact, against: &[Standing<'_>]) -> Settled {
    if let Some(retracted) = retracted(fact, against) {
        return Settled::Retracts(retracted);
    }
    let new = Compared::of(&fact.text);
    let pairs: Vec<Pair> = against.iter().map(|standing| pair(fact, &new, standing)).collect();
    let those = |wanted: Pair| -> Vec<usize> {
        pairs.iter().enumerate().filter(|(_, pair)| **pair == wanted).map(|(at, _)| at).collect()
    };
    if let Some(corrected) = those(Pair::Corrected).first() {
        return Settled::Corrects(*corrected);
    }
    let (same, mut merges, retires, links) =
        (those(Pair::Same), those(Pair::Richer), those(Pair::Replaced), those(Pair::Linked));
    match same.first() {
        Some(same) if retires.is_empty() => return Settled::Same(*same),
        // What is so again retires what was so between, and is one with what said so before.
        _ => merges
            .extend(same.iter().filter(|at| against.get(**at).is_some_and(|it| !it.immutable))),
    }
    merges.sort_unstable();
    if !merges.is_empty() {
        return Settled::Richer { merges, retires, links };
    }
    if let Some(by) = those(Pair::Replaces).first() {
        return Settled::Older { by: *by, links };
    }
    if retires.is_empty() { Settled::New { links } } else { Settled::Newer { retires, links } }
}

fn pair(fact: &Fact, new: &Compared, standing: &Standing<'_>) -> Pair {
    let old = Compared::of(standing.text);
    let is_same_subject = standing.subject.is_some_and(|it| is_same_subject(it, &fact.subject));
    let is_other_subject = standing.subject.is_some() && !is_same_subject;
    let state = fact.state.as_deref().and_then(normal_state);
    let old_state = standing.state.and_then(normal_state);
    let is_same_state = is_same_subject && state.is_some() && state == old_state;
    let said = standing.relation;
    if said == Some(Relation::Corrects)
        && !standing.immutable
        && !standing.replaced
        && !is_other_subject
        && corrects(fact, new, &old, is_same_state)
    {
        return Pair::Corrected;
    }
    if standing.replaced {
        return if said.is_some() { Pair::Linked } else { Pair::Unrelated };
    }
    let is_denied = fact.polarity == Polarity::Denied || new.mood.denies;
    let was_denied = standing.denied || old.mood.denies;
    if !is_other_subject && is_denied == was_denied {
        match same_or_richer(new, &old, said, is_same_subject, is_same_state) {
            Pair::Richer if standing.immutable || !standing.said_before => return Pair::Linked,
            Pair::Unrelated => {}
            found => return found,
        }
    }
    if is_same_state
        && retires(fact, new, &old, standing, state.as_deref(), is_denied != was_denied)
    {
        return match (standing.said_before, standing.immutable) {
            (true, false) => Pair::Replaced,
            (true, true) => Pair::Linked,
            (false, _) => Pair::Replaces,
        };
    }
    let is_near = is_same_state || said.is_some();
    if is_near { Pair::Linked } else { Pair::Unrelated }
}

/// Whether two say the same, by their words alone or where the model says so and nothing keeps
/// them apart.
fn same_or_richer(
    new: &Compared,
    old: &Compared,
    said: Option<Relation>,
    is_same_subject: bool,
    is_same_state: bool,
) -> Pair {
    if new.is_same(old) {
        return Pair::Same;
    }
    // Whoever is not known to be the same may be somebody else with the same words.
    if is_same_subject && new.has_relation == old.has_relation {
        if new.is_within(old) {
            return Pair::Same;
        }
        if old.is_within(new) {
            return Pair::Richer;
        }
    }
    let claims = matches!(said, Some(Relation::Repeats | Relation::Refines));
    if !claims || new.mood != old.mood {
        return Pair::Unrelated;
    }
    if new.is_in_another_language(old) {
        return if is_same_state { Pair::Same } else { Pair::Linked };
    }
    // Words of one property that are not the same are others, unless a code or a number is: two
    // allergies, or two tastes of one friend, have most of their words in common.
    let is_of_the_same = is_same_state && new.shares_value(old) && new.likeness(old) >= 0.5;
    if !is_of_the_same || new.has_other_values(old) {
        return Pair::Unrelated;
    }
    // Without capitals, the word that differs may be the name.
    if new.is_without_capitals() && (is_same_state || new.likeness(old) < 0.8) {
        return Pair::Unrelated;
    }
    if new.is_richer_than(old) { Pair::Richer } else { Pair::Same }
}

/// Whether of two of the same subject and state only one can be so now.
fn retires(
    fact: &Fact,
    new: &Compared,
    old: &Compared,
    standing: &Standing<'_>,
    state: Option<&str>,
    is_opposite: bool,
) -> bool {
    // What is planned, or was so once, does not end what is.
    let is_plan = fact.kind == Kind::Plan || new.mood.hedges;
    let was_plan = standing.kind == Some(Kind::Plan) || old.mood.hedges;
    if is_plan != was_plan || new.mood.past && !old.mood.past || has_ended(fact) {
        return false;
    }
    let is_of_the_same = old.words.is_within(&new.words)
        || new.words.is_within(&old.words)
        || old.likeness(new) >= 0.6 && !new.has_other_values(old);
    if is_opposite {
        // "No longer works at Birch" says nothing of Acme.
        let is_single = state.is_some_and(|it| !is_several(it));
        let is_said = matches!(standing.relation, Some(Relation::Replaces | Relation::Corrects));
        let meets = !new.has_other_values(old) && old.words.in_common(&new.words) > 0;
        return (is_single || is_said) && is_of_the_same || is_single && is_said && meets;
    }
    state.is_some_and(|state| !is_several(state))
}

/// Whether a fact tells of a time that was over when it was said.
fn has_ended(fact: &Fact) -> bool {
    fact.kind != Kind::Plan
        && fact.when.is_some_and(|when| {
            let (Some(start), Some(end)) = (when.start, when.end) else { return false };
            // From 2015 to 2018, rather than since last Monday.
            when.precision >= crate::extraction::fact::Precision::Range && end.year() > start.year()
        })
}

/// Whether a fact is what should have been said in place of another.
fn corrects(fact: &Fact, new: &Compared, old: &Compared, is_same_state: bool) -> bool {
    if is_same_state {
        let state = fact.state.as_deref().and_then(normal_state);
        let is_single = state.is_some_and(|state| !is_several(&state));
        if is_single || old.words.meets(&new.words) && has(&fact.quote, CORRECTIONS) {
            return true;
        }
    }
    fact.by_user
        && has(&fact.quote, CORRECTIONS)
        && (old.words.in_common(&new.words) > 0
            || old.words.in_common(&Content::of(&fact.quote)) > 0)
}

/// What a fact wants forgotten; `None` where it wants nothing forgotten.
fn retracted(fact: &Fact, against: &[Standing<'_>]) -> Option<Vec<usize>> {
    let is_meant = matches!(fact.relation, Some((_, Relation::Retracts)))
        || against.iter().any(|standing| standing.relation == Some(Relation::Retracts));
    if !is_meant || !fact.by_user || !has(&fact.quote, RETRACTIONS) {
        return None;
    }
    let small = [RETRACTIONS, OF_RETRACTIONS].map(|marks| {
        entries(marks).map(|mark| mark.trim_end_matches('-').replace('_', " ")).collect::<Vec<_>>()
    });
    let small = Content::of(&small.concat().join(" "));
    let topic = topic_of(&without_marks(&fact.quote)).without(&small);
    if topic.is_empty() {
        return Some(Vec::new());
    }
    let is_retracted = |standing: &&Standing<'_>| {
        let words = format!("{} {}", standing.text, standing.subject.unwrap_or_default());
        let words = topic_of(&words);
        let share = topic.share_in(&words, true);
        let is_named = standing.relation == Some(Relation::Retracts);
        !standing.immutable && if is_named { share > 0.0 } else { share >= 0.99 }
    };
    let found = against.iter().enumerate().filter(|(_, standing)| is_retracted(standing));
    Some(found.map(|(at, _)| at).collect())
}

/// The words of a text, in Japanese without particles and endings: 膝 of 膝のことは.
fn topic_of(text: &str) -> Content {
    let is_hiragana = |c: char| matches!(c, '\u{3041}'..='\u{309f}');
    let bare: String = text.chars().map(|c| if is_hiragana(c) { ' ' } else { c }).collect();
    let words = Content::of(&bare);
    if words.is_empty() { Content::of(text) } else { words }
}

/// In scripts without spaces, what is to be forgotten runs on into the wish.
fn without_marks(quote: &str) -> String {
    let mut quote = quote.to_owned();
    for marks in [RETRACTIONS, OF_RETRACTIONS] {
        let is_run =
            |mark: &&str| mark.chars().next().is_some_and(crate::text::letters::is_unsegmented);
        for mark in entries(marks).filter(is_run) {
            quote = quote.replace(mark, " ");
        }
    }
    quote
}

/// Whether two subjects are one: the same name, however it is written.
fn is_same_subject(one: &str, other: &str) -> bool {
    let normal = |subject: &str| {
        let folded = fold(subject).text();
        let bare = ["the ", "user's ", "users ", "my ", "der ", "die ", "la ", "le ", "el "]
            .iter()
            .find_map(|word| folded.strip_prefix(word))
            .unwrap_or(&folded)
            .trim()
            .to_owned();
        let is_user =
            bare != "assistant" && entries(SPEAKERS).any(|name| fold(name).text() == bare);
        if is_user || bare == "i" { "user".to_owned() } else { bare }
    };
    let (one, other) = (normal(one), normal(other));
    !one.is_empty() && one == other
}
