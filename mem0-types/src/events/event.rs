use http::Method;
use serde_json::{Map, Value};

use super::history_event::HistoryEvent;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, page_query, request};
use crate::messages::{Role, Skipped, spoken};
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, open_enum, path, record, typed_metadata};

request! {
    /// Lists queued and finished work, newest first: `GET /v1/events/`.
    #[derive(Eq)]
    pub struct GetEvents {}
    optional {
        /// Which page, from 1. Default 1. The published specification names no parameters here.
        page: u64 as value = 2 => call.path_and_query()? == "/v1/events/?page=2",
        /// How many events a page holds. The published specification names no parameters here.
        #[doc(alias = "pageSize")]
        page_size: u32 as value = 50 => call.path_and_query()? == "/v1/events/?page_size=50",
    }
    pages Event => |event| ("", &event.id);
    example GetEvents::new() => GET "/v1/events/";
}

impl Endpoint for GetEvents {
    type Response = Page<Event>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("events", Method::GET, path::EVENTS, Repeat::Read);
        page_query(call, self.page, self.page_size)
    }
}

request! {
    /// Reads one event: `GET /v1/event/{event_id}/`, singular on the wire.
    #[derive(Eq)]
    pub struct GetEvent {
        /// the event's id
        event_id: String,
    }
    example GetEvent::new("e-1") => GET "/v1/event/e-1/";
}

impl Endpoint for GetEvent {
    type Response = Event;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("event", Method::GET, path::EVENT, Repeat::Read)
            .segment("event_id", self.event_id)
    }
}

open_enum! {
    /// The status of a piece of work.
    pub enum EventStatus {
        /// Not begun yet.
        Pending = "PENDING",
        /// Being done.
        Running = "RUNNING",
        /// Done.
        Succeeded = "SUCCEEDED",
        /// Failed; [`Event::error`] says why.
        Failed = "FAILED",
    }
}

impl EventStatus {
    /// Whether the work has ended, well or not. An unknown status is not final.
    ///
    /// ```
    /// use mem0_sdk::EventStatus;
    ///
    /// assert!(EventStatus::Failed.is_final());
    /// assert!(!EventStatus::from("PROCESSING").is_final());
    /// ```
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

open_enum! {
    /// The kind of work that an event stands for.
    pub enum EventType {
        /// Adding memories.
        Add = "ADD",
        /// Changing a memory.
        Update = "UPDATE",
        /// Deleting a memory.
        Delete = "DELETE",
        /// Searching memories.
        Search = "SEARCH",
        /// Listing memories.
        GetAll = "GET_ALL",
        /// Reading a memory.
        Get = "GET",
        /// Deleting all memories of a scope.
        DeleteAll = "DELETE_ALL",
        /// Deleting a user, agent, app or run with its memories.
        DeleteUser = "DELETE_USER",
    }
}

record! {
    /// A piece of queued work: its status and its results.
    ///
    /// ```
    /// use mem0_sdk::{Event, EventStatus};
    ///
    /// let event: Event = serde_json::from_str(
    ///     r#"{"id": "e-1", "event_type": "ADD", "status": "SUCCEEDED", "latency": 812.5}"#,
    /// )?;
    /// assert_eq!(event.status, EventStatus::Succeeded);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Event {
        required {
            /// The event's id, a UUID.
            id: String = "id",
            /// The status of the work.
            status: EventStatus = "status",
        }
        defaulted {
            /// The results, one for each memory.
            results: Vec<EventResult> = "results",
        }
        optional {
            /// The kind of work.
            #[doc(alias = "eventType")]
            event_type: EventType = "event_type",
            /// What was requested.
            payload: Map<String, Value> = "payload",
            /// Keys that the platform adds.
            metadata: Metadata = "metadata",
            /// When the work was requested.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When the event last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// When the work began.
            #[doc(alias = "startedAt")]
            started_at: Timestamp = "started_at",
            /// When the work ended.
            #[doc(alias = "completedAt")]
            completed_at: Timestamp = "completed_at",
            /// How long the work took, in milliseconds.
            latency: f64 = "latency",
            /// The status of graph memory, where it is used.
            #[doc(alias = "graphStatus")]
            graph_status: String = "graph_status",
            /// Why the work failed.
            error: String = "error",
        }
    }
}

