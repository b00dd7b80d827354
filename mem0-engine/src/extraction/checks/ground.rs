//! What was said, prepared so that facts can be held against it.

use std::ops::Range;

use crate::extraction::checks::recalled::{recalled, without_recalled};
use crate::extraction::conversation::{Conversation, Said};
use crate::extraction::refusal::Refusal;
use crate::extraction::times::said;
use crate::extraction::words::content::Content;
use crate::extraction::words::folding::{Folded, fold};
use crate::extraction::words::hard::{Source, hard};
use crate::text::sentences::sentences;

/// What was said.
pub(crate) struct Ground<'a> {
    pub(crate) conversation: &'a Conversation<'a>,
    messages: Vec<Message<'a>>,
    /// Everything a fact may take its words from: the messages, those before, the speakers.
    pub(crate) source: Source,
    pub(crate) words: Content,
    /// The numbers that the dates in what was said may be written with, where the date of the
    /// messages is known.
    pub(crate) dates: Vec<u16>,
    earlier: Vec<Folded>,
    known: Vec<(Folded, Content)>,
}

struct Message<'a> {
    said: &'a Said,
    folded: Folded,
    recalled: Vec<Range<usize>>,
    /// Without what was recalled.
    words: Content,
}

/// Where a quote stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) message: usize,
    /// In bytes.
    pub(crate) range: Range<usize>,
}

impl<'a> Ground<'a> {
    pub(crate) fn new(conversation: &'a Conversation<'a>) -> Self {
        let mut sayable = String::new();
        let messages: Vec<_> = conversation.messages.iter().map(Message::new).collect();
        for message in &messages {
            sayable.push_str(&message.sayable());
            sayable.push('\n');
        }
        for said in conversation.earlier.iter().filter(|said| !said.is_by_system()) {
            sayable.push_str(&without_recalled(&said.text, &recalled(&said.text)));
            sayable.push('\n');
        }
        for said in conversation.messages.iter().chain(conversation.earlier) {
            sayable.push_str(said.name.as_deref().unwrap_or_default());
            sayable.push('\n');
        }
        Self {
            conversation,
            source: Source::of(&sayable),
            words: Content::of(&sayable),
            dates: conversation.observed.map_or_else(Vec::new, |observed| {
                messages.iter().flat_map(|it| said(&it.said.text, observed).numbers()).collect()
            }),
            messages,
            earlier: conversation.earlier.iter().map(|said| fold(&said.text)).collect(),
            known: conversation
                .known
                .iter()
                .map(|known| (fold(&known.text), Content::of(&known.text)))
                .collect(),
        }
    }

