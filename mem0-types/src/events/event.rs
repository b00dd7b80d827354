use std::fmt;

use http::Method;
use serde_json::{Map, Value};

use super::history_event::HistoryEvent;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Paged, Repeat, page_query};
use crate::time::Timestamp;
use crate::wire::{Metadata, Page, Record, open_enum, path, record};

/// Lists queued and finished work, newest first: `GET /v1/events/`.
///
/// ```
/// use mem0_types::requests::GetEvents;
/// use mem0_types::Endpoint;
///
/// assert_eq!(GetEvents::new().into_call()?.path_and_query()?, "/v1/events/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetEvents {
    page: Option<u64>,
    page_size: Option<u32>,
}

impl GetEvents {
    /// The first page.
    ///
    /// ```
    /// let request = mem0_types::requests::GetEvents::new();
    /// # let _ = request;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Which page, from 1. Default 1. The published specification names no parameters here.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::GetEvents};
    /// assert_eq!(GetEvents::new().page(2).into_call()?.path_and_query()?, "/v1/events/?page=2");
    /// # Ok::<(), mem0_types::InvalidInput>(())
    /// ```
    #[must_use]
    pub fn page(mut self, page: u64) -> Self {
        self.page = Some(page);
        self
    }

    /// How many events a page holds. The published specification names no parameters here.
    ///
    /// ```
    /// # use mem0_types::requests::GetEvents;
    /// let request = GetEvents::new().page_size(50);
    /// # let _ = request;
    /// ```
    #[doc(alias = "pageSize")]
    #[must_use]
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = Some(page_size);
        self
    }
}

impl Endpoint for GetEvents {
    type Response = Page<Event>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        let call = Call::new("events", Method::GET, path::EVENTS, Repeat::Read);
        page_query(call, self.page, self.page_size)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

impl Paged for GetEvents {
    type Row = Event;

    fn first_page(&self) -> u64 {
        self.page.unwrap_or(1)
    }

    fn at_page(self, page: u64) -> Self {
        self.page(page)
    }

    fn key(row: &Event) -> (&str, &str) {
        ("", &row.id)
    }
}

/// Reads one event: `GET /v1/event/{event_id}/`, singular on the wire.
///
/// ```
/// use mem0_types::requests::GetEvent;
/// use mem0_types::Endpoint;
///
/// assert_eq!(GetEvent::new("e-1").into_call()?.path()?, "/v1/event/e-1/");
/// # Ok::<(), mem0_types::InvalidInput>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct GetEvent {
    event_id: String,
}

impl GetEvent {
    /// The event with this id.
    ///
    /// ```
    /// # use mem0_types::{Endpoint, requests::GetEvent};
    /// assert!(GetEvent::new("").into_call().is_err());
    /// ```
    pub fn new(event_id: impl Into<String>) -> Self {
        Self { event_id: event_id.into() }
    }
}

impl fmt::Debug for GetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetEvent").finish_non_exhaustive()
    }
}

impl Endpoint for GetEvent {
    type Response = Event;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("event", Method::GET, path::EVENT, Repeat::Read)
            .segment("event_id", self.event_id)
    }

    fn read_response(json: &str) -> Result<Self::Response, serde_json::Error> {
        Record::from_json(json)
    }
}

open_enum! {
    /// How far a piece of work is.
    pub enum EventStatus {
        /// Waiting its turn.
        Pending = "PENDING",
        /// Under way.
        Running = "RUNNING",
        /// Done.
        Succeeded = "SUCCEEDED",
        /// Given up; see [`Event::error`].
        Failed = "FAILED",
    }
}

impl EventStatus {
    /// Whether the work has ended, one way or the other. Unknown statuses have not.
    ///
    /// ```
    /// use mem0_types::EventStatus;
    ///
    /// assert!(EventStatus::Failed.is_final());
    /// assert!(!EventStatus::from("PROCESSING").is_final());
    /// ```
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

open_enum! {
    /// What kind of work an event stands for.
    pub enum EventType {
        /// Adding memories.
        Add = "ADD",
        /// Changing one.
        Update = "UPDATE",
        /// Deleting one.
        Delete = "DELETE",
        /// Searching.
        Search = "SEARCH",
        /// Listing.
        GetAll = "GET_ALL",
        /// Reading one.
        Get = "GET",
        /// Deleting all of a scope.
        DeleteAll = "DELETE_ALL",
        /// Deleting a user, agent, app or run.
        DeleteUser = "DELETE_USER",
    }
}

record! {
    /// A piece of queued work and how it went.
    ///
    /// ```
    /// use mem0_types::{Event, EventStatus};
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
            /// How far the work is.
            status: EventStatus = "status",
        }
        defaulted {
            /// What came of it.
            results: Vec<EventResult> = "results",
        }
        optional {
            /// What kind of work it is.
            #[doc(alias = "eventType")]
            event_type: EventType = "event_type",
            /// What was asked for.
            payload: Map<String, Value> = "payload",
            /// What the platform adds of its own.
            metadata: Metadata = "metadata",
            /// When it was asked for.
            #[doc(alias = "createdAt")]
            created_at: Timestamp = "created_at",
            /// When it last changed.
            #[doc(alias = "updatedAt")]
            updated_at: Timestamp = "updated_at",
            /// When the work began.
            #[doc(alias = "startedAt")]
            started_at: Timestamp = "started_at",
            /// When it ended.
            #[doc(alias = "completedAt")]
            completed_at: Timestamp = "completed_at",
            /// How long the work took, in milliseconds.
            latency: f64 = "latency",
            /// How far graph memory is, where it is used.
            #[doc(alias = "graphStatus")]
            graph_status: String = "graph_status",
            /// Why it failed.
            error: String = "error",
        }
    }
}

record! {
    /// One memory that came of an add or an event.
    ///
    /// ```
    /// let result: mem0_types::EventResult =
    ///     serde_json::from_str(r#"{"id": "m-1", "event": "ADD", "data": {"memory": "Hikes"}}"#)?;
    /// assert_eq!(result.text(), Some("Hikes"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EventResult {
        required {}
        defaulted {}
        optional {
            /// The memory's id.
            id: String = "id",
            /// What happened to it.
            event: HistoryEvent = "event",
            /// The user it belongs to.
            #[doc(alias = "userId")]
            user_id: String = "user_id",
            /// Its text, as the specification nests it.
            data: EventData = "data",
            /// Its text, as some services send it.
            memory: String = "memory",
        }
    }
}

impl EventResult {
    /// The memory's text, in whichever of the two places it was sent.
    ///
    /// ```
    /// let result: mem0_types::EventResult = serde_json::from_str(r#"{"memory": "Hikes"}"#)?;
    /// assert_eq!(result.text(), Some("Hikes"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn text(&self) -> Option<&str> {
        let nested = self.data.as_ref().and_then(|data| data.memory.as_deref());
        nested.or(self.memory.as_deref())
    }
}

record! {
    /// The memory inside an [`EventResult`].
    ///
    /// ```
    /// let data: mem0_types::EventData = serde_json::from_str(r#"{"memory": "Hikes"}"#)?;
    /// assert_eq!(data.memory.as_deref(), Some("Hikes"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EventData {
        required {}
        defaulted {}
        optional {
            /// The memory's text.
            memory: String = "memory",
        }
    }
}
