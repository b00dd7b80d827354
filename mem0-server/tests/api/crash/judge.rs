use mem0_client::{AsyncMemoryClient, ErrorKind, History, Memory};

use super::world::{Entry, Note};
use super::writer::{Gone, Writer, soon, turn};

/// The share of unchanged memories that is checked again.
const SAMPLE: usize = 4;

impl Writer {
    /// Waits until all acknowledged queued work is done, and checks its outcome.
    pub(super) async fn wait_for_queued(&mut self, client: &AsyncMemoryClient) {
        for queued in std::mem::take(&mut self.queued) {
            let event = client.wait_for_event(queued.id(), soon()).await.unwrap();
            self.finished(&queued, &event);
        }
        self.leaving.clear();
    }

    /// Decides from the existing memories whether the interrupted call was carried out: completely
    /// or not at all.
    pub(super) fn settle(&mut self, found: &[Memory]) {
        let undone = self.world.departures(found);
        if let Some(change) = self.doubt.take()
            && !undone.is_empty()
        {
            let world = self.world.after(&change);
            let done = world.departures(found);
            assert!(done.is_empty(), "undone: {undone:#?}\ndone: {done:#?}\n{change:?}");
            self.world = world;
            self.counts.done += 1;
        } else {
            assert!(undone.is_empty(), "{undone:#?}");
        }
        for memory in found {
            let mark = super::world::mark(&memory.memory);
            self.world.notes.get_mut(mark).unwrap().id = Some(memory.id.clone());
        }
    }

    /// Checks each changed memory, and some others, on its own. Returns those that are gone, which
    /// are not checked again.
    pub(super) async fn look_closer(&mut self, client: &AsyncMemoryClient) -> Vec<Note> {
        assert!(self.judge(client).await.is_ok(), "the server is gone");
        let notes = std::mem::take(&mut self.world.notes).into_iter();
        let (live, gone): (Vec<_>, Vec<_>) = notes.partition(|(_, note)| note.lives());
        self.world.notes = live.into_iter().collect();
        self.world.notes.values_mut().for_each(|note| note.changed = false);
        gone.into_iter().map(|(_, note)| note).collect()
    }

    async fn judge(&mut self, client: &AsyncMemoryClient) -> Result<(), Gone> {
        for (number, mark) in self.shuffled().into_iter().enumerate() {
            let note = self.world.notes[&mark].clone();
            if number < SAMPLE {
                self.search(client, &mark, true).await?;
            }
            if !note.changed && number >= SAMPLE {
                continue;
            }
            let Some(id) = &note.id else { continue };
            if !note.lives() {
                let error = client.get(id).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFound, "{note:?}");
            }
            match (client.history(id).await, note.is_erased()) {
                (Ok(history), false) => assert_eq!(entries(&history), note.entries, "{note:?}"),
                (Err(error), true) if error.kind() == ErrorKind::NotFound => {}
                (history, _) => panic!("{history:?} is the history of {note:?}"),
            }
        }
        for asked in &self.exports {
            let export = match (client.get_memory_export(&asked.id).await, asked.gone) {
                (Ok(export), Some(false) | None) => export,
                (Err(error), Some(true) | None) if error.kind() == ErrorKind::NotFound => continue,
                (export, gone) => panic!("{export:?} of a user, deleted since: {gone:?}"),
            };
            let mut turns = self.world.live().filter(|(_, note)| note.user == asked.user);
            let turn = turn(&export);
            assert!(turn.is_none_or(|turn| turns.any(|(_, note)| note.turn == turn)), "{export}");
        }
        let kept = self.exports.len().saturating_sub(SAMPLE);
        self.exports.drain(..kept);
        Ok(())
    }

    /// The marks of all known memories in random order, including the changed ones.
    fn shuffled(&mut self) -> Vec<String> {
        let mut marks: Vec<_> = self.world.notes.keys().cloned().collect();
        self.rng.shuffle(&mut marks);
        marks
    }
}

fn entries(history: &[History]) -> Vec<Entry> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let entry = |entry: &History| {
        let event = entry.event.clone().unwrap();
        (event, text(&entry.old_memory), text(&entry.new_memory))
    };
    history.iter().map(entry).collect()
}
