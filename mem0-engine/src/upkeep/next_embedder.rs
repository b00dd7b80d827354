//! Changing the embedder of a folder: what the folder knows of it.
//!
//! The vectors of the next embedder are stored beside the current ones, and the two change places
//! when no memory lacks a next one. What is to be done is in the folder, so that it goes on after a
//! crash.

use std::borrow::Cow;
use std::path::Path;

use mem0_components::{ComponentErrorKind, Purpose};
use rusqlite::Connection;

use crate::components::availability::Patience;
use crate::components::{BuiltIn, Components, EmbedderChoice, EmbedderInUse, Made, shown};
use crate::folder::data_folder::{DataFolder, existing_database};
use crate::folder::text_index::joined;
use crate::folder::vectors::{self, Lacking, Whose};
use crate::folder::{schema, settings};
use crate::text::built_in::BuiltInEmbedder;
use crate::text::passages::passages;
use crate::text::vector::Vector;
use crate::turns::Owner;
use crate::upkeep::reindex;
use crate::{EngineError, FolderError};

/// The setting with the embedder that the folder is to have, as JSON.
const GOAL_SETTING: &str = "engine.next_embedder";

/// About how many bytes of text are embedded at once.
const BYTES_AT_ONCE: usize = 256 * 1024;

/// The most texts that are embedded at once: by the static table, and by others.
const MOST_AT_ONCE: (usize, usize) = (512, 64);

/// The name and the dimensions of an embedder's vectors; `None` for the static table.
pub(crate) type Name = Option<(String, usize)>;

/// What a change of a folder's embedder takes, by [`plan_embedder_change`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmbedderPlan {
    /// The embedder that the folder has.
    pub from: String,
    /// The embedder that it is to have.
    pub to: String,
    /// How many memories are to be embedded.
    pub memories: u64,
    /// The characters of their texts.
    pub characters: u64,
    /// The most bytes that the folder grows by. What the vectors of the former embedder took is
    /// used again afterwards.
    pub disk_bytes: u64,
    /// Whether the change has begun already, so that this is the rest of it.
    pub is_begun: bool,
}

/// How far the change of a folder's embedder has come, by
/// [`Engine::embedder_change`](crate::Engine::embedder_change).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmbedderChange {
    /// The embedder that the folder has.
    pub from: String,
    /// The embedder that it is to have.
    pub to: String,
    /// How many memories have a vector of the new embedder.
    pub done: u64,
    /// How many memories there are, at the last count.
    pub memories: u64,
    /// Why it does not go on at the moment: the embedder is not here, or has failed.
    pub waits_for: Option<String>,
}

impl EmbedderChange {
    pub(crate) fn of(from: &Name, to: &Name, done: u64, memories: u64) -> Self {
        Self { from: shown(from.as_ref()), to: shown(to.as_ref()), done, memories, waits_for: None }
    }
}

