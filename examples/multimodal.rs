//! Images and documents: how they are told apart, how large they are, and what a local platform
//! without a language model does with them.
//!
//! ```console
//! $ cargo run --example multimodal
//! ```

use std::error::Error;

use mem0_sdk::{
    AddMemoryOptions, AsyncMemoryClient, Media, Message, Scope, WaitOptions, media_from_file,
};
use mem0_server::{Authentication, Engine, router};

/// A picture of one red dot.
const DOT: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xFF\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path())?;
    let platform = router(engine.clone(), Authentication::Off);
    let client = AsyncMemoryClient::builder().service(platform).build()?;
    let alice = || Scope::user("alice");

    let file = folder.path().join("photo"); // the name does not matter, the first bytes do
    std::fs::write(&file, DOT)?;
    let photo = media_from_file(&file).await?;
    println!("a file: {:?}, {} bytes to send", photo.kind(), photo.encoded_len());
    println!("as {}", photo.url().split(';').next().unwrap_or_default());
    let menu = Media::from_reader("menu.md", &b"# Menu\nRisotto"[..])?;
    println!("a reader: {:?}, {} bytes to send", menu.kind(), menu.encoded_len());
    if let Err(refused) = Media::from_bytes("song.mp3", b"ID3") {
        println!("a song: {refused}");
    }

    // Stored word for word, a picture would be no memory.
    let verbatim = AddMemoryOptions::new(alice()).infer(false);
    if let Err(refused) = client.add(Message::user(photo.clone()), verbatim).await {
        println!("not sent: {refused}");
    }

    // Nobody reads the picture here; the text beside it is stored.
    let talk = [Message::user("That is my dog"), Message::user(photo)];
    let event = client.add_and_wait(talk, alice(), WaitOptions::default()).await?;
    let skipped = event.skipped().map_or(0, |skipped| skipped.message_count());
    println!("beside text: {} stored, {skipped} skipped", event.results.len());
    let alone = client.add_and_wait(Message::user(menu), alice(), WaitOptions::default()).await;
    if let Err(failed) = alone {
        println!("alone: {failed}");
    }
    engine.close().await?;
    Ok(())
}
