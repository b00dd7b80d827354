use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mem0_client::{
    AddMemoryOptions, AsyncMemoryClient, DeleteScope, EntityRef, Error, Event, EventStatus, Filter,
    MemoryUpdate, Message, Scope, SearchMemoryOptions, UpdateMemoryOptions, WaitOptions,
};
use serde_json::{Value, json};

use super::world::{Change, Edit, Fate, World, mark};

/// The app that all memories of the writers belong to, next to a user.
pub(super) const APP: &str = "kitchen";

/// With more memories than this, a writer prefers to delete.
const FULL: usize = 40;

/// More messages than a deletion removes in one step.
const MANY: usize = 520;

const PHRASES: &[&str] = &[
    "She takes her tea without sugar",
    "The oven needs \"ten\" minutes more",
    "寿司 on Fridays, and 抹茶 after it",
    "Nobody here eats peanuts \u{1f95c}",
    "Le marché ouvre à l'aube",
    "He keeps bees\nbehind the garden wall",
];

/// The server no longer answers.
pub(super) struct Gone;

/// The expected effect of a queued event.
pub(super) enum Work {
    Store(Vec<String>),
    Delete(usize),
}

pub(super) struct Queued {
    id: String,
    user: String,
    work: Work,
    /// Whether its user was deleted later, which empties the event's texts.
    emptied: bool,
}

impl Queued {
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// An export of a user's memories.
pub(super) struct Asked {
    pub(super) id: String,
    pub(super) user: String,
    /// Whether its user was deleted later, and the export with it; `None` when the outcome is
    /// unknown.
    pub(super) gone: Option<bool>,
}

/// The number of answered calls, and the outcomes of the last ones.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) acknowledged: u64,
    pub(super) unknown: u64,
    /// How many calls with unknown outcome turned out to be done.
    pub(super) done: u64,
    /// Calls that certainly had no effect.
    pub(super) undone: u64,
    pub(super) reads: u64,
    pub(super) finished: u64,
}

/// A client with its own users that remembers what was acknowledged.
pub(super) struct Writer {
    name: String,
    pub(super) rng: fastrand::Rng,
    number: u64,
    /// The expected memories.
    pub(super) world: World,
    /// The change that was under way when the server was killed: done completely or not at all.
    pub(super) doubt: Option<Change>,
    pub(super) queued: Vec<Queued>,
    pub(super) exports: Vec<Asked>,
    /// Users whose deletion is queued. It also erases the history of memories that are deleted in
    /// the meantime, so none of theirs are.
    pub(super) leaving: BTreeSet<String>,
    pub(super) counts: Counts,
}

impl Writer {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        Self {
            name: format!("w{number}"),
            rng: fastrand::Rng::with_seed(seed),
            number: 0,
            world: World::default(),
            doubt: None,
            queued: Vec::new(),
            exports: Vec::new(),
            leaving: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    pub(super) fn users(&self) -> impl Iterator<Item = String> {
        (0..3).map(|number| format!("{}-{number}", self.name))
    }

