use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use mem0_engine::{BuiltIn, Engine};

/// A temporary folder, removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("mem0-server-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Opens it with the static table, which is quicker than the default: most tests are not about
    /// meaning.
    pub(crate) fn open(&self) -> Engine {
        Engine::open_with_built_in(&self.0, BuiltIn::Static).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
