//! Where in a reply its JSON is: what is thinking, text around, or a fence.

use super::cursor::{Cursor, is_invisible, narrow};
use super::mend::{JsonMend, Mends};
use super::text;
use super::thinking::{self, Thinking};
use super::value::{Parsed, Why, parse};

/// Lists and objects with nothing between them but commas, bullets and line breaks.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) items: Vec<Parsed>,
    pub(super) is_fenced: bool,
    /// In bytes, behind the last.
    pub(super) end: usize,
}

/// What was found in a reply.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) runs: Vec<Run>,
    /// What may be no more than a draft: inside of thinking that does not end.
    pub(super) drafts: Vec<Run>,
    /// What was meant as JSON, and cannot be read; the last of these.
    pub(super) broken: Option<Parsed>,
    pub(super) is_thinking: bool,
    pub(super) has_prose: bool,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    found: Found,
    is_fenced: bool,
    is_unended: bool,
    /// How many bytes were read for nothing. A reply of nothing but brackets is read in time that
    /// grows with its length.
    wasted: usize,
}

pub(super) fn scan(text: &str) -> Found {
    let mut scan = Scan {
        text,
        at: 0,
        found: Found::default(),
        is_fenced: false,
        is_unended: false,
        wasted: 0,
    };
    if let Some(end) = thinking::unmarked(text) {
        scan.at = end;
        scan.found.is_thinking = true;
    }
    while scan.at < text.len() {
        scan.step();
    }
    scan.found
}

