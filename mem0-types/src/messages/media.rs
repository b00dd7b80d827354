use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::write::{EncoderStringWriter, StrConsumer};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::media_type::{HEAD, MediaKind, MediaType};
use crate::{Argument, InvalidInput};

/// An image or a document inside a message, by URL or as its bytes in base64.
///
/// [`from_bytes`](Self::from_bytes) and [`from_reader`](Self::from_reader) find out what they are
/// given, as the clients' `media_from_file` does. The other constructors are told.
///
/// Only inference reads media, so an add with `infer: false` refuses them. The platform documents
/// no size limit and may answer with 413; [`encoded_len`](Self::encoded_len) says how large a
/// request will be.
///
/// ```
/// use mem0_sdk::{Media, MediaKind, Message};
///
/// let photo = Media::from_bytes("photo", b"\xFF\xD8\xFF\xE0")?;
/// assert_eq!(photo.url(), "data:image/jpeg;base64,/9j/4A==");
/// assert_eq!(Message::user(photo).content.as_text(), None);
/// assert_eq!(Media::pdf_url("https://example.com/a.pdf").kind(), MediaKind::Pdf);
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    kind: MediaKind,
    url: String,
}

macro_rules! document {
    ($kind:ident, $title:literal, $from_url:ident, $from_bytes:ident, $from_reader:ident) => {
        #[doc = concat!("A ", $title, " that the platform fetches from this https URL.")]
        ///
        /// ```
        /// # use mem0_sdk::Media;
        #[doc = concat!("let document = Media::", stringify!($from_url), "(\"https://example.com/a\");")]
        /// assert_eq!(document.url(), "https://example.com/a");
        /// ```
        pub fn $from_url(url: impl Argument<String>) -> Self {
            Self { kind: MediaKind::$kind, url: url.into() }
        }

        #[doc = concat!("A ", $title, " sent as these bytes, in base64.")]
        ///
        /// ```
        /// # use mem0_sdk::Media;
        #[doc = concat!("assert_eq!(Media::", stringify!($from_bytes), "(\"# hi\").url(), \"IyBoaQ==\");")]
        /// ```
        pub fn $from_bytes(bytes: impl AsRef<[u8]>) -> Self {
            Self { kind: MediaKind::$kind, url: STANDARD.encode(bytes) }
        }

        #[doc = concat!("A ", $title, " read to its end and sent in base64.")]
        ///
        /// # Errors
        /// Those of the reader.
        ///
        /// ```
        /// # use mem0_sdk::Media;
        #[doc = concat!("let document = Media::", stringify!($from_reader), "(&b\"# hi\"[..])?;")]
        /// assert_eq!(document.url(), "IyBoaQ==");
        /// # Ok::<(), std::io::Error>(())
        /// ```
        pub fn $from_reader(reader: impl Read) -> io::Result<Self> {
            Ok(Self { kind: MediaKind::$kind, url: encode(String::new(), reader)? })
        }
    };
}

impl Media {
    /// An image or document of these bytes, with the name of the file that they came from.
    ///
    /// PNG, JPEG, GIF, WebP, BMP, TIFF, HEIC, HEIF and AVIF images and PDFs are recognised by their
    /// first bytes, whatever the name says. Markdown and MDX (`.md`, `.mdx`, `.markdown`) and plain
    /// text (`.txt`, `.text`) are recognised by the ending of the name. The name is not sent.
    ///
    /// # Errors
    /// [`InvalidInput`] for anything else. Use a constructor that is told the kind then.
    ///
    /// ```
    /// use mem0_sdk::{Media, MediaKind};
    ///
    /// assert_eq!(Media::from_bytes("menu", b"%PDF-1.7\n")?.kind(), MediaKind::Pdf);
    /// assert_eq!(Media::from_bytes("notes.MD", b"# hi")?.kind(), MediaKind::Mdx);
    /// assert!(Media::from_bytes("song.mp3", b"ID3").is_err());
    /// # Ok::<(), mem0_sdk::InvalidInput>(())
    /// ```
    pub fn from_bytes(
        name: impl AsRef<Path>,
        bytes: impl AsRef<[u8]>,
    ) -> Result<Self, InvalidInput> {
        let bytes = bytes.as_ref();
        let head = bytes.get(..HEAD).unwrap_or(bytes);
        Ok(match MediaType::of(name.as_ref(), head)? {
            MediaType::Image(media_type) => Self::image_bytes(media_type, bytes),
            MediaType::Document(kind) => Self { kind, url: STANDARD.encode(bytes) },
        })
    }

