//! What of the JSON found is what was asked for.

use serde_json::{Map, Value};

use super::mend::{JsonMend, Mends};
use super::scan::{Run, parse_whole};
use super::shape::{JsonShape, Wanted};
use super::value::{Parsed, Step, Stop, Why};

/// How many objects around the one that was asked for are looked into.
const WRAPPERS: usize = 3;

/// How well something fits, from what was asked for in so many words to a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It might be an entry, or nothing.
    Guess,
    /// Entries alone.
    Entries,
    /// It has another name, or is inside of something else.
    Near,
    Exact,
}

/// Something of the asked shape.
#[derive(Debug)]
pub(super) struct Fit {
    pub(super) value: Value,
    pub(super) rank: Rank,
    pub(super) mends: Mends,
    pub(super) cut: Option<Stop>,
    /// How many entries or fields are complete.
    pub(super) entries: usize,
    pub(super) is_fenced: bool,
}

/// A list that was found, and where.
struct List {
    entries: Vec<Value>,
    rank: Rank,
    mends: Vec<JsonMend>,
    /// The fields that lead to it.
    route: Vec<String>,
    /// The other fields of the object that holds it.
    others: Map<String, Value>,
}

impl List {
    fn new(entries: Vec<Value>, rank: Rank, mend: Option<JsonMend>) -> Self {
        let mends = mend.into_iter().collect();
        Self { entries, rank, mends, route: Vec::new(), others: Map::new() }
    }

    /// The same, inside of a field.
    fn inside(mut self, field: &str, mend: JsonMend) -> Self {
        self.route.insert(0, field.to_owned());
        self.rank = self.rank.min(Rank::Near);
        self.mends.push(mend);
        self
    }
}

/// All that fits in a run. `is_length` says that a limit cut the reply off behind it.
pub(super) fn fits(run: &Run, shape: &JsonShape, is_length: bool) -> Vec<Fit> {
    match &shape.wanted {
        Wanted::Object => {
            let objects = run.items.iter().filter_map(|item| object(item, shape, is_length));
            let fenced = |fit| Fit { is_fenced: run.is_fenced, ..fit };
            objects.map(fenced).collect()
        }
        Wanted::List | Wanted::ListIn(_) => list(run, shape, is_length).into_iter().collect(),
    }
}

fn object(item: &Parsed, shape: &JsonShape, is_length: bool) -> Option<Fit> {
    let mut value = item.value.clone();
    let mut mends = item.mends.clone();
    let mut rank = Rank::Exact;
    let mut stop = item.stop.clone();
    if let Value::Array(entries) = &mut value
        && entries.len() == 1
    {
        value = entries.pop()?;
        rank = Rank::Near;
        mends.add(JsonMend::Unwrapped);
        enter(&mut stop, |step| matches!(step, Step::Entry(0)));
    }
    let Value::Object(map) = &mut value else { return None };
    if let Some((field, arguments)) = call(map) {
        value = Value::Object(arguments);
        mends.add(JsonMend::ToolCall);
        enter(&mut stop, |step| *step == Step::Field(field.to_owned()));
    }
    let mut cut = None;
    if let Some(stop) = stop {
        let half = prune(&mut value, &stop.path, None, shape.keeps_half);
        let is_closed = !half && stop.why == Why::Unclosed && stop.path.is_empty() && !is_length;
        if is_closed {
            mends.add(JsonMend::Brackets);
        } else {
            cut = Some(stop);
        }
        if half && shape.keeps_half {
            mends.add(JsonMend::HalfEntry);
        }
    }
    let fields = value.as_object().map_or(0, Map::len);
    let is_half = mends.0.contains(&JsonMend::HalfEntry);
    let entries = fields - usize::from(is_half && fields > 0);
    Some(Fit { value, rank, mends, cut, entries, is_fenced: false })
}