/// Says what it takes to change the embedder of a data folder, which an engine may have open.
///
/// It reads all texts once. This blocks.
///
/// ```
/// # use mem0_engine::{BuiltIn, Engine, plan_embedder_change};
/// # let folder = std::env::temp_dir().join(format!("mem0-plan-doc-{}", std::process::id()));
/// # drop(Engine::open(&folder)?);
/// let plan = plan_embedder_change(&folder, &BuiltIn::Static.into())?;
/// assert_eq!(plan.memories, 0);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FolderError::NoFolder`]; [`FolderError::Engine`] when the folder cannot be read, a newer
/// version wrote it, or its embedder is being changed to another one.
pub fn plan_embedder_change(
    data_dir: impl AsRef<Path>,
    to: &EmbedderChoice,
) -> Result<EmbedderPlan, FolderError> {
    let mut connection = schema::open_as_is(&existing_database(data_dir.as_ref())?)?;
    let transaction = connection.transaction()?;
    schema::version(&transaction)?;
    let (of_folder, goal, new) =
        (reindex::elsewhere(&transaction)?, goal(&transaction)?, to.elsewhere());
    let is_begun = match goal {
        Some(goal) if goal != new => return Err(changing(&of_folder, &goal).into()),
        goal => goal.is_some(),
    };
    let condition = match is_begun {
        true => "seq NOT IN (SELECT seq FROM next_vectors)",
        false if of_folder == new => "false",
        false => "true",
    };
    let (mut memories, mut characters, mut beyond) = (0, 0, 0);
    let dimensions = new.as_ref().map_or(EmbedderInUse::Static.dimensions(), |(_, length)| *length);
    let mut statement =
        transaction.prepare(&format!("SELECT text FROM memories WHERE {condition}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        memories += 1;
        characters += text.chars().count() as u64;
        beyond += match passages(text).len() {
            0 | 1 => 0,
            // They have pages of their own, the last of which is not full.
            many => (many * dimensions + vectors::PAGE) as u64,
        };
    }
    let disk_bytes = match memories {
        0 => 0,
        memories => vectors::bytes_of(memories, dimensions) + beyond + beyond / 8,
    };
    Ok(EmbedderPlan {
        from: shown(of_folder.as_ref()),
        to: shown(new.as_ref()),
        memories,
        characters,
        disk_bytes,
        is_begun,
    })
}

/// Cancels the change of a data folder's embedder: the folder keeps the embedder that it has, and
/// what was made of the new one is removed. Returns whether there was a change. This blocks, and
/// needs neither of the embedders.
///
/// ```
/// # use mem0_engine::{Engine, cancel_embedder_change};
/// # let folder = std::env::temp_dir().join(format!("mem0-cancel-doc-{}", std::process::id()));
/// # drop(Engine::open(&folder)?);
/// assert!(!cancel_embedder_change(&folder)?);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FolderError::NoFolder`]; [`FolderError::Engine`] when the folder is in use or cannot be
/// written.
pub fn cancel_embedder_change(data_dir: impl AsRef<Path>) -> Result<bool, FolderError> {
    let database = existing_database(data_dir.as_ref())?;
    let _folder = DataFolder::open(data_dir.as_ref())?;
    let mut connection = schema::open_writer(&database)?;
    let is_begun = goal(&connection)?.is_some();
    cancel(&connection)?;
    let mut are_left = vectors::are_left(&connection)?;
    while are_left {
        let transaction = connection.transaction()?;
        are_left = vectors::sweep(&transaction)?;
        transaction.commit()?;
    }
    Ok(is_begun)
}

/// The embedder that the folder is to have.
pub(crate) fn goal(connection: &Connection) -> Result<Option<Name>, EngineError> {
    let goal = settings::get(connection, GOAL_SETTING)?;
    Ok(goal.and_then(|goal| serde_json::from_str(&goal).ok()))
}

/// The refusal while the embedder is being changed.
pub(crate) fn changing(from: &Name, to: &Name) -> EngineError {
    EngineError::ChangingEmbedder { from: shown(from.as_ref()), to: shown(to.as_ref()) }
}

/// What came of the wish to change the embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The change is noted.
    Noted,
    /// The folder has that embedder.
    HasIt,
    /// What an earlier change has left must be removed first.
    MustBeSwept,
}

/// Notes that the folder is to have another embedder.
pub(crate) fn begin(connection: &Connection, to: &Name) -> Result<Begun, EngineError> {
    let of_folder = reindex::elsewhere(connection)?;
    match goal(connection)? {
        Some(goal) if goal == *to => return Ok(Begun::Noted),
        Some(goal) => return Err(changing(&of_folder, &goal)),
        None => {}
    }
    if of_folder == *to {
        return Ok(Begun::HasIt);
    }
    if vectors::are_left(connection)? {
        return Ok(Begun::MustBeSwept);
    }
    let goal = serde_json::to_string(to).map_err(|_| EngineError::Internal)?;
    settings::set(connection, GOAL_SETTING, &goal)?;
    Ok(Begun::Noted)
}

/// The same before the folder has an engine.
pub(crate) fn begin_at_start(connection: &mut Connection, to: &Name) -> Result<(), EngineError> {
    loop {
        let transaction = connection.transaction()?;
        let begun = begin(&transaction, to)?;
        if begun == Begun::MustBeSwept {
            vectors::sweep(&transaction)?;
        }
        transaction.commit()?;
        if begun != Begun::MustBeSwept {
            return Ok(());
        }
    }
}

/// Forgets the change. What was made for it is to be [swept](vectors::sweep).
pub(crate) fn cancel(connection: &Connection) -> Result<(), EngineError> {
    settings::remove(connection, GOAL_SETTING)
}

