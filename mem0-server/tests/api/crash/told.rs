use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use mem0_client::{HistoryEvent, WebhookAction, WebhookPayload};

use super::world::{Note, mark};
use crate::receiver::{Received, Receiver};

/// Without any delivery for this long, none is to come: a failed one is repeated after 5 seconds,
/// and then after 30.
const PATIENCE: Duration = Duration::from_secs(60);

/// A change of a memory, by the memory's id, that a delivery reports.
type About = (String, WebhookAction);

/// The deliveries that the webhooks received.
#[derive(Default)]
pub(super) struct Told {
    /// By the header `webhook-id`.
    messages: HashMap<String, (About, String)>,
    /// The number of messages about each kind of change of each memory.
    count: HashMap<About, usize>,
    /// The memory with this mark.
    ids: HashMap<String, HashSet<String>>,
    /// How often a message was repeated.
    pub(super) repeated: u64,
}

impl Told {
    /// Records deliveries after checking their signatures. `secrets` are those of the webhooks.
    pub(super) fn take(
        &mut self,
        received: Vec<Received>,
        secrets: &HashMap<WebhookAction, String>,
    ) {
        for delivery in received {
            let payload = WebhookPayload::parse(&delivery.body).unwrap();
            let details = payload.event_details.as_ref().unwrap();
            let about = (details.id.clone().unwrap(), details.event.clone().unwrap());
            // Each webhook asks for a single kind.
            delivery.details(&secrets[&about.1]);
            let text = details.data.as_ref().and_then(|data| data.memory.clone()).unwrap();
            if let Some((before, earlier)) = self.messages.get(delivery.id()) {
                assert_eq!(*before, about);
                // Deleting a user empties the deliveries that are queued about it.
                assert!(*earlier == text || text.is_empty(), "{earlier:?} was {text:?}");
                self.repeated += 1;
                continue;
            }
            if !text.is_empty() {
                self.ids.entry(mark(&text).to_owned()).or_default().insert(about.0.clone());
            }
            *self.count.entry(about.clone()).or_default() += 1;
            self.messages.insert(delivery.id().to_owned(), (about, text));
        }
    }

    pub(super) fn messages(&self) -> usize {
        self.messages.len()
    }

    /// Waits until each change of these memories was reported. Asserts that each was reported under
    /// a single id, and nothing else was.
    pub(super) fn is_all<'a>(
        &mut self,
        notes: impl Iterator<Item = &'a Note> + Clone,
        receiver: &Receiver,
        secrets: &HashMap<WebhookAction, String>,
    ) {
        let mut last = Instant::now();
        loop {
            let received = receiver.all(Duration::from_millis(200));
            if !received.is_empty() {
                last = Instant::now();
            }
            self.take(received, secrets);
            let untold: Vec<_> = notes.clone().filter_map(|note| self.untold(note)).collect();
            if untold.is_empty() {
                break;
            }
            assert!(last.elapsed() < PATIENCE, "{untold:#?}");
        }
        let changes: usize = notes.map(|note| note.entries.len()).sum();
        assert!(self.messages.len() <= changes, "{} and {changes}", self.messages.len());
    }

    /// How the deliveries about a memory differ from its changes.
    fn untold(&self, note: &Note) -> Option<String> {
        let ids = self.ids.get(mark(&note.text));
        let told = ids.into_iter().flatten().next();
        let id = match (&note.id, told) {
            (Some(id), Some(told)) => {
                assert!(ids.is_some_and(|ids| ids.len() == 1) && id == told, "{note:?}");
                id
            }
            (Some(id), None) | (None, Some(id)) => id,
            // Deleted with its user before anything was reported.
            (None, None) if note.is_erased() => return None,
            (None, None) => return Some(format!("nothing was told of {note:?}")),
        };
        for (event, action) in [
            (HistoryEvent::Add, WebhookAction::Add),
            (HistoryEvent::Update, WebhookAction::Update),
            (HistoryEvent::Delete, WebhookAction::Delete),
        ] {
            let happened = note.entries.iter().filter(|(kind, ..)| *kind == event).count();
            let about = (id.clone(), action);
            let told = self.count.get(&about).copied().unwrap_or_default();
            assert!(told <= happened, "{note:?} was told of {told} times, {}", about.1);
            if told < happened {
                return Some(format!("{} was told of {told} times: {note:?}", about.1));
            }
        }
        None
    }
}
