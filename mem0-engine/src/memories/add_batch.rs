use mem0_types::{HistoryEvent, Role};
use rusqlite::Connection;

use crate::change::Change;
use crate::folder::text_index::Indexed;
use crate::ids::EntityIds;
use crate::memories::add_request::AddRequest;
use crate::memories::events::{self, EventResultRecord};
use crate::memories::history;
use crate::memories::record::{self, Inserted, NewMemory};
use crate::work_budget::WorkBudget;
use crate::{EngineError, clock, limits};

/// Which ids a message's memory gets when both a user and an agent are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribution {
    /// All ids.
    Together,
    /// Those of its speaker: the assistant's messages belong to the agent, the others to the user.
    BySpeaker,
}

impl Attribution {
    pub(crate) fn of(request: &AddRequest) -> Self {
        if request.infer { Self::BySpeaker } else { Self::Together }
    }

    /// The ids that the memories of an add may get.
    pub(super) fn outcomes(self, ids: &EntityIds) -> [EntityIds; 2] {
        [self.ids(ids, &Role::User), self.ids(ids, &Role::Assistant)]
    }

    /// Those of the memory of a message with this role.
    pub(crate) fn ids(self, ids: &EntityIds, role: &Role) -> EntityIds {
        let mut ids = ids.clone();
        if self == Self::BySpeaker && ids.user_id.is_some() && ids.agent_id.is_some() {
            // Group chats use the role "agent", and Gemini "model".
            if matches!(role.as_str(), "assistant" | "agent" | "model") {
                ids.user_id = None;
            } else {
                ids.agent_id = None;
            }
        }
        ids
    }
}

/// Messages, and what their memories have in common.
pub(super) struct Batch<'a> {
    request: &'a AddRequest,
    project: i64,
    created_at: i64,
    accepted_at: i64,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        request: &'a AddRequest,
        project: i64,
        accepted_at: i64,
    ) -> Result<Self, EngineError> {
        let created_at = match &request.timestamp {
            Some(time) => clock::micros("timestamp", time)?,
            None => accepted_at,
        };
        Ok(Self { request, project, created_at, accepted_at })
    }

    /// Stores all of them.
    pub(super) fn store(
        &self,
        connection: &Connection,
        event_seq: i64,
        indexed: &[Option<Indexed>],
    ) -> Result<Vec<EventResultRecord>, EngineError> {
        let mut results = Vec::new();
        for position in 0..self.request.messages.len() {
            results.extend(self.store_one(connection, event_seq, indexed, position)?);
        }
        Ok(results)
    }

    /// Stores those from a position on, while the budget of a step lasts. Returns the position of
    /// the next one too.
    pub(super) fn store_some(
        &self,
        connection: &Connection,
        event_seq: i64,
        indexed: &[Option<Indexed>],
        from: usize,
    ) -> Result<(Vec<EventResultRecord>, usize), EngineError> {
        let with_each = limits::check_metadata(self.request.metadata.as_ref())?;
        let mut budget = WorkBudget::new();
        let (mut results, mut next) = (Vec::new(), from);
        while let Some(message) = self.request.messages.get(next)
            && !budget.is_used_up()
        {
            let length = message.content.as_text().map_or(0, str::len) + with_each;
            budget.take(i64::try_from(length).unwrap_or(i64::MAX));
            results.extend(self.store_one(connection, event_seq, indexed, next)?);
            next += 1;
        }
        Ok((results, next))
    }

    /// Stores the message at a position, if it becomes a memory.
    fn store_one(
        &self,
        connection: &Connection,
        event_seq: i64,
        indexed: &[Option<Indexed>],
        position: usize,
    ) -> Result<Option<EventResultRecord>, EngineError> {
        let message = &self.request.messages[position];
        let indexed = indexed.get(position).and_then(Option::as_ref);
        let (Some(text), Some(indexed)) = (message.content.as_text(), indexed) else {
            return Ok(None);
        };
        let memory = NewMemory {
            project: self.project,
            text,
            ids: &Attribution::of(self.request).ids(&self.request.ids, &message.role),
            role: message.role.as_str(),
            actor: message.name.as_deref(),
            metadata: self.request.metadata.as_ref(),
            categories: None,
            learned: None,
            sources: &[],
            indexed,
            expiration_date: self.request.expiration_date,
            immutable: self.request.immutable,
            created_at: self.created_at,
            updated_at: self.accepted_at,
            event_seq,
            position,
        };
        Ok(Some(match record::insert(connection, &memory)? {
            Inserted::Duplicate(id) => {
                events::note_duplicate(connection, self.project, &id, event_seq)?;
                EventResultRecord::duplicate(&id, &memory)
            }
            Inserted::New(memory) => {
                let added = memory.change(self.project, HistoryEvent::Add, event_seq, clock::now());
                let input = std::slice::from_ref(message);
                history::note(connection, &Change { input, new_memory: Some(text), ..added })?;
                EventResultRecord::of(&memory, HistoryEvent::Add)
            }
        }))
    }
}