    /// Calls the server until it is gone.
    pub(super) async fn write(
        &mut self,
        client: &AsyncMemoryClient,
        much: bool,
        answers: &AtomicUsize,
    ) {
        if much && self.queue_much(client).await.is_err() {
            return;
        }
        while self.call(client).await.is_ok() {
            answers.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// An add that takes long, and a deletion of several steps.
    async fn queue_much(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        self.add(client, true, MANY).await?;
        self.delete_all(client).await
    }

    async fn call(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let live = self.world.live().count();
        let few = self.rng.usize(1..4);
        match self.rng.u32(..100) {
            0..40 if live > 2 * FULL => self.delete_all(client).await,
            0..40 if live > FULL => self.delete_batch(client, 8).await,
            0..22 => self.add(client, false, few).await,
            22..40 => self.add(client, true, few).await,
            40..52 => self.update(client).await,
            52..58 => self.update_batch(client, few + 2).await,
            58..66 => self.delete(client).await,
            66..70 => self.delete_batch(client, few + 1).await,
            70..73 => self.delete_all(client).await,
            73..75 => self.delete_user(client).await,
            75..79 => self.export(client).await,
            79..90 => self.search_one(client).await,
            _ => self.read_one(client).await,
        }
    }

    /// Sends a change and records what is known about it.
    async fn change<T>(
        &mut self,
        change: Change,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Gone> {
        match call.await {
            Ok(answer) => {
                self.world.apply(&change);
                self.counts.acknowledged += 1;
                Ok(answer)
            }
            Err(error) if error.is_outcome_unknown() => {
                self.counts.unknown += 1;
                self.doubt = Some(change);
                Err(Gone)
            }
            Err(error) => {
                self.counts.undone += 1;
                Err(gone(&error))
            }
        }
    }

    fn read<T>(&mut self, answer: Result<T, Error>) -> Result<T, Gone> {
        self.counts.reads += 1;
        answer.map_err(|error| gone(&error))
    }

    fn new_text(&mut self) -> String {
        self.number += 1;
        let phrase = self.phrase();
        format!("{}n{} {phrase}", self.name, self.number)
    }

    fn phrase(&mut self) -> String {
        format!("{}, {}", PHRASES[self.rng.usize(..PHRASES.len())], self.rng.u32(..))
    }

    fn a_user(&mut self) -> String {
        let number = self.rng.usize(..3);
        self.users().nth(number).unwrap()
    }

    /// Live memories whose ids are known, up to the wanted number.
    fn known(&mut self, wanted: usize, to_delete: bool) -> Vec<(String, String)> {
        let may = |user: &String| !to_delete || !self.leaving.contains(user);
        let mut known: Vec<_> = self
            .world
            .live()
            .filter(|(_, note)| may(&note.user))
            .filter_map(|(mark, note)| Some((mark.clone(), note.id.clone()?)))
            .collect();
        self.rng.shuffle(&mut known);
        known.truncate(wanted);
        known
    }

    async fn add(
        &mut self,
        client: &AsyncMemoryClient,
        infer: bool,
        count: usize,
    ) -> Result<(), Gone> {
        let (user, turn) = (self.a_user(), self.rng.u64(..1000));
        let texts: Vec<_> = (0..count).map(|_| self.new_text()).collect();
        let messages: Vec<_> = texts.iter().map(Message::user).collect();
        let options = AddMemoryOptions::new(Scope::user(&user).with_app(APP))
            .infer(infer)
            .metadata(json!({ "turn": turn }));
        let change = Change::Add { user: user.clone(), texts: texts.clone(), turn };
        let added = self.change(change, client.add(messages, options)).await?;
        if !infer {
            assert_eq!(added.status, EventStatus::Succeeded);
            self.learn(&texts, &added.results);
            return Ok(());
        }
        assert_eq!(added.status, EventStatus::Pending);
        let queued = Queued { id: added.event_id, user, work: Work::Store(texts), emptied: false };
        if count == MANY || self.rng.u32(..3) > 0 {
            self.queued.push(queued);
            return Ok(());
        }
        let event = ended(client, &queued.id).await;
        match self.read(event) {
            Ok(event) => self.finished(&queued, &event),
            Err(Gone) => {
                self.queued.push(queued);
                return Err(Gone);
            }
        }
        Ok(())
    }

    /// Learns the ids of the stored memories, which must be complete.
    fn learn(&mut self, texts: &[String], results: &[mem0_client::EventResult]) {
        let stored: Vec<_> = results.iter().map(|result| result.text().unwrap()).collect();
        assert_eq!(stored, texts);
        for result in results {
            let note = self.world.notes.get_mut(mark(result.text().unwrap())).unwrap();
            note.id.clone_from(&result.id);
        }
    }

    /// Checks the outcome of a finished event. If it were carried out twice, an add would find its
    /// own texts as duplicates, and a deletion would find nothing.
    pub(super) fn finished(&mut self, queued: &Queued, event: &Event) {
        assert_eq!(event.status, EventStatus::Succeeded);
        self.counts.finished += 1;
        match &queued.work {
            Work::Store(_) if queued.emptied && event.results.is_empty() => {}
            Work::Store(texts) => self.learn(texts, &event.results),
            Work::Delete(count) => {
                assert_eq!(event.metadata.as_ref().unwrap()["deleted"], *count);
            }
        }
    }

    async fn update(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let Some((mark, id)) = self.known(1, false).pop() else { return Ok(()) };
        let edit = self.edit(mark);
        let mut options = UpdateMemoryOptions::new();
        if let Some(text) = &edit.text {
            options = options.text(text);
        }
        if let Some(turn) = edit.turn {
            options = options.metadata(json!({ "turn": turn }));
        }
        let text = edit.text.clone();
        let updated = self.change(Change::Update(vec![edit]), client.update(id, options)).await?;
        assert!(text.is_none_or(|text| text == updated.memory));
        Ok(())
    }

    fn edit(&mut self, mark: String) -> Edit {
        let kind = self.rng.u32(..3);
        let text = (kind < 2).then(|| format!("{mark} {}", self.phrase()));
        let turn = (kind > 0).then(|| self.rng.u64(1000..));
        Edit { mark, text, turn }
    }

    async fn update_batch(&mut self, client: &AsyncMemoryClient, count: usize) -> Result<(), Gone> {
        let (mut edits, mut updates) = (Vec::new(), Vec::new());
        for (mark, id) in self.known(count, false) {
            let edit = self.edit(mark);
            let mut update = MemoryUpdate::new(id);
            if let Some(text) = &edit.text {
                update = update.text(text);
            }
            if let Some(turn) = edit.turn {
                update = update.metadata(json!({ "turn": turn }));
            }
            edits.push(edit);
            updates.push(update);
        }
        if edits.is_empty() {
            return Ok(());
        }
        let call = async { client.batch_update(updates).await?.all() };
        self.change(Change::Update(edits), call).await?;
        Ok(())
    }

    async fn delete(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let Some((mark, id)) = self.known(1, true).pop() else { return Ok(()) };
        self.change(Change::Delete(vec![mark]), client.delete(id)).await?;
        Ok(())
    }

    async fn delete_batch(&mut self, client: &AsyncMemoryClient, count: usize) -> Result<(), Gone> {
        let (marks, ids): (Vec<_>, Vec<_>) = self.known(count, true).into_iter().unzip();
        if marks.is_empty() {
            return Ok(());
        }
        let call = async { client.batch_delete(ids).await?.all() };
        self.change(Change::Delete(marks), call).await?;
        Ok(())
    }

    /// A user that certainly exists and is not being deleted.
    fn present_user(&mut self) -> Option<String> {
        let (mark, _) = self.known(1, true).pop()?;
        Some(self.world.notes[&mark].user.clone())
    }

    async fn delete_all(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let Some(user) = self.present_user() else { return Ok(()) };
        let count = self.world.live_of(&user);
        let change = Change::DeleteAll { user: user.clone() };
        let call = client.delete_all(DeleteScope::user(&user));
        let id = self.change(change, call).await?.event_id.unwrap();
        self.queued.push(Queued { id, user, work: Work::Delete(count), emptied: false });
        Ok(())
    }

    async fn delete_user(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let Some(user) = self.present_user() else { return Ok(()) };
        let count = self.world.live_of(&user);
        self.leaving.insert(user.clone());
        // Even if the outcome is unknown.
        for queued in self.queued.iter_mut().filter(|queued| queued.user == user) {
            queued.emptied = true;
        }
        self.note_exports_of(&user, None);
        let change = Change::DeleteUser { user: user.clone() };
        let call = client.delete_users(EntityRef::user(&user));
        let id = self.change(change, call).await?.event_id.unwrap();
        self.note_exports_of(&user, Some(true));
        self.queued.push(Queued { id, user, work: Work::Delete(count), emptied: false });
        Ok(())
    }

    /// Records that the deletion of a user was requested, unless an earlier one already removed the
    /// export.
    fn note_exports_of(&mut self, user: &str, gone: Option<bool>) {
        let exports = self.exports.iter_mut().filter(|export| export.user == user);
        exports.filter(|export| export.gone != Some(true)).for_each(|export| export.gone = gone);
    }

    async fn export(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let user = self.a_user();
        let schema = json!({"type": "object", "properties": {"turn": {"type": "integer"}}});
        let filter = Filter::user_id(&user);
        match client.create_memory_export(schema, filter).await {
            Ok(asked) => {
                self.counts.acknowledged += 1;
                self.exports.push(Asked { id: asked.id, user, gone: Some(false) });
                Ok(())
            }
            Err(error) => Err(gone(&error)),
        }
    }

    async fn search_one(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let Some((mark, _)) = self.known(1, false).pop() else { return Ok(()) };
        self.search(client, &mark, false).await
    }

    /// Searches for a memory among its user's. It must be found if it lives, together with existing
    /// memories only. Unless `settled`, queued work may not be done yet.
    pub(super) async fn search(
        &mut self,
        client: &AsyncMemoryClient,
        wanted: &str,
        settled: bool,
    ) -> Result<(), Gone> {
        let note = self.world.notes[wanted].clone();
        let options =
            SearchMemoryOptions::new(Filter::user_id(&note.user)).top_k(10).threshold(0.0);
        let hits = self.read(client.search(note.text.as_str(), options).await)?;
        let found = hits.iter().any(|hit| hit.memory == note.text);
        assert_eq!(found, note.lives(), "{note:?} was searched for: {:?}", texts(&hits));
        for hit in hits.iter() {
            let there = self.world.notes.get(mark(&hit.memory));
            let there = there.unwrap_or_else(|| panic!("gone or never sent: {:?}", hit.memory));
            assert_eq!((&there.user, &there.text), (&note.user, &hit.memory));
            let may_wait = matches!(there.fate, Fate::Swept | Fate::Erased) && !settled;
            assert!(there.lives() || may_wait, "{there:?} is found");
        }
        Ok(())
    }

    async fn read_one(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        let Some((mark, id)) = self.known(1, false).pop() else { return Ok(()) };
        let memory = self.read(client.get(id).await)?;
        assert_eq!(memory.memory, self.world.notes[&mark].text);
        let filter = Filter::user_id(self.a_user());
        let listed = client.get_all(filter).await;
        self.read(listed)?;
        Ok(())
    }
}

fn texts(memories: &[mem0_client::Memory]) -> Vec<&str> {
    memories.iter().map(|memory| memory.memory.as_str()).collect()
}

/// Polls an event until its work or the server has ended; the client's own wait would continue
/// beyond that.
async fn ended(client: &AsyncMemoryClient, event_id: &str) -> Result<Event, Error> {
    loop {
        let event = client.event(event_id).await?;
        if event.status.is_final() {
            return Ok(event);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How long queued work may take, on the slowest of machines.
pub(super) fn soon() -> WaitOptions {
    let (first, most) = (Duration::from_millis(5), Duration::from_millis(100));
    WaitOptions::new().timeout(Duration::from_secs(120)).first_delay(first).max_delay(most)
}

/// Asserts that the call failed because the server is gone or shutting down.
#[track_caller]
fn gone(error: &Error) -> Gone {
    let status = error.status().map(|status| status.as_u16());
    assert!(matches!(status, None | Some(503)), "{error:?}");
    Gone
}

/// The number that an export of a user's memories contains.
pub(super) fn turn(export: &Value) -> Option<u64> {
    export.get("turn").and_then(Value::as_u64)
}