    /// As [`from_bytes`](Self::from_bytes), from a reader. The bytes are encoded as they are read
    /// and never held all at once.
    ///
    /// # Errors
    /// Those of the reader, and [`InvalidData`](io::ErrorKind::InvalidData) with an
    /// [`InvalidInput`] for anything else than an image or a document. Only its beginning has been
    /// read then.
    ///
    /// ```
    /// # use mem0_sdk::{Media, MediaKind};
    /// let notes = Media::from_reader("notes.txt", &b"hi"[..])?;
    /// assert_eq!((notes.kind(), notes.url()), (MediaKind::Text, "aGk="));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_reader(name: impl AsRef<Path>, mut reader: impl Read) -> io::Result<Self> {
        let mut head = Vec::with_capacity(HEAD);
        reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let media_type = MediaType::of(name.as_ref(), &head)
            .map_err(|refused| io::Error::new(io::ErrorKind::InvalidData, refused))?;
        let whole = head.as_slice().chain(reader);
        match media_type {
            MediaType::Image(media_type) => Self::image_reader(media_type, whole),
            MediaType::Document(kind) => Ok(Self { kind, url: encode(String::new(), whole)? }),
        }
    }

    /// An image that the platform fetches from this https URL.
    ///
    /// ```
    /// # use mem0_sdk::Media;
    /// let photo = Media::image_url("https://example.com/a.jpg");
    /// assert_eq!(photo.url(), "https://example.com/a.jpg");
    /// ```
    pub fn image_url(url: impl Argument<String>) -> Self {
        Self { kind: MediaKind::Image, url: url.into() }
    }

    /// An image of these bytes, sent in a `data:` URL with this media type, for example
    /// `image/jpeg`.
    ///
    /// ```
    /// # use mem0_sdk::Media;
    /// assert_eq!(Media::image_bytes("image/png", "hi").url(), "data:image/png;base64,aGk=");
    /// ```
    pub fn image_bytes(media_type: &str, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let mut url = format!("data:{media_type};base64,");
        url.reserve_exact(bytes.len().div_ceil(3).saturating_mul(4));
        STANDARD.encode_string(bytes, &mut url);
        Self { kind: MediaKind::Image, url }
    }

    /// As [`image_bytes`](Self::image_bytes), from a reader, which is read to its end.
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// ```
    /// # use mem0_sdk::Media;
    /// let photo = Media::image_reader("image/png", &b"hi"[..])?;
    /// assert_eq!(photo.url(), "data:image/png;base64,aGk=");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn image_reader(media_type: &str, reader: impl Read) -> io::Result<Self> {
        let url = encode(format!("data:{media_type};base64,"), reader)?;
        Ok(Self { kind: MediaKind::Image, url })
    }

    document!(Pdf, "PDF document", pdf_url, pdf_bytes, pdf_reader);
    document!(Mdx, "Markdown or MDX document", mdx_url, mdx_bytes, mdx_reader);
    document!(Text, "plain text document", text_url, text_bytes, text_reader);

    /// The kind of media.
    ///
    /// ```
    /// # use mem0_sdk::{Media, MediaKind};
    /// assert_eq!(Media::mdx_bytes("# hi").kind(), MediaKind::Mdx);
    /// ```
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// The URL, `data:` URL or base64 text that is sent.
    ///
    /// ```
    /// # use mem0_sdk::Media;
    /// assert_eq!(Media::text_bytes("hi").url(), "aGk=");
    /// ```
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many bytes it takes in the request: the length of [`url`](Self::url). Base64 makes four
    /// bytes of three.
    ///
    /// ```
    /// # use mem0_sdk::Media;
    /// assert_eq!(Media::text_bytes([0; 3_000]).encoded_len(), 4_000);
    /// ```
    pub fn encoded_len(&self) -> usize {
        self.url.len()
    }

    /// `None` for JSON that writing this type would not give back.
    pub(crate) fn from_json(json: &Value) -> Option<Self> {
        let fields = json.as_object()?;
        let name = fields.get("type")?.as_str()?;
        let kind = MediaKind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
        let inner = fields.get(name)?.as_object()?;
        let url = inner.get("url")?.as_str()?.to_owned();
        (fields.len() == 2 && inner.len() == 1).then_some(Self { kind, url })
    }
}

/// Appends the reader's bytes in base64 as they are read, so that they are never held all at once.
fn encode(prefix: String, mut reader: impl Read) -> io::Result<String> {
    let mut encoder = EncoderStringWriter::from_consumer(Encoded(prefix), &STANDARD);
    io::copy(&mut reader, &mut encoder)?;
    let Encoded(mut text) = encoder.into_inner();
    text.shrink_to_fit();
    Ok(text)
}

/// A text that grows by a quarter when it is full. A `String` doubles, which is much for a large
/// document whose size is not known.
struct Encoded(String);

impl StrConsumer for Encoded {
    fn consume(&mut self, piece: &str) {
        const FIRST_ROOM: usize = 8 * 1024;
        let Self(text) = self;
        if text.capacity() - text.len() < piece.len() {
            text.reserve_exact(piece.len().max(text.len() / 4).max(FIRST_ROOM));
        }
        text.push_str(piece);
    }
}

impl Serialize for Media {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Url<'a> {
            url: &'a str,
        }

        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", self.kind.as_str())?;
        map.serialize_entry(self.kind.as_str(), &Url { url: &self.url })?;
        map.end()
    }
}

impl fmt::Debug for Media {
    /// The kind, never the URL or the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").field("kind", &self.kind).finish_non_exhaustive()
    }
}
