use std::borrow::Cow;

use serde::de::{Deserialize, Error as _, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error};

use super::half_surrogates::read_mended;

/// A place in a JSON text, from which values are read one after another.
///
/// serde reads the values, and the cursor reads what is between them. A value of an unexpected type
/// can therefore be read again as plain JSON, and everything else is read only once.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The place itself, for [`back_to`](Self::back_to).
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    pub(crate) fn back_to(&mut self, place: usize) {
        self.at = place;
    }

    /// The text that was read since that place.
    pub(crate) fn since(&self, place: usize) -> &'a str {
        self.text.get(place..self.at).unwrap_or_default()
    }

    /// The next byte that is not white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Moves past this byte, if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let comes = self.peek() == Some(byte);
        self.at += usize::from(comes);
        comes
    }

    /// Reads the next value. If it is not a `T`, or not JSON, the cursor stays where it is.
    pub(crate) fn value<T: Deserialize<'a>>(&mut self) -> Result<T, Error> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut deserializer = Deserializer::from_str(rest);
        let value = T::deserialize(&mut deserializer)?;
        // Only serde_json's iterator over further values tells how far it has read.
        self.at += deserializer.into_iter::<IgnoredAny>().byte_offset();
        Ok(value)
    }

    /// Reads the next value as plain JSON.
    pub(crate) fn raw(&mut self) -> Result<&'a RawValue, Error> {
        self.value()
    }

    /// Moves past the next value.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        self.value::<IgnoredAny>().map(|_| ())
    }

    /// Moves past a null, if it comes next.
    pub(crate) fn take_null(&mut self) -> Result<bool, Error> {
        if self.peek() == Some(b'n') { self.value().map(|()| true) } else { Ok(false) }
    }

    /// Reads an object. `field` reads the value of each name.
    pub(crate) fn object(
        &mut self,
        mut field: impl FnMut(&str, &mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.take(b'{') {
            return Err(Error::custom("expected a JSON object"));
        }
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            let name = self.name()?;
            if !self.take(b':') {
                return Err(Error::custom("expected `:`"));
            }
            field(&name, self)?;
            if !self.take(b',') {
                break;
            }
        }
        if self.take(b'}') { Ok(()) } else { Err(Error::custom("expected `,` or `}`")) }
    }

    /// Reads a list. `item` reads each value.
    pub(crate) fn list(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.take(b'[') {
            return Err(Error::custom("expected a JSON list"));
        }
        if self.take(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.take(b',') {
                break;
            }
        }
        if self.take(b']') { Ok(()) } else { Err(Error::custom("expected `,` or `]`")) }
    }

    fn name(&mut self) -> Result<Cow<'a, str>, Error> {
        if self.peek() != Some(b'"') {
            return Err(Error::custom("expected a name"));
        }
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
        // Names are short and rarely escaped.
        match rest.as_bytes().iter().position(special) {
            Some(end) if rest.as_bytes().get(end) == Some(&b'"') => {
                self.at += end + 2;
                Ok(Cow::Borrowed(rest.get(..end).unwrap_or_default()))
            }
            _ => {
                let name = self.raw()?.get();
                let read = serde_json::from_str(name);
                let read = read.or_else(|error| read_mended(name).ok_or(error));
                read.map(Cow::Owned)
            }
        }
    }

    /// Checks that only white space is left.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Error::custom("trailing characters")),
        }
    }
}
