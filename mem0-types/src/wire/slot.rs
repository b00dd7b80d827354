use serde::de::DeserializeOwned;
use serde_json::Error;
use serde_json::value::RawValue;

use super::cursor::Cursor;
use super::extra::Extra;
use super::half_surrogates::read_mended;
use super::huge_integer::has_huge_integer;

/// A typed field of an object that is being read.
pub(crate) struct Slot<'a, T> {
    value: Option<T>,
    /// Whether there was a value under the field's own name.
    is_named: bool,
    /// The value under its second name. It is used when no value under the first name fits, in
    /// whatever order they were sent.
    other: Option<&'a RawValue>,
}

impl<'a, T: DeserializeOwned> Slot<'a, T> {
    pub(crate) fn new() -> Self {
        Self { value: None, is_named: false, other: None }
    }

    /// Reads a value of the field. A value that does not fit becomes an extra. Null is not a value.
    /// If a name occurs twice, the first value is taken, so that writing and reading gives the
    /// same.
    pub(crate) fn read(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
    ) -> Result<(), Error> {
        self.read_with(name, cursor, extra, Cursor::value)
    }

    /// As [`read`](Self::read), with this function for the value.
    pub(crate) fn read_with(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
        value: impl FnOnce(&mut Cursor<'a>) -> Result<T, Error>,
    ) -> Result<(), Error> {
        if cursor.take_null()? {
            return Ok(());
        }
        self.read_any(name, cursor, extra, value)
    }

    /// As [`read`](Self::read), for a type that null is a value of.
    pub(crate) fn read_nullable(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
    ) -> Result<(), Error> {
        self.read_any(name, cursor, extra, Cursor::value)
    }

    fn read_any(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
        value: impl FnOnce(&mut Cursor<'a>) -> Result<T, Error>,
    ) -> Result<(), Error> {
        if self.is_named {
            return cursor.skip();
        }
        self.is_named = true;
        let place = cursor.place();
        match value(cursor) {
            Ok(value) if !has_huge_integer(cursor.since(place)) => {
                self.value = Some(value);
                Ok(())
            }
            _ => {
                cursor.back_to(place);
                self.value = read_odd(name, cursor, extra)?;
                Ok(())
            }
        }
    }

    /// Keeps a value under the field's second name.
    pub(crate) fn keep_other(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        if !cursor.take_null()? {
            let json = cursor.raw()?;
            self.other.get_or_insert(json);
        }
        Ok(())
    }

    /// The field, once the object has been read.
    pub(crate) fn into_value(self) -> Option<T> {
        self.value
    }

    /// As [`into_value`](Self::into_value), for a field with a second name.
    pub(crate) fn into_value_or_other(self, name: &'static str, extra: &mut Extra) -> Option<T> {
        let Some(json) = self.other else { return self.value };
        let fitting = || serde_json::from_str(json.get()).ok().or_else(|| read_mended(json.get()));
        match self.value {
            None if !has_huge_integer(json.get()) => fitting().or_else(|| {
                extra.push(name, json);
                None
            }),
            value => {
                extra.push(name, json);
                value
            }
        }
    }
}

/// Reads a value that does not fit as it stands. It fits without halves of surrogate pairs, or it
/// is kept as an extra.
#[cold]
fn read_odd<T: DeserializeOwned>(
    name: &'static str,
    cursor: &mut Cursor<'_>,
    extra: &mut Extra,
) -> Result<Option<T>, Error> {
    let json = cursor.raw()?;
    let mended = if has_huge_integer(json.get()) { None } else { read_mended(json.get()) };
    if mended.is_none() {
        extra.push(name, json);
    }
    Ok(mended)
}
