use serde::Serialize;

use crate::http::json::Json;
use crate::http::rejection::{Answer, InError};
use crate::http::view::View;

#[derive(Serialize)]
pub(crate) struct FiltersView {
    event_type: Vec<String>,
    categories: Vec<String>,
    users: Vec<String>,
    parameters: [ParameterView; 4],
}

#[derive(Serialize)]
struct ParameterView {
    name: &'static str,
    label: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    placeholder: &'static str,
    options: Vec<OptionView>,
}

#[derive(Serialize)]
struct OptionView {
    value: String,
    label: String,
}

/// `GET /v1/entities/filters/`
pub(crate) async fn filters(View(engine): View) -> Answer<FiltersView, InError> {
    let found = engine.filter_values().await?;
    let parameter = |name, label, placeholder, ids: Vec<String>| ParameterView {
        name,
        label,
        kind: "select",
        placeholder,
        options: ids.into_iter().map(|id| OptionView { value: id.clone(), label: id }).collect(),
    };
    Ok(Json(FiltersView {
        event_type: found.event_types,
        categories: found.categories,
        parameters: [
            parameter("user_id", "User", "Any user", found.users.clone()),
            parameter("agent_id", "Agent", "Any agent", found.agents),
            parameter("app_id", "App", "Any app", found.apps),
            parameter("run_id", "Run", "Any run", found.runs),
        ],
        users: found.users,
    }))
}
