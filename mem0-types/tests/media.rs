//! Images and documents, from bytes and from readers.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mem0_types::{Content, InvalidInput, Media, MediaKind, Message};
use serde_json::json;

/// Gives its bytes in pieces of odd sizes.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 % 4099 + 1;
        let size = self.1.min(buffer.len()).min(self.0.len());
        let (piece, rest) = self.0.split_at(size);
        buffer[..size].copy_from_slice(piece);
        self.0 = rest;
        Ok(size)
    }
}

/// Fails after its bytes. Before that it is interrupted once, which is not a failure.
struct Broken<'a>(&'a [u8], u8);

impl Read for Broken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if self.1 == 0 => {
                self.1 = 1;
                Err(io::ErrorKind::Interrupted.into())
            }
            0 => Err(io::Error::other("the disk is gone")),
            size => Ok(size),
        }
    }
}

type FromReader = fn(&mut dyn Read) -> io::Result<Media>;

/// The result of each constructor for the same bytes, without the prefix.
const READERS: [(FromReader, &str); 5] = [
    (|reader| Media::from_reader("a.txt", reader), ""),
    (|reader| Media::image_reader("image/jpeg", reader), "data:image/jpeg;base64,"),
    (|reader| Media::pdf_reader(reader), ""),
    (|reader| Media::mdx_reader(reader), ""),
    (|reader| Media::text_reader(reader), ""),
];

#[test]
fn eight_megabytes_are_encoded_whole() {
    let mut rng = fastrand::Rng::with_seed(7);
    // Not a multiple of three, so that the last group is padded.
    let bytes: Vec<u8> = (0..8 * 1024 * 1024 + 1).map(|_| rng.u8(..)).collect();
    let whole = STANDARD.encode(&bytes);
    for (from_reader, prefix) in READERS {
        let media = from_reader(&mut bytes.as_slice()).unwrap();
        assert!(media.url().strip_prefix(prefix) == Some(whole.as_str()));
    }
    assert!(Media::pdf_bytes(&bytes).url() == whole);
    assert!(
        Media::image_bytes("image/png", &bytes).url()["data:image/png;base64,".len()..] == whole
    );
}

#[test]
fn pieces_of_any_size_are_joined() {
    for size in [0, 1, 2, 3, 4, 5, 1023, 100_000] {
        let bytes: Vec<u8> = (0..size).map(|index| (index * 31 % 251) as u8).collect();
        let whole = STANDARD.encode(&bytes);
        for (from_reader, prefix) in READERS {
            let media = from_reader(&mut Trickle(&bytes, 0)).unwrap();
            assert_eq!(media.url(), format!("{prefix}{whole}"));
        }
    }
}

#[test]
fn the_readers_error_passes_through() {
    for (from_reader, _) in READERS {
        let error = from_reader(&mut Broken(b"some bytes", 0)).unwrap_err();
        assert_eq!(error.to_string(), "the disk is gone");
    }
}

/// The first bytes of each format, and the format.
const BEGINNINGS: [(&[u8], &str); 15] = [
    (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "data:image/png;"),
    (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "data:image/jpeg;"),
    (b"\xFF\xD8\xFF", "data:image/jpeg;"),
    (b"GIF87a\x01\0", "data:image/gif;"),
    (b"GIF89a\x01\0", "data:image/gif;"),
    (b"RIFF\x24\0\0\0WEBPVP8 ", "data:image/webp;"),
    (b"BM\x46\0\0\0\0\0\0\0\x36\0", "data:image/bmp;"),
    (b"II*\0\x08\0\0\0", "data:image/tiff;"),
    (b"MM\0*\0\0\0\x08", "data:image/tiff;"),
    (b"\0\0\0\x18ftypheic\0\0", "data:image/heic;"),
    (b"\0\0\0\x18ftyphevc\0\0", "data:image/heic-sequence;"),
    (b"\0\0\0\x18ftypmif1\0\0", "data:image/heif;"),
    (b"\0\0\0\x18ftypmsf1\0\0", "data:image/heif-sequence;"),
    (b"\0\0\0\x1Cftypavif\0\0", "data:image/avif;"),
    (b"\0\0\0\x1Cftypavis\0\0", "data:image/avif;"),
];