/// Reads what has to be one whole list or object.
pub(super) fn parse_whole(text: &str) -> Option<Parsed> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let is_json = trimmed.starts_with(['{', '[']);
    let parsed = is_json.then(|| parse(trimmed, 0))?;
    (parsed.stop.is_none() && parsed.end == trimmed.len()).then_some(parsed)
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on to the next mark, and behind it.
    fn step(&mut self) {
        let rest = self.rest();
        let is_mark =
            |c: char| matches!(narrow(c), '{' | '[' | '`' | '~') || thinking::may_begin(c);
        let next = rest.find(is_mark).unwrap_or(rest.len());
        self.skip_prose(next);
        let rest = self.rest();
        let Some(mark) = rest.chars().next() else { return };
        if rest.starts_with("```") || rest.starts_with("~~~") {
            return self.fence(mark);
        }
        if let Some(thinking) = thinking::mark(rest, self.is_unended) {
            return self.thinking(&thinking);
        }
        if matches!(narrow(mark), '{' | '[') {
            return self.candidate();
        }
        if let Some(length) = length_of_token(rest) {
            self.at += length;
            return;
        }
        self.at += mark.len_utf8();
    }

    fn skip_prose(&mut self, length: usize) {
        let prose = self.rest().get(..length).unwrap_or_default();
        if !self.is_unended && prose.contains(char::is_alphanumeric) {
            self.found.has_prose |= !is_between(prose) || self.found.runs.is_empty();
        }
        self.at += length;
    }

    fn fence(&mut self, mark: char) {
        let mut cursor = Cursor::new(self.text, self.at);
        cursor.take_while(|c| c == mark);
        let tag = cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.'));
        self.is_fenced = !tag.is_empty() || !self.is_fenced;
        self.at = cursor.at;
    }

    fn thinking(&mut self, thinking: &Thinking) {
        self.found.is_thinking = true;
        self.at += match thinking {
            Thinking::Skip(length) => *length,
            Thinking::Unended(length) => {
                self.is_unended = true;
                *length
            }
            Thinking::Over(length) => {
                self.found.runs.clear();
                self.found.broken = None;
                self.found.has_prose = false;
                self.is_unended = false;
                self.is_fenced = false;
                *length
            }
        };
    }

    fn candidate(&mut self) {
        let begin = self.at;
        let parsed = match self.encoded() {
            Some(parsed) => parsed,
            None => parse(self.text, begin),
        };
        let read = self.text.get(begin..parsed.end).unwrap_or_default();
        // Thinking without a beginning has brackets, too, and they may seem to reach beyond its
        // end.
        let is_beyond = !self.is_fenced
            && self.found.has_prose
            && !parsed.mends.0.is_empty()
            && thinking::has_end(read);
        match &parsed.stop {
            None if is_beyond => {
                self.waste(begin, parsed.end);
                let draft = Run { end: parsed.end, items: vec![parsed], is_fenced: false };
                self.found.drafts.push(draft);
            }
            None => {
                self.at = parsed.end;
                self.keep(begin, parsed);
            }
            Some(_) if !parsed.is_meant || is_beyond => self.waste(begin, parsed.end),
            Some(stop) if matches!(stop.why, Why::Ended(_) | Why::Unclosed) => {
                self.at = parsed.end;
                self.keep(begin, parsed);
            }
            Some(_) => {
                self.at = self.end_of_broken(begin).unwrap_or(parsed.end).max(begin + 1);
                if !self.is_unended {
                    self.found.broken = Some(parsed);
                }
            }
        }
    }

    /// Goes on behind the bracket, or behind all that was read for nothing once that is much.
    fn waste(&mut self, begin: usize, end: usize) {
        self.wasted += end - begin;
        let is_much = self.wasted > 16 * self.text.len() + 4_096;
        let bracket = self.rest().chars().next().map_or(1, char::len_utf8);
        self.at = if is_much { end.max(begin + bracket) } else { begin + bracket };
        self.found.has_prose |= !self.is_unended;
    }

    fn keep(&mut self, begin: usize, item: Parsed) {
        let end = item.end;
        let runs = if self.is_unended { &mut self.found.drafts } else { &mut self.found.runs };
        if let Some(run) = runs.last_mut()
            && run.is_fenced == self.is_fenced
            && self.text.get(run.end..begin).is_some_and(is_between)
        {
            run.end = end;
            run.items.push(item);
        } else {
            runs.push(Run { items: vec![item], is_fenced: self.is_fenced, end });
        }
    }

    /// Reads JSON whose quotes have backslashes, as it is inside of a JSON string.
    fn encoded(&self) -> Option<Parsed> {
        let mut ahead = Cursor::new(self.text, self.at).window();
        loop {
            ahead.take_while(|c| c.is_whitespace() || matches!(c, '{' | '['));
            if !ahead.take("\\n") && !ahead.take("\\r") && !ahead.take("\\t") {
                break;
            }
        }
        if !ahead.rest().starts_with("\\\"") {
            return None;
        }
        let mut cursor = Cursor::new(self.text, self.at);
        let mut mends = Mends::default();
        let mut inner = String::new();
        loop {
            inner.push_str(cursor.take_while(|c| c != '\\' && c != '"'));
            if cursor.peek() != Some('\\') {
                break;
            }
            cursor.next();
            if !text::unescape(&mut cursor, &mut inner, &mut mends) {
                break;
            }
        }
        let mut parsed = parse(&inner, 0);
        mends.add(JsonMend::DoubleEncoded);
        parsed.mends.add_all(&mends);
        parsed.end = cursor.at;
        if let Some(stop) = &mut parsed.stop {
            stop.at = self.at;
        }
        Some(parsed)
    }

    /// Where the brackets of what cannot be read close, so that what is inside of it is not taken
    /// for an answer.
    fn end_of_broken(&mut self, begin: usize) -> Option<usize> {
        if self.wasted > 16 * self.text.len() {
            return None;
        }
        let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
        for (at, c) in self.text.get(begin..)?.char_indices() {
            self.wasted += c.len_utf8();
            match narrow(c) {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = is_text,
                '"' => is_text = !is_text,
                '{' | '[' if !is_text => depth += 1,
                '}' | ']' if !is_text => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(begin + at + c.len_utf8());
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// The length of a token of a model's own, such as `<|return|>`, which is not text.
fn length_of_token(text: &str) -> Option<usize> {
    let mut cursor = Cursor::new(text, 0);
    let is_token = cursor.take("<|") && {
        cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        cursor.take("|>")
    };
    (is_token || cursor.take("</s>")).then_some(cursor.at)
}

/// Whether a text is no more than what stands between the lines of a list.
fn is_between(text: &str) -> bool {
    let is_bullet = |c: char| matches!(c, ',' | '，' | ';' | '-' | '*' | '•' | '.' | ')' | '+');
    text.chars().all(|c| c.is_whitespace() || is_invisible(c) || is_bullet(c) || c.is_ascii_digit())
}