/// Where reading stopped, seen from inside of what it was in.
fn enter(stop: &mut Option<Stop>, is_step: impl Fn(&Step) -> bool) {
    if let Some(open) = stop {
        if open.path.first().is_some_and(is_step) {
            open.path.remove(0);
        } else {
            // It is only what stands around that is not whole.
            *stop = None;
        }
    }
}

fn list(run: &Run, shape: &JsonShape, is_length: bool) -> Option<Fit> {
    let mut mends = Mends::default();
    let mut lists: Vec<List> = Vec::new();
    let mut cut = None;
    let mut halves = 0;
    for item in &run.items {
        mends.add_all(&item.mends);
        let mut value = item.value.clone();
        let path = item.stop.as_ref().map(|stop| stop.path.as_slice());
        let half =
            path.is_some_and(|path| prune(&mut value, path, shape.field(), shape.keeps_half));
        let mut list = list_of(value, shape.field(), WRAPPERS)?;
        if let Some(stop) = &item.stop {
            let is_entry = list.mends.contains(&JsonMend::OneEntry) && list.route.is_empty();
            let is_open = leads(&stop.path, &list.route);
            let is_closed = !half
                && !is_entry
                && !is_length
                && stop.why == Why::Unclosed
                && stop.path.len() == list.route.len();
            if is_entry && !shape.keeps_half {
                list.entries.clear();
            }
            if is_open && (half || is_entry) && shape.keeps_half && !list.entries.is_empty() {
                halves = 1;
                mends.add(JsonMend::HalfEntry);
            }
            if is_open && !is_closed {
                cut = Some(stop.clone());
            } else {
                mends.add(JsonMend::Brackets);
            }
        }
        lists.push(list);
    }
    // What comes before the answer, and does not hold it, is no entry of it.
    if let Some(first) = lists.iter().position(|list| list.rank >= Rank::Near)
        && first > 0
        && shape.field().is_some()
    {
        lists.drain(..first);
        mends.add(JsonMend::OtherJson);
    }
    let last = run.items.last()?;
    let is_bare = lists.len() > 1 || lists.iter().any(|list| list.rank == Rank::Guess);
    if cut.is_none() && is_length && is_bare {
        cut = Some(Stop { why: Why::Unclosed, at: last.end, path: Vec::new() });
    }
    let rank = lists.iter().map(|list| list.rank).max()?;
    let rank = if lists.len() > 1 { rank.max(Rank::Entries) } else { rank };
    if lists.len() > 1 {
        mends.add(JsonMend::Lines);
    }
    let mut entries = Vec::new();
    let mut others = Map::new();
    let mut seen: Vec<Vec<Value>> = Vec::new();
    for list in lists {
        // The same answer twice is one answer.
        let is_again = list.rank > Rank::Guess && seen.contains(&list.entries);
        if !is_again {
            entries.extend(list.entries.iter().cloned());
        }
        if seen.len() < 8 {
            seen.push(list.entries);
        }
        others.extend(list.others);
        list.mends
            .into_iter()
            .filter(|mend| run.items.len() == 1 || *mend != JsonMend::OneEntry)
            .for_each(|mend| mends.add(mend));
    }
    let complete = entries.len() - halves;
    let value = match shape.field() {
        None => Value::Array(entries),
        Some(field) => {
            others.insert(field.to_owned(), Value::Array(entries));
            Value::Object(others)
        }
    };
    Some(Fit { value, rank, mends, cut, entries: complete, is_fenced: run.is_fenced })
}

/// Whether a path goes through these fields first.
fn leads(path: &[Step], route: &[String]) -> bool {
    let is_same = |(step, field): (&Step, &String)| *step == Step::Field(field.clone());
    path.len() >= route.len() && path.iter().zip(route).all(is_same)
}

