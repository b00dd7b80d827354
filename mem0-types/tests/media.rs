//! Images and documents, from bytes and from readers.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mem0_types::{Content, Media, MediaKind, Message};
use serde_json::{Value, json};

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

/// Fails after its bytes, once with an interruption, which is no failure.
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

const READERS: [(FromReader, &str); 4] = [
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
    for sent in [json!({"role": "user"}), json!({"role": "user", "content": Value::Null})] {
        assert!(serde_json::from_value::<Message>(sent).is_err());
    }
}
