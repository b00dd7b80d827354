//! A value that is almost JSON.

use serde_json::{Map, Value};

use super::cursor::{Cursor, ends_of, is_of_name, narrow};
use super::mend::{JsonMend, Mends};
use super::text::{self, Place, WORDS};

/// How many lists and objects may be inside each other, as in serde_json.
const DEEPEST: usize = 127;

/// A step into a list or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Field(String),
    Entry(usize),
}

/// Why a value is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The text ended inside of this.
    Ended(&'static str),
    /// The text ended behind a value, where brackets are to be closed.
    Unclosed,
    /// This cannot be read.
    Broken(&'static str),
    TooDeep,
}

/// Where and why reading stopped before the value's end.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    pub(super) why: Why,
    /// In bytes.
    pub(super) at: usize,
    /// From the outermost value to the innermost that is not whole.
    pub(super) path: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) value: Value,
    pub(super) stop: Option<Stop>,
    pub(super) mends: Mends,
    /// In bytes, behind the value.
    pub(super) end: usize,
    /// Whether something in it shows that JSON was meant: a name or text in quotes, or a value.
    pub(super) is_meant: bool,
}

/// Reads the list or object that begins here.
pub(super) fn parse(text: &str, at: usize) -> Parsed {
    let rest = text.get(at..).unwrap_or_default();
    let mut strict = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    if let Some(Ok(value)) = strict.next() {
        let end = at + strict.byte_offset();
        return Parsed { value, stop: None, mends: Mends::default(), end, is_meant: true };
    }
    let mut parser = Parser {
        cursor: Cursor::new(text, at),
        mends: Mends::default(),
        open: Vec::new(),
        stop: None,
        is_meant: false,
    };
    let value = parser.value(Place::InList { is_outermost: true }).unwrap_or_default();
    let mut stop = parser.stop;
    if let Some(stop) = &mut stop {
        stop.path.reverse();
    }
    let Parser { cursor, mends, is_meant, .. } = parser;
    Parsed { value, stop, mends, end: cursor.at, is_meant }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    List,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    mends: Mends,
    /// What is being read, from the outside in.
    open: Vec<Kind>,
    stop: Option<Stop>,
    is_meant: bool,
}