/// Takes out what is not whole, unless it is to be kept, and says whether there is such a thing.
///
/// Lists that are asked for stay, with their whole entries; an entry that is not whole goes.
fn prune(value: &mut Value, path: &[Step], field: Option<&str>, keeps: bool) -> bool {
    let Some((step, inner)) = path.split_first() else { return false };
    let is_on_the_way = field.is_some_and(|field| leads_to_list(value, path, field));
    match (value, step) {
        (Value::Object(map), Step::Field(name)) => {
            let is_list = map.get(name).is_some_and(Value::is_array);
            match map.get_mut(name) {
                Some(child) if is_on_the_way && !is_field(field, name) => {
                    prune(child, inner, field, keeps)
                }
                Some(child) if is_list => prune(child, inner, None, keeps),
                _ => {
                    if !keeps {
                        map.remove(name);
                    }
                    true
                }
            }
        }
        (Value::Array(entries), Step::Entry(at)) => match entries.get_mut(*at) {
            Some(child) if is_on_the_way => prune(child, inner, field, keeps),
            _ => {
                if !keeps {
                    entries.truncate(*at);
                }
                true
            }
        },
        _ => false,
    }
}

fn is_field(field: Option<&str>, name: &str) -> bool {
    field == Some(name)
}

/// Whether the path goes through a list in the field.
fn leads_to_list(value: &Value, path: &[Step], field: &str) -> bool {
    let mut value = value;
    for step in path {
        let child = match step {
            Step::Field(name) => value.get(name),
            Step::Entry(at) => value.get(at),
        };
        let Some(child) = child else { return false };
        if *step == Step::Field(field.to_owned()) && child.is_array() {
            return true;
        }
        value = child;
    }
    false
}

/// The list that is asked for, in the field of this name where one is named.
fn list_of(value: Value, field: Option<&str>, wrappers: usize) -> Option<List> {
    match value {
        Value::Array(entries) => Some(list_of_entries(entries, field, wrappers)),
        Value::Object(map) => {
            if let Some(list) = list_in(&map, field, wrappers) {
                return Some(list);
            }
            let entries = if map.is_empty() { vec![] } else { vec![Value::Object(map)] };
            Some(List::new(entries, Rank::Guess, Some(JsonMend::OneEntry)))
        }
        _ => None,
    }
}

fn list_of_entries(mut entries: Vec<Value>, field: Option<&str>, wrappers: usize) -> List {
    let is_call = |entry: &Value| entry.as_object().is_some_and(|map| call(map).is_some());
    let holds =
        |entry: &Value| field.is_some_and(|field| entry.get(field).is_some_and(Value::is_array));
    if wrappers > 0 && entries.len() == 1 && entries.iter().all(is_call) {
        let inner = entries.first().and_then(Value::as_object);
        if let Some(mut list) = inner.and_then(|map| list_in(map, field, wrappers - 1)) {
            list.route.clear();
            return list;
        }
    }
    if !entries.is_empty() && entries.iter().all(holds) {
        let fields =
            entries.iter_mut().filter_map(|entry| entry.get_mut(field.unwrap_or_default()));
        let lists = fields.filter_map(Value::as_array_mut).flat_map(std::mem::take).collect();
        return List::new(lists, Rank::Near, Some(JsonMend::Unwrapped));
    }
    let is_entry = |entry: &Value| entry.is_object() || entry.is_string();
    let is_likely = !entries.is_empty() && entries.iter().all(is_entry);
    match field {
        None if is_likely => List::new(entries, Rank::Exact, None),
        None => List::new(entries, Rank::Near, None),
        Some(_) if is_likely => List::new(entries, Rank::Entries, Some(JsonMend::Wrapped)),
        Some(_) => List::new(entries, Rank::Guess, Some(JsonMend::Wrapped)),
    }
}

