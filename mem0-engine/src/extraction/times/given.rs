//! A time as a model writes it.

use serde_json::Value;

use crate::extraction::fact::Precision;
use crate::extraction::times::calendar::{Span, day_of};
use crate::extraction::times::vocabulary::SEASONS;
use crate::extraction::words::mood::has_in;

/// A time as a model writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) start: Option<Span>,
    pub(crate) end: Option<Span>,
    /// Whether it goes on after its start.
    pub(crate) is_open: bool,
    pub(crate) minute: Option<u16>,
}

/// Reads what a model wrote: a text such as `2026-spring` or `2019/..`, a number such as 2019, or
/// an object with a start and an end.
pub(crate) fn given(value: &Value) -> Option<Given> {
    match value {
        Value::String(text) => given_text(text),
        Value::Number(year) => given_text(&year.to_string()),
        Value::Object(fields) => {
            let field = |names: [&str; 4]| {
                let found = names.iter().find_map(|name| fields.get(*name));
                found.filter(|value| !value.is_null()).map(|value| match value {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
            };
            let start = field(["start", "from", "date", "event_start"]);
            let end = field(["end", "to", "until", "event_end"]);
            match (start, end) {
                (Some(start), Some(end)) => given_text(&format!("{start}/{end}")),
                (Some(start), None) => given_text(&start),
                (None, Some(end)) => given_text(&format!("../{end}")),
                (None, None) => None,
            }
        }
        Value::Array(ends) => match ends.as_slice() {
            [Value::String(start), Value::String(end)] => given_text(&format!("{start}/{end}")),
            [Value::String(start)] => given_text(start),
            _ => None,
        },
        _ => None,
    }
}

fn given_text(text: &str) -> Option<Given> {
    let text = text.trim().to_lowercase();
    if let Some((start, end)) = text.split_once('/').filter(|_| !is_slashed_date(&text)) {
        let is_open = matches!(end.trim(), "" | ".." | "…" | "now" | "present" | "null" | "none");
        let (start, end) = (point(start), point(end));
        if start.is_none() && end.is_none() {
            return None;
        }
        let minute = start.and_then(|(_, minute)| minute);
        let (start, end) = (start.map(|(span, _)| span), end.map(|(span, _)| span));
        return Some(Given { start, end, is_open: is_open && start.is_some(), minute });
    }
    let (span, minute) = point(&text)?;
    Some(Given { start: Some(span), end: None, is_open: false, minute })
}

/// `11/20/2026` is one day.
fn is_slashed_date(text: &str) -> bool {
    text.matches('/').count() == 2 && text.chars().all(|c| c.is_ascii_digit() || c == '/')
}

/// One point of a calendar, and the minute of the day.
fn point(text: &str) -> Option<(Span, Option<u16>)> {
    let text = text.trim();
    let is_date_part = |part: &&str| !part.is_empty();
    let (date, clock) = match text.split_once(['t', ' ']) {
        Some((date, clock))
            if clock.starts_with(|c: char| c.is_ascii_digit())
                && clock.contains(':')
                && date.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            (date, Some(clock))
        }
        _ => (text, None),
    };
    let spaced = format!(" {} ", date.replace(['-', '_', '/', ','], " "));
    let season = (0..).zip(SEASONS).find(|(_, words)| has_in(&spaced, words)).map(|(n, _)| n);
    let numbers: Vec<i64> = date
        .split(|c: char| !c.is_ascii_digit())
        .filter(is_date_part)
        .filter_map(|part| part.parse().ok())
        .collect();
    if let (Some(season), [year]) = (season, numbers.as_slice()) {
        let winter = Span::season(year - 1, 3).zip(Span::season(*year, 3));
        // The winter of a year may be the one that begins or the one that ends in it.
        return match (season, winter) {
            (3, Some((before, after))) => {
                Some((Span { from: before.from, to: after.to, precision: Precision::Season }, None))
            }
            (season, _) => Some((Span::season(*year, season)?, None)),
        };
    }
    let has_other_words = date.chars().any(char::is_alphabetic);
    let span = match numbers.as_slice() {
        _ if has_other_words => None,
        [year] if (1000..=9999).contains(year) => Span::year(*year),
        [year, month] if *year >= 1000 => Span::month(*year, *month).filter(|_| *month <= 12),
        [year, month, day] if *year >= 1000 => day_of(*year, *month, *day).map(Span::day),
        [a, b, year] if *year >= 1000 => {
            day_of(*year, *b, *a).or_else(|| day_of(*year, *a, *b)).map(Span::day)
        }
        _ => None,
    }?;
    let minute = clock.and_then(|clock| {
        let mut parts = clock.split(':');
        let hour: u16 = parts.next()?.parse().ok().filter(|hour| *hour < 24)?;
        let minutes: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
        Some(hour * 60 + minutes.parse::<u16>().ok().filter(|minutes| *minutes < 60)?)
    });
    Some((span, minute))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::extraction::times::calendar::date_of;

    fn shown(value: Value) -> Option<String> {
        let given = given(&value)?;
        let span = |span: Span| {
            let (from, to) = (date_of(span.from).unwrap(), date_of(span.to).unwrap());
            format!("{:?} {from} {to}", span.precision)
        };
        let (start, end) = (given.start.map(span), given.end.map(span));
        let open = if given.is_open { " .." } else { "" };
        let minute = given.minute.map(|minute| format!(" at {minute}")).unwrap_or_default();
        Some(format!("{}|{}{open}{minute}", start.unwrap_or_default(), end.unwrap_or_default()))
    }

    #[test]
    fn times_are_read_however_they_are_written() {
        for (value, expected) in [
            (json!("2026-11-20"), "Day 2026-11-20 2026-11-20|"),
            (json!("2026-11-20T14:30"), "Day 2026-11-20 2026-11-20| at 870"),
            (json!("2026-11-20T00:00:00Z"), "Day 2026-11-20 2026-11-20| at 0"),
            (json!("2026-11"), "Month 2026-11-01 2026-11-30|"),
            (json!("2026"), "Year 2026-01-01 2026-12-31|"),
            (json!(2019), "Year 2019-01-01 2019-12-31|"),
            (json!("2026-spring"), "Season 2026-03-01 2026-05-31|"),
            (json!("Spring 2026"), "Season 2026-03-01 2026-05-31|"),
            (json!("2019/.."), "Year 2019-01-01 2019-12-31| .."),
            (json!("2026-05-03/2026-05-09"), "Day 2026-05-03 2026-05-03|Day 2026-05-09 2026-05-09"),
            (json!({"start": "2019", "end": null}), "Year 2019-01-01 2019-12-31|"),
            (json!({"from": "2019", "to": ".."}), "Year 2019-01-01 2019-12-31| .."),
            (json!("20.11.2026"), "Day 2026-11-20 2026-11-20|"),
            (json!("11/20/2026"), "Day 2026-11-20 2026-11-20|"),
        ] {
            assert_eq!(shown(value.clone()).as_deref(), Some(expected), "{value}");
        }
        for value in [
            json!("soon"),
            json!("2026-13-40"),
            json!(""),
            json!("null"),
            json!(true),
            json!("12"),
            json!({}),
            json!("Friday"),
            json!([]),
        ] {
            assert_eq!(shown(value.clone()), None, "{value}");
        }
    }
}
