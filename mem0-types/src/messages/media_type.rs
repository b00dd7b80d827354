//! Recognises a file by its first bytes or by its name.

use std::ffi::OsStr;
use std::path::Path;

use crate::InvalidInput;

/// The kinds of media that the platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// An image: JPEG, PNG and other common formats. `image_url` on the wire.
    Image,
    /// A PDF document. `pdf_url` on the wire.
    Pdf,
    /// A Markdown or MDX document. `mdx_url` on the wire.
    Mdx,
    /// A plain text document. `txt_url` on the wire.
    Text,
}

impl MediaKind {
    pub(super) const ALL: [Self; 4] = [Self::Image, Self::Pdf, Self::Mdx, Self::Text];

    /// The wire name: the value of `type` and the key of the URL.
    ///
    /// ```
    /// assert_eq!(mem0_sdk::MediaKind::Image.as_str(), "image_url");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image_url",
            Self::Pdf => "pdf_url",
            Self::Mdx => "mdx_url",
            Self::Text => "txt_url",
        }
    }
}

/// How many first bytes tell every format apart.
pub(crate) const HEAD: usize = 12;

/// The kind of media, and for an image its media type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    Image(&'static str),
    Document(MediaKind),
}

impl MediaType {
    /// Images and PDFs are recognised by their first bytes, whatever the name. Text has no such
    /// mark and is recognised by the ending of the name.
    pub(crate) fn of(name: &Path, head: &[u8]) -> Result<Self, InvalidInput> {
        if let Some(found) = by_first_bytes(head).or_else(|| by_name(name)) {
            return Ok(found);
        }
        Err(InvalidInput::new(
            "content",
            "must begin like a PNG, JPEG, GIF, WebP, BMP, TIFF, HEIC, HEIF, AVIF or PDF, or be \
             named .md, .mdx, .markdown, .txt or .text; for anything else use image_bytes, \
             pdf_bytes, mdx_bytes or text_bytes, or their _reader variants",
        ))
    }
}

fn by_first_bytes(head: &[u8]) -> Option<MediaType> {
    if head.starts_with(b"%PDF-") {
        return Some(MediaType::Document(MediaKind::Pdf));
    }
    let media_type = match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        // The four bytes that are always zero tell it from a text that begins with "BM".
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => "image/tiff",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"avif" | b"avis" => "image/avif",
            b"heic" | b"heix" | b"heim" | b"heis" => "image/heic",
            b"hevc" | b"hevx" => "image/heic-sequence",
            b"mif1" | b"mif2" => "image/heif",
            b"msf1" => "image/heif-sequence",
            _ => return None,
        },
        _ => return None,
    };
    Some(MediaType::Image(media_type))
}

fn by_name(name: &Path) -> Option<MediaType> {
    let ending = name.extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
    match ending.as_str() {
        "md" | "mdx" | "markdown" => Some(MediaType::Document(MediaKind::Mdx)),
        "txt" | "text" => Some(MediaType::Document(MediaKind::Text)),
        _ => None,
    }
}
