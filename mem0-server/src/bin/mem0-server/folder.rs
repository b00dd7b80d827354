use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mem0_engine::{
    BuiltIn, EngineError, FolderError, archive, back_up, check_backup, check_folder, restore,
};
use mem0_types::Timestamp;

use crate::{Failure, complain, print, show, unusable};

/// `mem0-server backup`, `restore`, `check`, `export` and `import`.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) data_dir: PathBuf,
    pub(crate) action: Action,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    Backup(PathBuf),
    Restore(PathBuf),
    Check(Option<PathBuf>),
    Export { project_id: Option<String>, to: Option<PathBuf> },
    Import { file: Option<PathBuf>, create: bool, embedder: Option<BuiltIn> },
}

/// Runs a command. Returns whether all is well.
pub(crate) fn run(options: Options) -> Result<bool, Failure> {
    let data_dir = std::path::absolute(&options.data_dir)?;
    let failed = |error| failed(&data_dir, error);
    match options.action {
        Action::Backup(to) => {
            let to = if to.is_dir() { to.join(dated_name()?) } else { to };
            let to = std::path::absolute(to)?;
            back_up(&data_dir, &to).map_err(failed)?;
            print(&format!("The backup is {}.", to.display()))?;
        }
        Action::Restore(file) => {
            restore(std::path::absolute(file)?, &data_dir).map_err(failed)?;
            print(&format!("The data folder is {}.", data_dir.display()))?;
        }
        Action::Check(file) => return check(&data_dir, file.as_deref()),
        Action::Export { project_id, to } => {
            let rows = export(&data_dir, project_id.as_deref(), to.as_deref())?;
            complain(&format!("{rows} rows were exported"));
        }
        Action::Import { file, create, embedder } => {
            let is_new = !is_there(&data_dir)?;
            if is_new && !create {
                return Err(failed(FolderError::NoFolder(data_dir.clone())));
            }
            let rows = import(&data_dir, file.as_deref(), embedder)?;
            let new = if is_new { "new " } else { "" };
            let name = data_dir.display();
            print(&format!("{rows} rows were imported into the {new}data folder {name}."))?;
        }
    }
    Ok(true)
}

/// Whether there is a data folder.
fn is_there(data_dir: &Path) -> Result<bool, Failure> {
    let database = data_dir.join("mem0.db");
    database.try_exists().map_err(|error| {
        format!("cannot use the data folder {}: {error}", data_dir.display()).into()
    })
}

pub(crate) fn failed(data_dir: &Path, error: FolderError) -> Failure {
    match error {
        FolderError::NoFolder(path) => unusable(data_dir, EngineError::NoFolder(path)),
        FolderError::Engine(error) => unusable(data_dir, error),
        other => other.into(),
    }
}

/// `mem0-20260825T093000Z.db`
fn dated_name() -> Result<String, Failure> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let now = Timestamp::from_unix(i64::try_from(now.as_secs())?).to_string();
    let digits: String = now
        .chars()
        .take("2026-08-25T09:30:00".len())
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    Ok(format!("mem0-{digits}Z.db"))
}

fn check(data_dir: &Path, file: Option<&Path>) -> Result<bool, Failure> {
    let checkup = match file {
        Some(file) => check_backup(std::path::absolute(file)?)?,
        None => check_folder(data_dir).map_err(|error| failed(data_dir, error))?,
    };
    for finding in &checkup.findings {
        show(finding)?;
    }
    for left_out in &checkup.left_out {
        complain(left_out);
    }
    if checkup.findings.is_empty() {
        show("Nothing is wrong.")?;
    }
    Ok(checkup.findings.is_empty())
}

fn export(data_dir: &Path, project_id: Option<&str>, to: Option<&Path>) -> Result<u64, Failure> {
    let bar = bar("rows");
    let mut progress = |rows, of| {
        bar.set_length(of);
        bar.set_position(rows);
    };
    let Some(path) = to else {
        let mut output = BufWriter::new(io::stdout().lock());
        return archive::export(data_dir, project_id, &mut output, &mut progress)
            .map_err(|error| failed(data_dir, error));
    };
    let path = std::path::absolute(path)?;
    let unwritable =
        |error: io::Error| Failure::from(format!("cannot write {}: {error}", path.display()));
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::from(format!("{} already exists and is not overwritten", path.display()))
        }
        _ => unwritable(error),
    })?;
    let mut output = BufWriter::new(file);
    let written = archive::export(data_dir, project_id, &mut output, &mut progress)
        .map_err(|error| match error {
            FolderError::Stream(error) => unwritable(error),
            other => failed(data_dir, other),
        })
        .and_then(|rows| {
            output.flush().and_then(|()| output.get_ref().sync_all()).map_err(unwritable)?;
            Ok(rows)
        });
    if written.is_err() {
        // Half of an archive is useless.
        let _ = std::fs::remove_file(&path);
    }
    written
}

fn import(data_dir: &Path, file: Option<&Path>, embedder: Option<BuiltIn>) -> Result<u64, Failure> {
    let bar = bar("bytes");
    let imported = match file {
        None => archive::import(&mut io::stdin().lock(), data_dir, embedder, &mut |_| ())
            .map_err(|error| failed(data_dir, error))?,
        Some(path) => {
            let path = std::path::absolute(path)?;
            let file = File::open(&path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            bar.set_length(file.metadata()?.len());
            archive::import(
                &mut BufReader::new(bar.wrap_read(file)),
                data_dir,
                embedder,
                &mut |_| (),
            )
            .map_err(|error| failed(data_dir, error))?
        }
    };
    bar.finish_and_clear();
    Ok(imported.rows)
}

/// A progress bar, shown only on a terminal.
pub(crate) fn bar(unit: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(&format!("  {{wide_bar}} {{pos}} of {{len}} {unit}")) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
