use mem0_types::{Filter, IdField, InvalidInput};

use crate::http::fields::Fields;

/// Reads the filter of a search or a list, which must name an entity.
pub(crate) fn filter(fields: &Fields) -> Result<Filter, InvalidInput> {
    // Ignoring an id here would show the caller more than was meant.
    for id in IdField::ALL {
        if fields.value(id.as_str()).is_some() {
            return Err(InvalidInput::new(
                id.as_str(),
                "must be inside filters, for example {\"filters\": {\"user_id\": \"alice\"}}",
            ));
        }
    }
    let Some(json) = fields.value("filters") else {
        return Err(InvalidInput::new(
            "filters",
            "is required and must name a user_id, agent_id, app_id or run_id, for example \
             {\"user_id\": \"alice\"}",
        ));
    };
    let filter = Filter::from_json(json)?;
    if filter.names_an_entity() {
        Ok(filter)
    } else {
        Err(InvalidInput::new(
            "filters",
            "must name a user_id, agent_id, app_id or run_id in a condition that is not negated",
        ))
    }
}