fn list_in(map: &Map<String, Value>, field: Option<&str>, wrappers: usize) -> Option<List> {
    if let Some(field) = field
        && let Some(mut list) = map.get(field).and_then(as_list)
    {
        list.route.push(field.to_owned());
        list.others = map.clone();
        return Some(list);
    }
    let wrappers = wrappers.checked_sub(1)?;
    if let Some((name, arguments)) = call(map)
        && let Some(list) = list_in(&arguments, field, wrappers)
    {
        return Some(list.inside(name, JsonMend::ToolCall));
    }
    let objects = map.iter().filter_map(|(name, value)| Some((name, value.as_object()?)));
    for (name, inner) in objects {
        let list = field.and_then(|_| list_in(inner, field, wrappers));
        if let Some(list) = list.filter(|list| list.route.last().map(String::as_str) == field) {
            return Some(list.inside(name, JsonMend::Unwrapped));
        }
    }
    let is_alone = map.len() == 1;
    let named = map.iter().find(|(name, value)| {
        value.is_array() && (is_alone || field.is_some_and(|field| is_similar(name, field)))
    });
    let (name, list) = named?;
    let list = List::new(list.as_array()?.clone(), Rank::Near, None);
    let mend = if field.is_some() { JsonMend::Renamed } else { JsonMend::Unwrapped };
    let mut list = list.inside(name, mend);
    list.others = map.clone();
    list.others.remove(name);
    Some(list)
}

/// What stands in the field of a list, read as one.
fn as_list(value: &Value) -> Option<List> {
    let one = |entries| Some(List::new(entries, Rank::Near, Some(JsonMend::OneEntry)));
    match value {
        Value::Array(entries) => Some(List::new(entries.clone(), Rank::Exact, None)),
        Value::Null => one(vec![]),
        Value::String(text) if text.trim().is_empty() => one(vec![]),
        Value::String(text) => match parse_whole(text).map(|parsed| parsed.value) {
            Some(Value::Array(entries)) => {
                Some(List::new(entries, Rank::Near, Some(JsonMend::DoubleEncoded)))
            }
            Some(object) => {
                Some(List::new(vec![object], Rank::Near, Some(JsonMend::DoubleEncoded)))
            }
            None => one(vec![value.clone()]),
        },
        Value::Object(map) if map.is_empty() => one(vec![]),
        Value::Object(map) if map.keys().all(|key| key.bytes().all(|b| b.is_ascii_digit())) => {
            let mut numbered: Vec<_> = map.iter().collect();
            numbered.sort_by_key(|(number, _)| (number.len(), number.as_str()));
            one(numbered.into_iter().map(|(_, entry)| entry.clone()).collect())
        }
        Value::Object(_) => one(vec![value.clone()]),
        Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The arguments of a tool call that was written as text, and the field that holds them.
fn call(map: &Map<String, Value>) -> Option<(&'static str, Map<String, Value>)> {
    const OF_A_CALL: &[&str] =
        &["name", "arguments", "parameters", "type", "id", "index", "function", "recipient_name"];
    if !map.keys().all(|key| OF_A_CALL.contains(&key.as_str())) {
        return None;
    }
    if let Some(Value::Object(function)) = map.get("function")
        && let Some((_, arguments)) = call(function)
    {
        return Some(("function", arguments));
    }
    let is_named = ["name", "function", "recipient_name"]
        .iter()
        .any(|field| map.get(*field).is_some_and(Value::is_string));
    let field = ["arguments", "parameters"].into_iter().find(|field| map.contains_key(*field))?;
    let arguments = match map.get(field)? {
        Value::Object(arguments) => arguments.clone(),
        Value::String(text) => match parse_whole(text)?.value {
            Value::Object(arguments) => arguments,
            _ => return None,
        },
        _ => return None,
    };
    is_named.then_some((field, arguments))
}

/// Whether two names differ only in how they are written, or by a word more.
fn is_similar(name: &str, field: &str) -> bool {
    let (name, field) = (stem(name), stem(field));
    !field.is_empty() && name.contains(&field)
}

/// Without case, hyphens and plural.
fn stem(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    letters.collect::<String>().replace("ies", "y").trim_end_matches('s').to_owned()
}
