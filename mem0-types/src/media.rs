use std::fmt;
use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// An image or a document inside a message, by URL or as its bytes in base64.
///
/// The platform reads it by inference, so an add with `infer: false` refuses it. The platform
/// documents no size limit.
///
/// ```
/// use mem0_types::{Media, MediaKind, Message};
///
/// let message = Message::user(Media::image_bytes("image/png", b"\x89PNG"));
/// # let _ = message;
/// assert_eq!(Media::pdf_url("https://example.com/a.pdf").kind(), MediaKind::Pdf);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    kind: MediaKind,
    url: String,
}

/// The kinds of media that the platform takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// A picture: JPEG, PNG and other common formats. `image_url` on the wire.
    Image,
    /// A PDF document. `pdf_url` on the wire.
    Pdf,
    /// A Markdown or MDX document. `mdx_url` on the wire.
    Mdx,
    /// A plain text document. `txt_url` on the wire.
    Text,
}

impl MediaKind {
    const ALL: [Self; 4] = [Self::Image, Self::Pdf, Self::Mdx, Self::Text];

    /// The wire name, which is the value of `type` and the key of the URL.
    ///
    /// ```
    /// assert_eq!(mem0_types::MediaKind::Image.as_str(), "image_url");
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

macro_rules! document {
    ($kind:ident, $title:literal, $from_url:ident, $from_bytes:ident, $from_reader:ident) => {
        #[doc = concat!("A ", $title, " that the platform fetches from this https URL.")]
        ///
        /// ```
        /// # use mem0_types::Media;
        #[doc = concat!("let document = Media::", stringify!($from_url), "(\"https://example.com/a\");")]
        /// assert_eq!(document.url(), "https://example.com/a");
        /// ```
        pub fn $from_url(url: impl Into<String>) -> Self {
            Self { kind: MediaKind::$kind, url: url.into() }
        }

        #[doc = concat!("A ", $title, " sent as these bytes, in base64.")]
        ///
        /// ```
        /// # use mem0_types::Media;
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
        /// # use mem0_types::Media;
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
    /// A picture that the platform fetches from this https URL.
    ///
    /// ```
    /// # use mem0_types::Media;
    /// let photo = Media::image_url("https://example.com/a.jpg");
    /// assert_eq!(photo.url(), "https://example.com/a.jpg");
    /// ```
    pub fn image_url(url: impl Into<String>) -> Self {
        Self { kind: MediaKind::Image, url: url.into() }
    }

    /// A picture sent as these bytes, in a `data:` URL of this media type, for example
    /// `image/jpeg`.
    ///
    /// ```
    /// # use mem0_types::Media;
    /// assert_eq!(Media::image_bytes("image/png", "hi").url(), "data:image/png;base64,aGk=");
    /// ```
    pub fn image_bytes(media_type: &str, bytes: impl AsRef<[u8]>) -> Self {
        let mut url = format!("data:{media_type};base64,");
        STANDARD.encode_string(bytes, &mut url);
        Self { kind: MediaKind::Image, url }
    }

    /// A picture read to its end, as [`Media::image_bytes`].
    ///
    /// # Errors
    /// Those of the reader.
    ///
    /// ```
    /// # use mem0_types::Media;
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

    /// What kind of media it is.
    ///
    /// ```
    /// # use mem0_types::{Media, MediaKind};
    /// assert_eq!(Media::mdx_bytes("# hi").kind(), MediaKind::Mdx);
    /// ```
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// The URL, `data:` URL or base64 text that is sent.
    ///
    /// ```
    /// # use mem0_types::Media;
    /// assert_eq!(Media::text_bytes("hi").url(), "aGk=");
    /// ```
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `None` for any shape that writing this type would not give back.
    pub(crate) fn from_json(json: &Value) -> Option<Self> {
        let fields = json.as_object()?;
        let name = fields.get("type")?.as_str()?;
        let kind = MediaKind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
        let inner = fields.get(name)?.as_object()?;
        let url = inner.get("url")?.as_str()?.to_owned();
        (fields.len() == 2 && inner.len() == 1).then_some(Self { kind, url })
    }
}

/// Appends the reader's bytes in base64 as they come, so that the raw bytes are never held whole.
fn encode(prefix: String, mut reader: impl Read) -> io::Result<String> {
    let mut encoder = EncoderStringWriter::from_consumer(prefix, &STANDARD);
    io::copy(&mut reader, &mut encoder)?;
    Ok(encoder.into_inner())
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
    /// The kind, never the address or the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").field("kind", &self.kind).finish_non_exhaustive()
    }
}
