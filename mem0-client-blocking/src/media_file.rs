use std::fs::File;
use std::io;
use std::path::PathBuf;

use mem0_client::Media;

/// Opens a file, and reads an image, a PDF, Markdown, MDX or plain text from it, as
/// [`Media::from_reader`] does.
///
/// # Errors
/// The errors of opening and reading the file; [`InvalidData`](io::ErrorKind::InvalidData) for a
/// file of another kind.
///
/// ```no_run
/// # use std::error::Error;
/// # use mem0_sdk::MemoryClient;
/// # fn example(client: MemoryClient) -> Result<(), Box<dyn Error>> {
/// use mem0_sdk::blocking::media_from_file;
/// use mem0_sdk::{Message, Scope};
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
