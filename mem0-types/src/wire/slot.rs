use serde::de::DeserializeOwned;
use serde_json::Error;
use serde_json::value::RawValue;

use super::cursor::Cursor;
use super::extra::Extra;
use super::huge_integer::has_huge_integer;

/// A typed field while its object is read.
pub(crate) struct Slot<'a, T> {
    value: Option<T>,
    /// Whether a value came under the field's own name.
    is_named: bool,
    /// What came under its other name, which only counts where nothing fits under its own, in whatever
    /// order the two were sent.
    other: Option<&'a RawValue>,
}

impl<'a, T: DeserializeOwned> Slot<'a, T> {
    pub(crate) fn new() -> Self {
        Self { value: None, is_named: false, other: None }
    }

    /// Reads a value of the field; what does not fit stays among the extras. Null is no value, and of a
    /// name that comes twice the first value counts, so that what is written reads back as the same.
    pub(crate) fn read(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'a>,
        extra: &mut Extra,
    ) -> Result<(), Error> {
        self.read_with(name, cursor, extra, Cursor::value)
    }

    /// The same by a function of the type's own.
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
            _ => keep_odd(name, cursor, place, extra),
        }
    }

    /// Keeps a value that came under the field's other name.
    pub(crate) fn keep_other(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Error> {
        if !cursor.take_null()? {
            let json = cursor.raw()?;
            self.other.get_or_insert(json);
        }
        Ok(())
    }

    /// The field, once its object was read.
    pub(crate) fn into_value(self) -> Option<T> {
        self.value
    }

    /// The same, where it has another name too.
    pub(crate) fn into_value_or_other(self, name: &'static str, extra: &mut Extra) -> Option<T> {
        let Some(json) = self.other else { return self.value };
        let fitting = || serde_json::from_str(json.get()).ok();
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

/// Keeps the value at a place as the JSON that it is.
#[cold]
fn keep_odd(
    name: &'static str,
    cursor: &mut Cursor<'_>,
    place: usize,
    extra: &mut Extra,
) -> Result<(), Error> {
    cursor.back_to(place);
    extra.push(name, cursor.raw()?);
    Ok(())
}
