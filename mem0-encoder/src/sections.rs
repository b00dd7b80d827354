//! Reads the data crates' files, one section after the other.

use crate::EncoderError;

/// What is left of a file.
pub(crate) struct Sections(&'static [u8]);

impl Sections {
    /// The sections of a file that begins with `magic`.
    pub(crate) fn of(bytes: &'static [u8], magic: &[u8; 8]) -> Result<Self, EncoderError> {
        bytes.strip_prefix(magic).map(Self).ok_or(EncoderError::Weights)
    }

    #[cfg(test)]
    pub(crate) fn whole(bytes: &'static [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'static [u8], EncoderError> {
        let (section, rest) = self.0.split_at_checked(length).ok_or(EncoderError::Weights)?;
        self.0 = rest;
        Ok(section)
    }

    /// A 32-bit number, little-endian.
    pub(crate) fn number(&mut self) -> Result<usize, EncoderError> {
        let bytes = self.bytes(4)?.try_into().map_err(|_| EncoderError::Weights)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| EncoderError::Weights)
    }

    /// So many 32-bit floats, little-endian.
    pub(crate) fn floats(&mut self, count: usize) -> Result<Vec<f32>, EncoderError> {
        let bytes = count.checked_mul(4).ok_or(EncoderError::Weights)?;
        let floats = self.bytes(bytes)?.as_chunks().0;
        Ok(floats.iter().map(|float| f32::from_le_bytes(*float)).collect())
    }

    /// Fails unless everything was read.
    pub(crate) fn end(self) -> Result<(), EncoderError> {
        if self.0.is_empty() { Ok(()) } else { Err(EncoderError::Weights) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_kind_or_length_is_refused() {
        assert!(Sections::of(b"M0WORDS2", b"M0WORDS1").is_err());
        assert!(Sections::of(b"M0", b"M0WORDS1").is_err());
        let mut sections = Sections::of(b"M0WORDS1\x02\0\0\0\0\0\x80\x3fx", b"M0WORDS1").unwrap();
        assert_eq!(sections.number(), Ok(2));
        assert_eq!(sections.floats(1), Ok(vec![1.0]));
        assert_eq!(sections.floats(1), Err(EncoderError::Weights));
        assert_eq!(sections.floats(usize::MAX), Err(EncoderError::Weights));
        assert_eq!(sections.bytes(1), Ok(&b"x"[..]));
        assert_eq!(sections.end(), Ok(()));
        let unread = Sections::of(b"M0WORDS1x", b"M0WORDS1").unwrap();
        assert_eq!(unread.end(), Err(EncoderError::Weights));
    }
}