typed_metadata!(Event);

impl Event {
    /// What an add did not remember of its messages. `None` where everything was remembered, and
    /// from the hosted platform, which does not say.
    ///
    /// ```
    /// let event: mem0_sdk::Event = serde_json::from_str(
    ///     r#"{"id": "e-1", "status": "SUCCEEDED",
    ///         "metadata": {"skipped": {"messages": {"system": 1}}}}"#,
    /// )?;
    /// assert_eq!(event.skipped().map(|skipped| skipped.message_count()), Some(1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn skipped(&self) -> Option<Skipped> {
        serde_json::from_value(self.metadata.as_ref()?.get("skipped")?.clone()).ok()
    }
}

record! {
    /// What became of one memory in an add or an event.
    ///
    /// A text that was not stored again is named too, with the id of the memory that has it:
    ///
    /// ```
    /// let result: mem0_sdk::EventResult =
    ///     serde_json::from_str(r#"{"id": "m-1", "event": "NOOP", "reason": "duplicate"}"#)?;
    /// assert!(result.is_duplicate());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// ```
    /// let result: mem0_sdk::EventResult =
    ///     serde_json::from_str(r#"{"id": "m-1", "event": "ADD", "data": {"memory": "Hikes"}}"#)?;
    /// assert_eq!(result.text(), Some("Hikes"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EventResult {
        required {}
        defaulted {}
        optional {
            /// The memory's id. `None` where a service leaves it out.
            id: String = "id",
            /// What happened to the memory.
            event: HistoryEvent = "event",
            /// The user that the memory belongs to.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// The memory's text, nested as in the specification.
            data: EventData = "data",
            /// The memory's text, where a service does not nest it.
            memory: String = "memory",
            /// Why nothing happened, for a [`Noop`](HistoryEvent::Noop). The local platform says
            /// `duplicate`.
            reason: String = "reason",
        }
    }
}

impl EventResult {
    /// Whether nothing was stored, because an equal memory is there: the one with this id.
    ///
    /// ```
    /// let result: mem0_sdk::EventResult =
    ///     serde_json::from_str(r#"{"id": "m-1", "event": "ADD", "data": {"memory": "Hikes"}}"#)?;
    /// assert!(!result.is_duplicate());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_duplicate(&self) -> bool {
        self.event == Some(HistoryEvent::Noop) && self.reason.as_deref() == Some("duplicate")
    }

    /// The memory's text, from whichever of the two fields has it.
    ///
    /// ```
    /// let result: mem0_sdk::EventResult = serde_json::from_str(r#"{"memory": "Hikes"}"#)?;
    /// assert_eq!(result.text(), Some("Hikes"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn text(&self) -> Option<&str> {
        let nested = self.data.as_ref().and_then(|data| data.memory.as_deref());
        nested.or(self.memory.as_deref())
    }

    /// Who said the memory, as [`EventData::speaker`] tells it.
    ///
    /// ```
    /// let result: mem0_sdk::EventResult =
    ///     serde_json::from_str(r#"{"id": "m-1", "data": {"memory": "Hikes", "role": "user"}}"#)?;
    /// assert_eq!(result.speaker(), Some("user"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn speaker(&self) -> Option<&str> {
        self.data.as_ref()?.speaker()
    }
}

record! {
    /// The memory inside an [`EventResult`].
    ///
    /// ```
    /// let data: mem0_sdk::EventData = serde_json::from_str(r#"{"memory": "Hikes"}"#)?;
    /// assert_eq!(data.memory.as_deref(), Some("Hikes"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EventData {
        required {}
        defaulted {}
        optional {
            /// The memory's text.
            memory: String = "memory",
            /// Who said it, by role. Sent by the local platform, not by the hosted one.
            role: Role = "role",
            /// Who said it, by name, where a name was given. Sent by the local platform, not by
            /// the hosted one.
            #[doc(alias = "actorId")]
            actor_id: String = "actor_id",
        }
    }
}

spoken!(EventData);
