use mem0_types::{MemberRole, ProjectCategory};
use rusqlite::Connection;
use serde_json::Value;

use crate::extraction::{Category, Rules};
use crate::ids::EntityIds;
use crate::tenancy::projects;
use crate::{EngineError, stored_json};

/// The categories of a project that names none, with what belongs in each.
const DEFAULTS: [(&str, &str); 15] = [
    ("personal_details", "name, age, home, contact"),
    ("family", "relatives, partner, pets"),
    ("professional_details", "work, employer, studies, skills"),
    ("sports", "sports done or followed"),
    ("travel", "trips, places, plans to go"),
    ("food", "diet, dishes, restaurants"),
    ("music", "listening, playing, concerts"),
    ("health", "illness, medicine, fitness, allergies"),
    ("technology", "devices, software, programming"),
    ("hobbies", "pastimes and interests"),
    ("fashion", "clothes and style"),
    ("entertainment", "films, books, games, shows"),
    ("milestones", "events of a life, achievements"),
    ("user_preferences", "likes, dislikes, ways of working"),
    ("misc", "what fits nowhere else"),
];

/// What the project and the add tell the model. What the add says goes before what the project
/// says.
pub(super) fn rules(
    connection: &Connection,
    project: i64,
    ids: &EntityIds,
    payload: &Value,
) -> Result<Rules, EngineError> {
    let settings = projects::record(connection, project, MemberRole::Owner)?.settings;
    let text =
        |name: &str| payload[name].as_str().map(str::to_owned).filter(|text| !is_blank(text));
    let general = text("custom_instructions").or(settings.custom_instructions);
    let agents = text("agent_custom_instructions").or(settings.agent_custom_instructions);
    let instructions = match (general, agents) {
        (general, Some(agents)) if ids.agent_id.is_some() => match (general, &ids.user_id) {
            (_, None) => Some(agents),
            (None, _) => Some(format!("Of what the assistant says: {agents}")),
            (Some(general), _) => Some(format!("{general}\nOf what the assistant says: {agents}")),
        },
        (general, _) => general,
    };
    let of_call: Option<Vec<ProjectCategory>> =
        stored_json::read_value(payload["custom_categories"].clone())?;
    let named = of_call.filter(|some| !some.is_empty()).or(settings.custom_categories);
    let categories = match named {
        Some(named) => named.iter().filter_map(category).collect(),
        None => DEFAULTS.iter().map(|(name, what)| Category::new(name, what)).collect(),
    };
    Ok(Rules { instructions, includes: text("includes"), excludes: text("excludes"), categories })
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn category(category: &ProjectCategory) -> Option<Category> {
    match category {
        ProjectCategory::Described(described) => {
            Some(Category::new(described.name(), described.description()))
        }
        other => other.name().map(|name| Category::new(name, "")),
    }
}
