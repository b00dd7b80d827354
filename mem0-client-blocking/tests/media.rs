//! Images and documents from files.

use std::io::ErrorKind;
use std::path::Path;

use mem0_client_blocking::{MediaKind, media_from_file};

#[test]
fn a_file_is_what_it_is_on_a_thread_and_inside_a_runtime() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("media-blocking");
    std::fs::create_dir_all(&folder).unwrap();
    let photo = folder.join("photo");
    std::fs::write(&photo, b"\xFF\xD8\xFF\xE0").unwrap();
    let read = || {
        let media = media_from_file(&photo).unwrap();
        assert_eq!(
            (media.kind(), media.url()),
            (MediaKind::Image, "data:image/jpeg;base64,/9j/4A==")
        );
        let error = media_from_file(folder.join("menu.pdf")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        std::fs::write(folder.join("song.mp3"), b"ID3").unwrap();
        let error = media_from_file(folder.join("song.mp3")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    };
    read();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async { read() });
}