/// Ends the change: the new embedder becomes that of the folder.
pub(crate) fn exchange(connection: &Connection, to: &Name) -> Result<(), EngineError> {
    vectors::exchange(connection)?;
    match to {
        Some(_) => reindex::set_embedder(connection, to.as_ref())?,
        None => reindex::set_static(connection)?,
    }
    cancel(connection)
}

/// The embedders that a folder is opened with.
pub(crate) struct Opened {
    pub(crate) current: EmbedderInUse,
    pub(crate) next: Option<EmbedderInUse>,
    /// What is being changed, before anything was counted.
    pub(crate) change: Option<EmbedderChange>,
}

/// Finds the embedders for a folder that is opened with this one, or with those that it knows.
///
/// One that is built in needs not be given. If the folder's own is neither, and it is being changed
/// to the one given, the folder is opened without it.
///
/// # Errors
/// [`EngineError::OtherEmbedder`]; [`EngineError::ChangingEmbedder`].
pub(crate) fn opened(
    connection: &Connection,
    given: Option<EmbedderChoice>,
) -> Result<Opened, EngineError> {
    let (of_folder, goal) = (reindex::elsewhere(connection)?, goal(connection)?);
    let is_built_in = |name: &Name| BuiltIn::of(name.as_ref()).is_some();
    let of_goal = goal.as_ref().filter(|_| given.is_none() && !is_built_in(&of_folder));
    let given = match given {
        Some(given) => given,
        None if reindex::is_new(connection)? => BuiltIn::default().into(),
        // If it was none of them, opening the folder with the static table says what is the matter.
        None => {
            let name = of_goal.unwrap_or(&of_folder);
            BuiltIn::of(name.as_ref()).unwrap_or(BuiltIn::Static).into()
        }
    };
    let is_goal = goal.as_ref() == Some(&given.elsewhere());
    let is_empty = !connection.prepare("SELECT 1 FROM memories")?.exists([])?;
    if is_empty {
        cancel(connection)?;
        return Ok(Opened { current: given.start()?, next: None, change: None });
    }
    if given.elsewhere() == of_folder {
        let change = goal.as_ref().map(|goal| EmbedderChange::of(&of_folder, goal, 0, 0));
        let next = goal.and_then(|goal| BuiltIn::of(goal.as_ref()));
        let next = next.map(BuiltIn::start).transpose()?;
        return Ok(Opened { current: given.start()?, next, change });
    }
    if is_goal {
        let change = Some(EmbedderChange::of(&of_folder, &given.elsewhere(), 0, 0));
        let current = match (BuiltIn::of(of_folder.as_ref()), of_folder) {
            (Some(built_in), _) => built_in.start()?,
            (None, Some((model, dimensions))) => EmbedderInUse::Absent(model, dimensions),
            (None, None) => EmbedderInUse::Static,
        };
        return Ok(Opened { current, next: Some(given.start()?), change });
    }
    Err(refusal(&of_folder, &goal, &given.elsewhere()))
}

/// Finds the embedder whose vectors memories get that are imported into a folder, if this one is
/// wished for.
///
/// # Errors
/// [`EngineError::OtherEmbedder`]; [`EngineError::ChangingEmbedder`].
pub(crate) fn of_import(
    connection: &Connection,
    given: Option<BuiltIn>,
) -> Result<Name, EngineError> {
    let (of_folder, goal) = (reindex::elsewhere(connection)?, goal(connection)?);
    let is_empty = !connection.prepare("SELECT 1 FROM memories")?.exists([])?;
    if is_empty {
        cancel(connection)?;
    }
    match given.map(BuiltIn::elsewhere) {
        None if reindex::is_new(connection)? => Ok(BuiltIn::default().elsewhere()),
        Some(given) if given != of_folder && !is_empty => Err(refusal(&of_folder, &goal, &given)),
        given => Ok(given.unwrap_or(of_folder)),
    }
}

/// The refusal of an embedder that the folder does not have.
fn refusal(of_folder: &Name, goal: &Option<Name>, given: &Name) -> EngineError {
    match goal {
        Some(goal) => changing(of_folder, goal),
        None => {
            let (of_folder, given) = (shown(of_folder.as_ref()), shown(given.as_ref()));
            EngineError::OtherEmbedder { of_folder, given }
        }
    }
}

