use std::fs::File;
use std::io;
use std::path::PathBuf;

use mem0_types::Media;
use tokio::runtime::Handle;

/// Opens a file, and reads an image, a PDF, Markdown, MDX or plain text from it, as
/// [`Media::from_reader`] does.
///
/// The file is read on one of tokio's threads for blocking work. Dropping the future does not stop
/// that.
///
/// # Errors
/// The errors of opening and reading the file; [`InvalidData`](io::ErrorKind::InvalidData) for a
/// file of another kind; [`Other`](io::ErrorKind::Other) outside of a tokio runtime.
///
/// ```no_run
/// # use std::error::Error;
/// # use mem0_sdk::AsyncMemoryClient;
/// # async fn example(client: AsyncMemoryClient) -> Result<(), Box<dyn Error>> {
/// use mem0_sdk::{Message, Scope, media_from_file};
///
/// let menu = media_from_file("menu.pdf").await?;
/// client.add(Message::user(menu), Scope::user("alice")).await?;
/// # Ok(())
/// # }
/// ```
pub async fn media_from_file(path: impl Into<PathBuf>) -> io::Result<Media> {
    let path = path.into();
    let runtime = Handle::try_current().map_err(io::Error::other)?;
    let reading = runtime.spawn_blocking(move || Media::from_reader(&path, File::open(&path)?));
    reading.await.map_err(io::Error::other)?
}
