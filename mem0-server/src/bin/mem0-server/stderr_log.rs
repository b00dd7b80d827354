use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use mem0_types::Timestamp;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::Failure;

/// Writes the events of `level` and above to standard error, one line each, for the whole process.
pub(crate) fn install(level: Level) -> Result<(), Failure> {
    // A panic's own message may quote the data that caused it, which is somebody's memory.
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => tracing::error!(%place, "panicked"),
        None => tracing::error!("panicked"),
    }));
    Ok(tracing::subscriber::set_global_default(StderrLog(level))?)
}

/// Writes one line of the log, whatever its level: a moment in UTC, the program, the level, and the
/// text.
pub(crate) fn write_line(level: Level, text: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_micros()).ok().and_then(Timestamp::from_unix_micros);
    let now = now.map_or_else(String::new, |now| format!("{now} "));
    // Nothing can be done when standard error is closed.
    let _ = writeln!(io::stderr(), "{now}mem0-server: {level} {}", on_one_line(text));
}

/// A line break within a text would begin what looks like another event.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

struct StderrLog(Level);

impl Subscriber for StderrLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.0
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = String::new();
        event.record(&mut Line(&mut text));
        write_line(*event.metadata().level(), text.trim_start());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::on_one_line;

    #[test]
    fn an_event_stays_on_one_line() {
        assert_eq!(on_one_line("a b"), "a b");
        assert_eq!(on_one_line("a\nb\r\u{1b}[0m"), "a\\nb\\r\\u{1b}[0m");
        assert_eq!(on_one_line("茶"), "茶");
    }
}
