//! What of a reply is believed.

use mem0_components::LlmResponse;

use crate::extraction::checks::bearing::bearing;
use crate::extraction::checks::faithful::is_faithful;
use crate::extraction::checks::ground::{Ground, Place};
use crate::extraction::checks::language::is_kept;
use crate::extraction::checks::placeholders::{is_of_the_prompt, is_placeholder};
use crate::extraction::checks::secrets::{has_secret, is_instruction};
use crate::extraction::checks::speaker::{About, about};
use crate::extraction::conversation::Conversation;
use crate::extraction::fact::{Fact, Polarity, Relation, When};
use crate::extraction::refusal::{Refusal, Unreadable};
use crate::extraction::reply::{Written, written};
use crate::extraction::settling::states::normal_state;
use crate::extraction::times::said;
use crate::extraction::words::content::Content;
use crate::extraction::words::folding::fold;
use crate::extraction::words::marks::{FIRST_PERSON, PLANS, RETRACTIONS, SUGGESTIONS};
use crate::extraction::words::mood::has;
use crate::text::questions::asks;

/// The longest text of a fact, in characters: a longer one is a copy of the message.
const MOST_OF_A_FACT: usize = 1_000;

/// The longest subject, in characters.
const MOST_OF_A_SUBJECT: usize = 100;

/// What was learned of a reply.
pub(crate) struct Extracted {
    pub(crate) facts: Vec<Fact>,
    /// Which facts of the reply are not believed, by their index in it, and why.
    pub(crate) refused: Vec<(usize, Refusal)>,
    /// Where the reply was cut off, if it was: `facts` has what was complete. Worth one repair.
    pub(crate) cut: Option<Unreadable>,
}

/// Reads a reply, and believes what the messages bear out.
///
/// # Errors
/// [`Unreadable`] where the reply does not hold facts at all; none learned is not an error.
pub(crate) fn read(
    conversation: &Conversation<'_>,
    reply: &LlmResponse,
) -> Result<Extracted, Unreadable> {
    let (entries, cut) = written(reply)?;
    let mut extracted = Extracted { facts: Vec::new(), refused: Vec::new(), cut };
    if entries.is_empty() {
        return Ok(extracted);
    }
    let ground = Ground::new(conversation);
    for (index, entry) in entries.into_iter().enumerate() {
        let fact = entry.ok_or(Refusal::Empty).and_then(|entry| believed(&ground, &entry));
        let fact = fact.and_then(|fact| match is_twice(&fact, &extracted.facts) {
            true => Err(Refusal::Twice),
            false => Ok(fact),
        });
        match fact {
            Ok(fact) => extracted.facts.push(fact),
            Err(refusal) => extracted.refused.push((index, refusal)),
        }
    }
    Ok(extracted)
}

fn is_twice(fact: &Fact, others: &[Fact]) -> bool {
    let folded = |fact: &Fact| fold(fact.text.trim_end_matches(['.', '。', '!'])).text();
    let text = folded(fact);
    others.iter().any(|other| folded(other) == text)
}

fn believed(ground: &Ground<'_>, written: &Written) -> Result<Fact, Refusal> {
    let text = written.text.trim();
    if text.is_empty() || text.chars().count() > MOST_OF_A_FACT {
        return Err(Refusal::Empty);
    }
    let place = bearing(ground, &place(ground, written, text)?, text);
    let Some(said_by) = ground.said(&place) else { return Err(Refusal::Quote) };
    let (quote, sentence) = (ground.quoted(&place), ground.sentence(&place));
    let is_by_user = said_by.is_by_user();
    if has_secret(text) || has_secret(sentence) {
        return Err(Refusal::Secret);
    }
    if is_instruction(text) || is_instruction(sentence) {
        return Err(Refusal::Instruction);
    }
    let relation = relation(ground, written, sentence);
    let is_retraction = is_by_user
        && matches!(relation, Some((_, Relation::Retracts)))
        && has(sentence, RETRACTIONS);
    let mut fact = Fact {
        text: text.to_owned(),
        message: place.message,
        quote: quote.to_owned(),
        by_user: is_by_user,
        subject: String::new(),
        state: written.state.as_deref().and_then(normal_state),
        kind: written.kind,
        polarity: if written.is_denied { Polarity::Denied } else { Polarity::Affirmed },
        when: None,
        categories: categories(ground, written),
        relation,
        links: links(ground, written),
    };
    if is_retraction {
        // Nothing of its text is stored.
        fact.subject = written.about.clone().unwrap_or_else(|| "user".to_owned());
        return Ok(fact);
    }
    if is_placeholder(text, &said_by.text) || is_of_the_prompt(text, &said_by.text) {
        return Err(Refusal::Placeholder);
    }
    let suggests = said_by.is_by_assistant() && has(sentence, SUGGESTIONS) && has(text, PLANS);
    if !suggests && is_question(quote, sentence, text) {
        return Err(Refusal::Question);
    }
    if !is_kept(text, quote, sentence, &said_by.text) {
        return Err(Refusal::Language);
    }
    let is_echo =
        said_by.is_by_assistant() && ground.was_said_before(&Content::of(text), place.message);
    if is_echo || ground.is_read_in_memories(text, sentence) {
        return Err(Refusal::Recalled);
    }
    let About { text, subject } = about(ground, &place, text, written.about.as_deref())?;
    fact.when = when(ground, &place, written);
    let to = fact.relation.map(|(index, _)| index);
    if !is_faithful(ground, &place, &text, fact.when.as_ref(), to) {
        return Err(Refusal::Unfaithful);
    }
    fact.text = text;
    fact.subject = subject.chars().take(MOST_OF_A_SUBJECT).collect();
    Ok(fact)
}