#[test]
fn an_image_is_known_by_its_first_bytes() {
    for (beginning, prefix) in BEGINNINGS {
        // Whatever the name says.
        for name in ["", "photo", "notes.txt", "photo.jpg"] {
            let media = Media::from_bytes(name, beginning).unwrap();
            assert!(media.url().starts_with(prefix), "{name} {prefix}");
            assert_eq!(media.kind(), MediaKind::Image);
            let (_, sent) = media.url().split_once(";base64,").unwrap();
            assert_eq!(STANDARD.decode(sent).unwrap(), beginning);
            // One byte at a time gives the same.
            assert_eq!(Media::from_reader(name, Trickle(beginning, 0)).unwrap(), media);
        }
    }
}

#[test]
fn a_document_is_known_by_its_mark_or_its_name() {
    for (name, bytes, kind) in [
        ("", &b"%PDF-1.7"[..], MediaKind::Pdf),
        ("notes.md", b"%PDF-1.7", MediaKind::Pdf),
        ("/home/a/notes.md", b"# hi", MediaKind::Mdx),
        ("page.MDX", b"# hi", MediaKind::Mdx),
        ("a.b.markdown", b"", MediaKind::Mdx),
        ("a.Txt", b"BMW drivers", MediaKind::Text),
        ("a.text", b"\xFF\xD8", MediaKind::Text),
    ] {
        let media = Media::from_bytes(name, bytes).unwrap();
        assert_eq!((media.kind(), media.url()), (kind, STANDARD.encode(bytes).as_str()), "{name}");
        assert_eq!(Media::from_reader(name, bytes).unwrap(), media);
    }
}

#[test]
fn an_unknown_format_is_refused_with_advice() {
    let mut almost: Vec<(&str, &[u8])> = vec![
        ("a.mp4", b"\0\0\0\x18ftypmp42\0\0"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt "),
        ("BMW", b"BMW drivers are"),
        ("txt", b"hi"),
        (".txt", b"hi"),
        ("a.txt/b", b"hi"),
        ("a.png", b"hi"),
        ("", b""),
    ];
    // A mark that is cut off is not recognised. The mark of a JPEG is three bytes long.
    almost.extend(BEGINNINGS.map(|(beginning, _)| ("", &beginning[..2])));
    for (name, bytes) in almost {
        let refused = Media::from_bytes(name, bytes).unwrap_err();
        assert_eq!(refused.field(), "content", "{name}");
        for constructor in ["image_bytes", "pdf_bytes", "mdx_bytes", "text_bytes", "_reader"] {
            assert!(refused.message().contains(constructor), "{refused}");
        }
        let error = Media::from_reader(name, bytes).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(error.get_ref().unwrap().downcast_ref::<InvalidInput>(), Some(&refused));
    }
}

#[test]
fn the_length_is_what_is_sent() {
    for media in [
        Media::image_url("https://example.com/a.jpg"),
        Media::from_bytes("a", b"GIF89a").unwrap(),
        Media::from_reader("a.md", &b"# hi"[..]).unwrap(),
    ] {
        let json = serde_json::to_value(&media).unwrap();
        let sent = json[media.kind().as_str()]["url"].as_str().unwrap();
        assert_eq!(media.encoded_len(), sent.len());
    }
}

#[test]
fn each_kind_has_its_wire_name() {
    let url = "https://example.com/a?b=c";
    for (media, kind, name) in [
        (Media::image_url(url), MediaKind::Image, "image_url"),
        (Media::pdf_url(url), MediaKind::Pdf, "pdf_url"),
        (Media::mdx_url(url), MediaKind::Mdx, "mdx_url"),
        (Media::text_url(url), MediaKind::Text, "txt_url"),
    ] {
        assert_eq!((media.kind(), kind.as_str(), media.url()), (kind, name, url));
        let json = json!({"type": name, name: {"url": url}});
        assert_eq!(serde_json::to_value(&media).unwrap(), json);
        let read: Content = serde_json::from_value(json).unwrap();
        assert_eq!(read, Content::Media(media));
    }
}

#[test]
fn other_shapes_are_kept_raw() {
    for json in [
        json!({"type": "image_url", "image_url": {"url": "a", "detail": "high"}}),
        json!({"type": "image_url", "pdf_url": {"url": "a"}}),
        json!({"type": "image_url", "image_url": "a"}),
        json!({"type": "image_url", "image_url": {"url": 5}}),
        json!({"type": "image_url", "image_url": {"url": "a"}, "alt": "b"}),
        json!({"type": "audio_url", "audio_url": {"url": "a"}}),
        json!([{"type": "text", "text": "Hi"}]),
        json!(5),
    ] {
        let sent = json!({"role": "user", "content": json});
        let message: Message = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(message.content, Content::Raw(json));
        assert_eq!(message.content.as_text(), None);
        assert_eq!(serde_json::to_value(&message).unwrap(), sent);
    }
}
