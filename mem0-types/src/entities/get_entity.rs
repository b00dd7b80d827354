use http::Method;
use serde_json::Value;

use super::entity::Entity;
use crate::InvalidInput;
use crate::call::{Call, Endpoint, Repeat, request};
use crate::ids::EntityRef;
use crate::wire::{Page, path, record};

request! {
    /// Reads one user, agent, app or run:
    /// `GET /v2/entities/{entity_type}/{entity_id}/`. The answer is a list.
    pub struct GetEntity {
        /// the entity
        entity: EntityRef as shown,
    }
    example GetEntity::new(EntityRef::user("a/b")) => GET "/v2/entities/user/a%2Fb/";
}

impl Endpoint for GetEntity {
    type Response = Page<Entity>;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Call::new("get_entity", Method::GET, path::ENTITY, Repeat::Read)
            .segment("entity_type", self.entity.entity_type().as_str())?
            .segment("entity_id", self.entity.entity_id())
    }
}

request! {
    /// Reads what the dashboard can filter entities by: `GET /v1/entities/filters/`.
    pub struct GetEntityFilters {}
    example GetEntityFilters::new() => GET "/v1/entities/filters/";
}

impl Endpoint for GetEntityFilters {
    type Response = EntityFilters;

    fn into_call(self) -> Result<Call, InvalidInput> {
        Ok(Call::new("get_entity_filters", Method::GET, path::ENTITY_FILTERS, Repeat::Read))
    }
}

record! {
    /// What the dashboard can filter a project's entities by.
    ///
    /// ```
    /// let filters: mem0_sdk::EntityFilters =
    ///     serde_json::from_str(r#"{"event_type": ["ADD"], "users": ["alice"]}"#)?;
    /// assert_eq!(filters.users, ["alice"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EntityFilters {
        required {}
        defaulted {
            /// The kinds of events in the project.
            event_type: Vec<String> = "event_type",
            /// The categories in the project. The specification leaves their form open.
            categories: Vec<Value> = "categories",
            /// The users' ids.
            users: Vec<String> = "users",
            /// The fields of the dashboard's form.
            parameters: Vec<EntityFilterParameter> = "parameters",
        }
        optional {}
    }
}

record! {
    /// A field of the dashboard's filter form.
    ///
    /// ```
    /// let field: mem0_sdk::EntityFilterParameter =
    ///     serde_json::from_str(r#"{"name": "user", "type": "select"}"#)?;
    /// assert_eq!(field.parameter_type.as_deref(), Some("select"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EntityFilterParameter {
        required {}
        defaulted {
            /// The choices.
            options: Vec<EntityFilterOption> = "options",
        }
        optional {
            /// Its name in a request.
            name: String = "name",
            /// Its label.
            label: String = "label",
            /// The kind of field.
            #[doc(alias = "type")]
            parameter_type: String = "type",
            /// The text shown while it is empty.
            placeholder: String = "placeholder",
        }
    }
}

record! {
    /// A choice in a field of the dashboard's filter form.
    ///
    /// ```
    /// let choice: mem0_sdk::EntityFilterOption =
    ///     serde_json::from_str(r#"{"value": "alice", "label": "Alice"}"#)?;
    /// assert_eq!(choice.value.as_deref(), Some("alice"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct EntityFilterOption {
        required {}
        defaulted {}
        optional {
            /// The value that a request sends.
            value: String = "value",
            /// The text that people read.
            label: String = "label",
        }
    }
}