/// How many texts are embedded at once, and about how many bytes of them.
pub(crate) fn at_once(embedder: &EmbedderInUse) -> (usize, usize) {
    let most = embedder.batch().map_or(MOST_AT_ONCE.0, |most| most.min(MOST_AT_ONCE.1));
    (most, BYTES_AT_ONCE)
}

/// Makes the vectors of memories, those of each one's passages one after another. No database
/// connection is held meanwhile.
///
/// A text that the embedder does not take has no direction, so that only its words find it.
pub(crate) async fn embed(
    components: &Components,
    memories: Vec<Lacking>,
) -> Result<Vec<(Lacking, Vec<u8>)>, EngineError> {
    let vectors = {
        let texts = texts_of(&memories);
        let flat: Vec<&str> = texts.iter().flatten().map(AsRef::as_ref).collect();
        let made = match made(components, &flat).await {
            Err(error) if is_about_text(&error) => one_by_one(components, &flat).await?,
            made => made?,
        };
        by_memory(&texts, made)
    };
    Ok(memories.into_iter().zip(vectors).collect())
}

/// The texts to embed of each memory.
fn texts_of(memories: &[Lacking]) -> Vec<Vec<Cow<'_, str>>> {
    memories.iter().map(|memory| memory.found_by().embedded()).collect()
}

/// The stored vectors of each memory, of those of all of their texts.
fn by_memory(texts: &[Vec<Cow<'_, str>>], vectors: Vec<Vector>) -> Vec<Vec<u8>> {
    let mut vectors = vectors.into_iter();
    texts.iter().map(|texts| joined(vectors.by_ref().take(texts.len()))).collect()
}

/// The vectors of texts of which the embedder does not take some.
async fn one_by_one(components: &Components, texts: &[&str]) -> Result<Vec<Vector>, EngineError> {
    let mut vectors = Vec::with_capacity(texts.len());
    for text in texts {
        vectors.extend(match made(components, &[*text]).await {
            Err(error) if is_about_text(&error) => {
                tracing::warn!(%error, "a memory is found by its words alone");
                vec![Vector::zero(components.embedder.dimensions())]
            }
            made => made?,
        });
    }
    Ok(vectors)
}

async fn made(components: &Components, texts: &[&str]) -> Result<Vec<Vector>, EngineError> {
    match components.embed(Owner::JOBS, texts, Purpose::Add, Patience::QUEUED).await? {
        Made::Vectors(vectors) => Ok(vectors),
        Made::InPlace => Ok(texts.iter().map(|text| BuiltInEmbedder.embed_now(text)).collect()),
        Made::Nothing => Err(EngineError::Internal),
    }
}

fn is_about_text(error: &EngineError) -> bool {
    use ComponentErrorKind::{Refused, TooLong};
    matches!(error, EngineError::Component(error) if matches!(error.kind(), TooLong | Refused))
}

/// Gives the memories of a folder that no engine has open the vectors that they lack, if its
/// embedder is built in. Otherwise the next engine does it.
pub(crate) fn embed_lacking(connection: &mut Connection) -> Result<(), EngineError> {
    if !vectors::some_lack(connection)? {
        return Ok(());
    }
    let Some(built_in) = BuiltIn::of(reindex::elsewhere(connection)?.as_ref()) else {
        return Ok(());
    };
    let (at_once, mut after) = ((MOST_AT_ONCE.0, BYTES_AT_ONCE), 0);
    loop {
        let found = vectors::lacking_after(connection, Whose::Current, after, at_once)?;
        let Some(next) = found.next else { break };
        after = next;
        let vectors = {
            let texts = texts_of(&found.lacking);
            let flat: Vec<&str> = texts.iter().flatten().map(AsRef::as_ref).collect();
            by_memory(&texts, built_in.embed_now(&flat)?)
        };
        let vectors: Vec<_> = found.lacking.into_iter().zip(vectors).collect();
        let transaction = connection.transaction()?;
        vectors::give(&transaction, Whose::Current, &vectors)?;
        transaction.commit()?;
    }
    vectors::none_lacks(connection)
}
