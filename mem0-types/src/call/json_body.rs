use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::InvalidInput;

/// Writes a value as JSON.
pub(super) fn write(body: &(impl Serialize + ?Sized)) -> Result<Bytes, InvalidInput> {
    // A growing `Vec` would end with up to twice the size of a large body. A large body is
    // therefore only counted at first, and then written into a `Vec` of its size.
    let mut small = Small { bytes: Vec::with_capacity(512), length: 0 };
    let mut writing = serde_json::Serializer::with_formatter(&mut small, Nesting(0));
    let written = body.serialize(&mut writing).and_then(|()| {
        if small.length == small.bytes.len() {
            return Ok(small.bytes);
        }
        let mut bytes = Vec::with_capacity(small.length);
        serde_json::to_writer(&mut bytes, body).map(|()| bytes)
    });
    written.map(Bytes::from).map_err(|error| {
        let reason = if error.is_io() {
            "must not nest deeper than 128 levels"
        } else {
            "must be a value that JSON can express"
        };
        InvalidInput::new("body", reason)
    })
}

/// Counts how deep the written JSON nests. Writing recurses, so that a value without a limit could
/// overflow the stack.
struct Nesting(usize);

impl Nesting {
    const DEEPEST: usize = 128;

    fn deeper(&mut self) -> io::Result<()> {
        self.0 += 1;
        if self.0 > Self::DEEPEST { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(()) }
    }
}

impl Formatter for Nesting {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.deeper()?;
        CompactFormatter.begin_array(writer)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0 -= 1;
        CompactFormatter.end_array(writer)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.deeper()?;
        CompactFormatter.begin_object(writer)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0 -= 1;
        CompactFormatter.end_object(writer)
    }
}

/// Keeps a small text that is written to it, and counts the bytes of a large one.
struct Small {
    bytes: Vec<u8>,
    length: usize,
}

impl io::Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const LITTLE: usize = 4096;

        self.length += bytes.len();
        if self.length <= LITTLE {
            self.bytes.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