impl Parser<'_> {
    fn stop(&mut self, why: Why) {
        let at = self.cursor.at;
        self.stop.get_or_insert(Stop { why, at, path: Vec::new() });
    }

    fn step(&mut self, step: Step) {
        if let Some(stop) = &mut self.stop {
            stop.path.push(step);
        }
    }

    /// What follows the blank, in JSON's spelling; nothing where the JSON cannot go on.
    fn mark(&mut self) -> Option<char> {
        self.cursor.skip_blank(&mut self.mends);
        let next = self.cursor.peek().filter(|_| !text::is_mark_of_end(self.cursor.rest()))?;
        Some(narrow(next))
    }

    /// Goes on behind a mark that `mark` returned.
    fn take_mark(&mut self) {
        if self.cursor.next().is_some_and(|c| narrow(c) != c) {
            self.mends.add(JsonMend::FullWidth);
        }
    }

    /// What was read of a value, also where it is not whole.
    fn value(&mut self, place: Place) -> Option<Value> {
        let Some(next) = self.mark() else {
            self.stop(Why::Ended("an entry"));
            return None;
        };
        match next {
            '{' | '[' if self.open.len() >= DEEPEST => {
                self.stop(Why::TooDeep);
                None
            }
            '{' => {
                self.open.push(Kind::Object);
                self.take_mark();
                let value = self.object();
                self.open.pop();
                Some(value)
            }
            '[' => {
                self.open.push(Kind::List);
                self.take_mark();
                let value = self.list();
                self.open.pop();
                Some(value)
            }
            quote if ends_of(quote).is_some() => {
                self.is_meant = true;
                let (text, is_whole) = text::read(&mut self.cursor, place, &mut self.mends);
                if !is_whole {
                    // Also where it ended within an escape.
                    self.cursor.at = self.cursor.text.len();
                    self.stop(Why::Ended("a string"));
                }
                Some(Value::String(text))
            }
            _ => self.token(place),
        }
    }

    /// A number or a word.
    fn token(&mut self, place: Place) -> Option<Value> {
        let begin = self.cursor.at;
        let token = self.cursor.take_while(|c| is_of_name(c) || c == '+');
        // The text may have ended within it.
        let is_at_end = self.cursor.rest().is_empty();
        let (is_negative, word) = match token.strip_prefix(['-', '+']) {
            Some(word) => (token.starts_with('-'), word),
            None => (false, token),
        };
        if WORDS.contains(&word) && (word == token || matches!(word, "Infinity" | "inf")) {
            self.is_meant |= self.open.last() == Some(&Kind::Object);
            return Some(self.word(word));
        }
        if is_at_end && (token.is_empty() || !word.starts_with(char::is_alphabetic)) {
            self.stop(Why::Ended("a number"));
            return None;
        }
        if is_at_end && WORDS.iter().any(|known| known.starts_with(token)) {
            self.stop(Why::Ended("a word"));
            return None;
        }
        if self.cursor.peek() != Some(':')
            && word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && let Some(value) = self.number(token, word, is_negative)
        {
            return Some(value);
        }
        // A date or a time, not a word: words in brackets are found in every text.
        if matches!(place, Place::InObject { .. }) && word.starts_with(|c: char| c.is_ascii_digit())
        {
            self.cursor.at = begin;
            let date = self.cursor.take_while(|c| is_of_name(c) || matches!(c, ':' | '+'));
            self.mends.add(JsonMend::Unquoted);
            return Some(Value::String(date.to_owned()));
        }
        self.cursor.at = begin;
        self.stop(Why::Broken("a value was expected"));
        None
    }

    fn word(&mut self, word: &str) -> Value {
        let value = match word {
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            _ => Value::Null,
        };
        match word {
            "true" | "false" | "null" => {}
            "NaN" | "nan" | "Infinity" | "inf" => self.mends.add(JsonMend::Numbers),
            _ => self.mends.add(JsonMend::Literals),
        }
        value
    }

    fn number(&mut self, token: &str, digits: &str, is_negative: bool) -> Option<Value> {
        if let Ok(number) = serde_json::from_str::<serde_json::Number>(token) {
            return Some(Value::Number(number));
        }
        let plain = digits.replace('_', "");
        let number = match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok().map(f64::from),
            None => plain.parse::<f64>().ok(),
        }?;
        self.mends.add(JsonMend::Numbers);
        let number = if is_negative { -number } else { number };
        // Without a fraction it stays an integer, where f64 holds it.
        let is_integer = number.fract() == 0.0 && number.abs() < 9e15 && !plain.contains('.');
        Some(if is_integer { Value::from(number as i64) } else { Value::from(number) })
    }

    fn object(&mut self) -> Value {
        let mut map = Map::new();
        let mut is_after_comma = true;
        // As in a template.
        let is_doubled = self.cursor.take("{");
        if is_doubled {
            self.mends.add(JsonMend::Brackets);
        }
        loop {
            let Some(next) = self.mark() else {
                let is_behind_value = !is_after_comma && !map.is_empty();
                self.is_meant |= map.is_empty() && self.cursor.rest().is_empty();
                self.stop(if is_behind_value { Why::Unclosed } else { Why::Ended("an object") });
                break;
            };
            match next {
                '}' => {
                    self.take_mark();
                    if is_doubled {
                        self.cursor.take("}");
                    }
                    if is_after_comma && !map.is_empty() {
                        self.mends.add(JsonMend::Commas);
                    }
                    break;
                }
                ',' => {
                    self.take_mark();
                    if is_after_comma {
                        self.mends.add(JsonMend::Commas);
                    }
                    is_after_comma = true;
                    continue;
                }
                ']' => {
                    self.mends.add(JsonMend::Brackets);
                    if self.is_inside(Kind::List) {
                        break;
                    }
                    self.take_mark();
                    continue;
                }
                '{' if is_after_comma && !map.is_empty() && self.is_inside(Kind::List) => {
                    self.mends.add(JsonMend::Brackets);
                    break;
                }
                _ => {}
            }
            if !is_after_comma {
                self.mends.add(JsonMend::Commas);
            }
            is_after_comma = false;
            let Some(name) = self.name() else { break };
            let place = Place::InObject { is_outermost: self.open.len() == 1 };
            if let Some(value) = self.value(place) {
                if self.stop.is_some() {
                    self.step(Step::Field(name.clone()));
                }
                map.insert(name, value);
            }
            if self.stop.is_some() {
                break;
            }
        }
        Value::Object(map)
    }

    /// The name of a field, and its colon.
    fn name(&mut self) -> Option<String> {
        let begin = self.cursor.at;
        let is_quoted = self.cursor.peek().is_some_and(|c| ends_of(c).is_some());
        let name = if is_quoted {
            let (name, is_whole) = text::read(&mut self.cursor, Place::Name, &mut self.mends);
            if !is_whole {
                self.is_meant = true;
                self.stop(Why::Ended("a field's name"));
                return None;
            }
            name
        } else {
            self.cursor.take_while(is_of_name).to_owned()
        };
        match self.mark() {
            _ if name.is_empty() && !is_quoted => {
                self.cursor.at = begin;
                self.stop(Why::Broken("a field's name was expected"));
                None
            }
            Some(':') => {
                if !is_quoted {
                    self.mends.add(JsonMend::Unquoted);
                }
                self.is_meant |= is_quoted;
                self.take_mark();
                Some(name)
            }
            None => {
                self.is_meant |= is_quoted;
                self.stop(Why::Ended("a field"));
                None
            }
            Some(_) => {
                self.stop(Why::Broken("a colon was expected after a field's name"));
                None
            }
        }
    }

    fn list(&mut self) -> Value {
        let mut entries = Vec::new();
        let mut is_after_comma = true;
        loop {
            let Some(next) = self.mark() else {
                let is_behind_value = !is_after_comma && !entries.is_empty();
                self.is_meant |= entries.is_empty() && self.cursor.rest().is_empty();
                self.stop(if is_behind_value { Why::Unclosed } else { Why::Ended("a list") });
                break;
            };
            match next {
                ']' => {
                    self.take_mark();
                    if is_after_comma && !entries.is_empty() {
                        self.mends.add(JsonMend::Commas);
                    }
                    break;
                }
                ',' => {
                    self.take_mark();
                    if is_after_comma {
                        self.mends.add(JsonMend::Commas);
                    }
                    is_after_comma = true;
                    continue;
                }
                '}' => {
                    self.mends.add(JsonMend::Brackets);
                    if self.is_inside(Kind::Object) && !self.is_one_too_many() {
                        break;
                    }
                    self.take_mark();
                    continue;
                }
                _ => {}
            }
            if !is_after_comma && self.is_meant_as_value(next) {
                self.mends.add(JsonMend::Commas);
            } else if !is_after_comma {
                self.stop(Why::Broken("a comma was expected between two entries"));
                break;
            }
            let place = Place::InList { is_outermost: self.open.len() == 1 };
            if let Some(value) = self.value(place) {
                if self.stop.is_some() {
                    self.step(Step::Entry(entries.len()));
                }
                self.is_meant |= value.is_object() && self.stop.is_none();
                entries.push(value);
            }
            if self.stop.is_some() {
                break;
            }
            is_after_comma = false;
        }
        Value::Array(entries)
    }

    fn is_meant_as_value(&self, next: char) -> bool {
        matches!(next, '{' | '[') || ends_of(next).is_some()
    }

    /// Whether what is being read is itself inside of this.
    fn is_inside(&self, kind: Kind) -> bool {
        self.open.iter().rev().nth(1) == Some(&kind)
    }

    /// Whether a closing brace in a list is one too many: the list goes on behind it, and is not
    /// itself inside of an entry.
    fn is_one_too_many(&self) -> bool {
        let mut ahead = self.cursor.window();
        ahead.next();
        if self.open.len() > 2 || ahead.peek_mark() != Some(',') {
            return false;
        }
        ahead.next();
        ahead.peek_mark() == Some('{')
    }
}
