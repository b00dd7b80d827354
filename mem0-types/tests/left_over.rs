//! The fields of an answer that no type of ours has.

use mem0_types::*;
use serde_json::Value;

/// Fields of a page that have an accessor in place of a typed field.
pub(crate) const BY_ACCESSOR: [&str; 4] =
    ["total_users", "total_agents", "total_apps", "total_runs"];

/// The names of the extras of an answer, including nested ones.
pub(crate) trait LeftOver {
    fn left_over(&self) -> Vec<String>;
}

fn names(extra: &Extra) -> Vec<String> {
    extra.names().map(str::to_owned).collect()
}

/// Answers, each with the field that has parts with extras of their own.
macro_rules! left_over {
    ($($name:ty $(: $part:ident)?),+ $(,)?) => {
        $( impl LeftOver for $name {
            fn left_over(&self) -> Vec<String> {
                let nested = std::iter::empty();
                $( let nested = nested.chain(self.$part.iter().flat_map(LeftOver::left_over)); )?
                names(self.extra()).into_iter().chain(nested).collect()
            }
        } )+
    };
}

left_over!(
    AddMemoryResponse: results,
    BatchResponse,
    CreateMemoryExportResponse,
    CreateOrganizationResponse,
    CreateProfileJobResponse,
    CreateProjectResponse,
    CreatedEntity,
    DeleteMemoryResponse,
    Entity,
    EntityFilterOption,
    EntityFilterParameter: options,
    EntityFilters: parameters,
    EntityMemory: input,
    Event: results,
    EventData,
    EventResult: data,
    FeedbackResponse,
    History: input,
    Member,
    Members: members,
    Memory: score_breakdown,
    MemorySource,
    Message,
    MessageResponse,
    Organization: members,
    Passage,
    PingResponse,
    Profile,
    ProfileEntities: user,
    ProfileEntitySettings,
    ProfileJob,
    ProfileSettings: entities,
    Project: members,
    QueuedDelete,
    ScoreBreakdown: passage,
    Stats,
    Webhook,
    WebhookEventDetails: data,
    WebhookPayload: event_details,
);

#[cfg(feature = "legacy")]
left_over!(legacy::AddV1Response);

impl LeftOver for ProfileJobResponse {
    fn left_over(&self) -> Vec<String> {
        names(self.extra()).into_iter().chain(self.job.left_over()).collect()
    }
}

/// It has no typed fields, so that none can be left over.
impl LeftOver for Value {
    fn left_over(&self) -> Vec<String> {
        Vec::new()
    }
}

impl<T: LeftOver + Record> LeftOver for Page<T> {
    fn left_over(&self) -> Vec<String> {
        let malformed = self.malformed.iter().map(|row| row.reason().to_owned());
        names(self.extra())
            .into_iter()
            .filter(|name| !BY_ACCESSOR.contains(&name.as_str()))
            .chain(malformed)
            .chain(self.results.iter().flat_map(LeftOver::left_over))
            .collect()
    }
}