/// Where the quote stands, or the words of a fact that has none.
fn place(ground: &Ground<'_>, written: &Written, text: &str) -> Result<Place, Refusal> {
    if written.quote.is_empty() {
        ground.place_of_text(text)
    } else {
        ground.place(&written.quote, written.message)
    }
}

/// Whether a fact stands on a question: its quote asks, or is in the clause of its sentence that
/// does.
fn is_question(quote: &str, sentence: &str, text: &str) -> bool {
    if !asks(quote) && !asks(sentence) {
        return false;
    }
    // "I moved to Oslo, do you like it?": what stands before the last comma does not ask.
    let comma = sentence.rfind([',', ';', '，', '、', '；', '،', '—', '–']);
    let cut = comma.max(sentence.rfind(" - "));
    let Some((told, _)) = cut.and_then(|cut| sentence.split_at_checked(cut)) else { return true };
    let end = sentence.find(quote).map(|start| start + quote.len());
    if end.is_some_and(|end| end <= told.len()) {
        return asks(quote);
    }
    // "The shop closes in May, right?" only asks for it; "I've opened a shop, nice, huh?" tells.
    let fact = Content::of(text);
    let has_all =
        fact.share_in(&Content::of(told), true) >= fact.share_in(&Content::of(sentence), true);
    !has_all || asks(told) || !has(told, FIRST_PERSON)
}

/// What the model says of a known memory, if there is that memory.
fn relation(ground: &Ground<'_>, written: &Written, sentence: &str) -> Option<(usize, Relation)> {
    let relation = written.relation?;
    match written.to.and_then(|number| known(ground, number)) {
        Some(index) => Some((index, relation)),
        // What is to be forgotten is found by its words, and never stored.
        None if relation == Relation::Retracts && has(sentence, RETRACTIONS) => {
            Some((ground.conversation.known.len(), relation))
        }
        None => None,
    }
}

/// The index of a known memory by its number in the prompt.
fn known(ground: &Ground<'_>, number: usize) -> Option<usize> {
    number.checked_sub(1).filter(|index| *index < ground.conversation.known.len())
}

fn links(ground: &Ground<'_>, written: &Written) -> Vec<usize> {
    let mut links: Vec<_> =
        written.links.iter().filter_map(|number| known(ground, *number)).collect();
    links.sort_unstable();
    links.dedup();
    links
}

/// The names of the rules, as the rules spell them.
fn categories(ground: &Ground<'_>, written: &Written) -> Vec<String> {
    let rules = &ground.conversation.rules.categories;
    let is_given =
        |name: &str| written.categories.iter().any(|given| fold(given).text() == fold(name).text());
    rules.iter().map(|it| &it.name).filter(|name| is_given(name)).cloned().collect()
}

/// When it was, as far as the quote says so, or else its message.
fn when(ground: &Ground<'_>, place: &Place, written: &Written) -> Option<When> {
    let observed = ground.conversation.observed?;
    let given = written.when.as_ref()?;
    let texts = [ground.quoted(place), ground.sentence(place), &ground.said(place)?.text];
    let times = texts.map(|text| said(text, observed)).into_iter().find(|it| !it.is_empty())?;
    times.believed(given, written.is_recurring)
}