    pub(crate) fn said(&self, place: &Place) -> Option<&'a Said> {
        self.messages.get(place.message).map(|message| message.said)
    }

    /// The words of a quote as they stand in their message.
    pub(crate) fn quoted(&self, place: &Place) -> &'a str {
        self.said(place).and_then(|said| said.text.get(place.range.clone())).unwrap_or_default()
    }

    /// The whole sentences that a quote is in.
    pub(crate) fn sentence(&self, place: &Place) -> &'a str {
        let Some(said) = self.said(place) else { return "" };
        let touched = sentences(&said.text);
        let mut touched = touched
            .iter()
            .filter(|it| it.start < place.range.end && place.range.start < it.end)
            .peekable();
        let start = touched.peek().map_or(place.range.start, |it| it.start);
        let end = touched.last().map_or(place.range.end, |it| it.end);
        said.text.get(start.min(place.range.start)..end.max(place.range.end)).unwrap_or_default()
    }

    /// Where a quote stands, rather in the message of which the model gave the number, and rather
    /// in a user's than in an assistant's.
    pub(crate) fn place(&self, quote: &str, number: Option<usize>) -> Result<Place, Refusal> {
        let found = self.place_of_quote(&fold(quote), number);
        // Arabic and Hebrew write "and" together with the word behind it, where a quote may begin.
        let and = match quote.chars().next() {
            Some('\u{590}'..='\u{5ff}') => "ו",
            Some('\u{600}'..='\u{6ff}') => "و",
            _ => return found,
        };
        found.or_else(|refusal| {
            self.place_of_quote(&fold(&format!("{and}{quote}")), number).map_err(|_| refusal)
        })
    }

    fn place_of_quote(&self, quote: &Folded, number: Option<usize>) -> Result<Place, Refusal> {
        if quote.is_empty() {
            return Err(Refusal::Quote);
        }
        let meant = number.and_then(|number| number.checked_sub(1));
        let mut is_recalled = false;
        let mut best: Option<((bool, bool), Place)> = None;
        for (index, message) in self.messages.iter().enumerate() {
            for range in message.folded.places_of(quote) {
                if message.is_recalled(&range) {
                    is_recalled = true;
                    continue;
                }
                let rank = (message.said.is_by_user(), meant == Some(index));
                if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                    best = Some((rank, Place { message: index, range }));
                }
            }
        }
        if let Some((_, place)) = best {
            return Ok(place);
        }
        let before = self.earlier.iter().chain(self.known.iter().map(|(folded, _)| folded));
        let was_before = before.into_iter().any(|text| !text.places_of(quote).is_empty());
        Err(if is_recalled || was_before { Refusal::Recalled } else { Refusal::Quote })
    }

    /// The sentence that bears a text without a quote: that with the most of its words, and with
    /// all of its names, numbers and codes.
    pub(crate) fn place_of_text(&self, text: &str) -> Result<Place, Refusal> {
        let (words, needed) = (Content::of(text), hard(text));
        if words.is_empty() {
            return Err(Refusal::Quote);
        }
        let mut best: Option<(f32, Place)> = None;
        for (index, message) in self.messages.iter().enumerate() {
            for range in sentences(&message.said.text) {
                let sentence = message.said.text.get(range.clone()).unwrap_or_default();
                let share = words.share_in(&Content::of(sentence), true);
                let source = Source::of(sentence);
                let has_all = needed.names.iter().all(|name| source.has_name(name))
                    && needed.numbers.iter().all(|(number, _)| source.has_number(number))
                    && needed.codes.iter().all(|code| source.has_code(code));
                let is_better = best.as_ref().is_none_or(|(other, _)| share > *other);
                if share >= 0.5 && has_all && is_better && !message.is_recalled(&range) {
                    best = Some((share, Place { message: index, range }));
                }
            }
        }
        best.map(|(_, place)| place).ok_or(Refusal::Quote)
    }

    /// Whether a user said a text before this message, or a memory says it.
    pub(crate) fn was_said_before(&self, words: &Content, message: usize) -> bool {
        if words.is_empty() {
            return false;
        }
        let said = self.messages.iter().take(message).filter(|it| it.said.is_by_user());
        let earlier = self.conversation.earlier.iter().filter(|it| it.is_by_user());
        said.map(|message| &message.words).any(|other| words.share_in(other, false) >= 0.8)
            || earlier.map(|it| Content::of(&it.text)).any(|it| words.share_in(&it, false) >= 0.8)
            || self.known.iter().any(|(_, known)| words.share_in(known, false) >= 0.8)
    }

    /// Whether a text is that of a memory, and not what its sentence says: then it was read in the
    /// memories, and not in the sentence.
    pub(crate) fn is_read_in_memories(&self, text: &str, sentence: &str) -> bool {
        let bare = |text: &str| fold(text.trim_end_matches(['.', '。', '!'])).text();
        let folded = bare(text);
        if !self.conversation.known.iter().any(|known| bare(&known.text) == folded) {
            return false;
        }
        let (needed, source) = (hard(text), Source::of(sentence));
        let has_all = needed.names.iter().all(|name| source.has_name(name))
            && needed.numbers.iter().all(|(number, _)| source.has_number(number))
            && needed.codes.iter().all(|code| source.has_code(code));
        !has_all || Content::of(text).share_in(&Content::of(sentence), true) < 0.7
    }

    /// Whether the known memory that a fact points to has a name: "I left the library" may be told
    /// with the library's.
    pub(crate) fn knows_name(&self, known: Option<usize>, name: &str) -> bool {
        let known = known.and_then(|index| self.conversation.known.get(index));
        known.is_some_and(|known| Source::of(&known.text).has_name(name))
    }

    /// What was said in the message before this one.
    pub(crate) fn before(&self, message: usize) -> Option<&'a Said> {
        match message.checked_sub(1) {
            Some(before) => self.messages.get(before).map(|message| message.said),
            None => self.conversation.earlier.last(),
        }
    }

    /// The names of all speakers.
    pub(crate) fn speakers(&self) -> impl Iterator<Item = &'a str> {
        let said = self.conversation.messages.iter().chain(self.conversation.earlier);
        said.filter_map(|said| said.name.as_deref())
    }
}

impl<'a> Message<'a> {
    fn new(said: &'a Said) -> Self {
        let recalled = recalled(&said.text);
        let words = Content::of(&without_recalled(&said.text, &recalled));
        Self { said, folded: fold(&said.text), recalled, words }
    }

    fn sayable(&self) -> String {
        if self.said.is_by_system() {
            return String::new();
        }
        without_recalled(&self.said.text, &self.recalled)
    }

    fn is_recalled(&self, range: &Range<usize>) -> bool {
        self.said.is_by_system()
            || self.recalled.iter().any(|it| it.start < range.end && range.start < it.end)
    }
}
