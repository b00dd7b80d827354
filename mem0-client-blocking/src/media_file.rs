use std::fs::File;
use std::io;
use std::path::PathBuf;

use mem0_client::Media;

/// Opens a file and reads what it is, as [`Media::from_reader`] does: an image, a PDF, Markdown, MDX or
/// plain text.
///
/// # Errors
/// Those of opening and reading; [`InvalidData`](io::ErrorKind::InvalidData) for a file of another
/// kind.
///
/// ```no_run
/// # fn example(client: mem0_client_blocking::MemoryClient) -> Result<(), Box<dyn std::error::Error>> {
/// use mem0_client_blocking::{Message, Scope, media_from_file};
///
/// let menu = media_from_file("menu.pdf")?;
/// client.add(Message::user(menu), Scope::user("alice"))?;
/// # Ok(())
/// # }
/// ```
pub fn media_from_file(path: impl Into<PathBuf>) -> io::Result<Media> {
    let path = path.into();
    Media::from_reader(&path, File::open(&path)?)
}
