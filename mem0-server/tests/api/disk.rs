use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::folder::Folder;

/// A small disk in memory, which only its own processes see.
pub(crate) struct Disk {
    /// Keeps the disk, and ends with this value.
    holder: Child,
    folder: Folder,
    is_root: bool,
}

impl Disk {
    /// `None` where the system lets nobody make one.
    #[allow(clippy::print_stdout, reason = "a test that checked nothing says so")]
    pub(crate) fn of_mebibytes(size: u32) -> Option<Self> {
        let folder = Folder::new();
        let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
        let mut command = Command::new("unshare");
        command.arg("--mount");
        if !is_root {
            command.args(["--user", "--map-root-user"]);
        }
        let script = "mount -t tmpfs -o size=$1m tmpfs \"$0\" && echo made && exec sleep 600";
        command.args(["sh", "-c", script]).arg(folder.path()).arg(size.to_string());
        let mut holder = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let disk = Self { holder, folder, is_root };
        if said == "made\n" {
            return Some(disk);
        }
        println!("nothing was checked: this system makes no small disk");
        None
    }

    /// A data folder on the disk, as its own processes name it.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The disk as this process names it.
    pub(crate) fn outside(&self) -> PathBuf {
        let folder = self.folder.path().strip_prefix("/").unwrap();
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(folder)
    }

    /// The binary, as a process that sees the disk.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg("--target").arg(self.holder.id().to_string()).arg("--mount");
        if !self.is_root {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--").arg(env!("CARGO_BIN_EXE_mem0-server")).args(words);
        command
    }

    pub(crate) fn server(&self) -> Command {
        let mut command =
            self.command(&["--listen", "127.0.0.1:0", "--embedder", "static", "--api-key", "k"]);
        command.arg("--data-dir").arg(self.path());
        command
    }

    pub(crate) fn run(&self, data_dir: &Path, words: &[&str]) -> Output {
        self.command(words).arg("--data-dir").arg(data_dir).output().unwrap()
    }

    /// Takes all room but this many bytes, as another program would.
    pub(crate) fn fill(&self, but: u64) {
        let path = self.outside().join("filler");
        let mut file = File::create(path).unwrap();
        let block = [7; 4096];
        let full = loop {
            if let Err(error) = file.write_all(&block) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(but)).unwrap();
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.outside().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
