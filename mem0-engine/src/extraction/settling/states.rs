//! State keys: which property a fact tells, and whether there can be several of it.

/// One spelling of a state key: ASCII in snake case, without what says whose it is, and the same
/// word for the same property. `None` where nothing is left.
pub(crate) fn normal_state(state: &str) -> Option<String> {
    let mut key = String::new();
    let mut was_lower = false;
    for c in state.trim().chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_lower {
                key.push('_');
            }
            key.push(c.to_ascii_lowercase());
        } else if !key.ends_with('_') && !key.is_empty() {
            key.push('_');
        }
        was_lower = c.is_ascii_lowercase();
    }
    let mut key = key.trim_matches('_');
    for prefix in ["user_", "users_", "current_", "my_", "the_", "new_", "present_"] {
        key = key.strip_prefix(prefix).unwrap_or(key);
    }
    let key = key.replace("favourite", "favorite");
    let is_none = matches!(key.as_str(), "null" | "none" | "n_a" | "na" | "unknown" | "nil");
    if is_none || !key.chars().any(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let same = SAME.iter().find(|(_, others)| others.split(' ').any(|other| other == key));
    Some(same.map_or(key.clone(), |(name, _)| (*name).to_owned()))
}

/// Names of one property, after the one that is kept.
const SAME: [(&str, &str); 11] = [
    (
        "employer",
        "workplace company place_of_work works_at works_for employed_by employer_name job_employer \
         place_of_employment company_name work_place workplace_name",
    ),
    (
        "job_title",
        "job occupation profession role position job_role title job_position career work_role",
    ),
    (
        "home_city",
        "city residence lives_in place_of_residence location home_location city_of_residence \
         residence_city home living_in living_place hometown_current home_town_current lives \
         living_location where_lives residence_location",
    ),
    ("home_country", "country country_of_residence residence_country"),
    ("home_address", "address street_address postal_address"),
    (
        "relationship_status",
        "marital_status civil_status relationship married_to dating_status romantic_status",
    ),
    (
        "diet",
        "dietary_preference dietary diet_type eating_habit eating_habits dietary_restriction food_diet",
    ),
    ("phone_number", "phone telephone mobile mobile_number telephone_number cell_phone"),
    ("email", "email_address e_mail mail_address"),
    ("partner", "spouse wife husband girlfriend boyfriend fiance fiancee"),
    ("age", "years_old"),
];

/// Whether there can be several values of a property at a time, so that one never retires another.
pub(crate) fn is_several(state: &str) -> bool {
    let words: Vec<&str> = state.split('_').collect();
    let (Some(last), Some(first)) = (words.last(), words.first()) else { return true };
    if *first == "favorite" || *first == "preferred" || *last == "preference" && words.len() > 1 {
        return is_plural(last);
    }
    // The number of pets is one, and so is the status of a project: but of which project?
    if is_one(COUNTED, last) || *first == "number" || *first == "count" {
        return false;
    }
    if words.len() > 1 && is_one(ATTRIBUTES, last) {
        return words.iter().any(|word| is_one(SEVERAL, singular(word)));
    }
    is_plural(last)
        || words.iter().any(|word| is_one(SEVERAL, word) || is_one(SEVERAL, singular(word)))
}

/// How many there are is one number.
const COUNTED: &str = "count number total";

/// Properties of a thing, of which there are as many as there are things.
const ATTRIBUTES: &str = "\
    date time day name status title color colour size age price location place level type brand \
    model year deadline";

/// What somebody has, does, likes or was through several of.
const SEVERAL: &str = "\
    hobby skill friend sibling brother sister child kid son daughter parent relative family pet dog \
    cat animal allergy allergic intolerance like dislike love hate enjoy preference interest passion \
    language visited visit trip travel traveled vacation holiday own owns owned ownership possession \
    has have had got item object car vehicle bike bicycle boat book movie film series song band \
    artist album food dish drink meal ingredient recipe restaurant activity sport exercise workout \
    instrument music event appointment meeting plan goal project task todo reminder purchase bought \
    gift medication medicine symptom condition illness disease injury diagnosis surgery experience \
    achievement award certification certificate degree school course subject class tool app device \
    gadget subscription account colleague coworker neighbor neighbour cousin uncle aunt grandparent \
    nephew niece member membership group club team community game show fear phobia value belief \
    habit routine opinion recommendation advice note contact fact memory other misc info information \
    detail general statement topic knowledge thing exam test flight ticket booking reservation \
    order delivery collection collectible plant garden investment stock debt bill expense donation \
    volunteer volunteering nickname alias idea thought feeling mood wish dream want need request \
    question problem issue concern challenge change update story conversation quote attended \
    participated plays played playing read reading watched watching speaks spoken knows learned \
    learning studies studied tried uses used likes hates loves dislikes enjoys wants needs does did \
    made makes met saw went told said";

/// Whether a noun is in the plural.
fn is_plural(word: &str) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    word.len() > 3
        && word.ends_with('s')
        && !ends(&["ss", "us", "is", "itis"])
        && !matches!(
            word,
            "diabetes" | "series" | "gas" | "lens" | "basis" | "canvas" | "christmas"
        )
        || matches!(word, "children" | "people" | "pets" | "kids")
}

fn singular(word: &str) -> &str {
    match word {
        "hobbies" => "hobby",
        "allergies" => "allergy",
        "activities" => "activity",
        "children" => "child",
        "memories" => "memory",
        "families" => "family",
        "phobias" => "phobia",
        "classes" => "class",
        "dishes" => "dish",
        _ if word.len() > 3 && !word.ends_with("ss") => word.strip_suffix('s').unwrap_or(word),
        _ => word,
    }
}

fn is_one(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        for (state, normal) in [
            ("employer", Some("employer")),
            ("Current Employer", Some("employer")),
            ("currentEmployer", Some("employer")),
            ("user.workplace", Some("employer")),
            ("works-at", Some("employer")),
            ("favourite colour", Some("favorite_colour")),
            ("home_city", Some("home_city")),
            ("lives in", Some("home_city")),
            ("雇主", None),
            ("null", None),
            (" ", None),
            ("", None),
        ] {
            assert_eq!(normal_state(state).as_deref(), normal, "{state}");
        }
    }

    #[test]
    fn of_some_properties_there_can_be_several() {
        for state in [
            "hobby",
            "hobbies",
            "skill",
            "skills",
            "friend",
            "sibling",
            "sister",
            "pet",
            "pets",
            "allergy",
            "allergies",
            "likes",
            "like",
            "language",
            "languages",
            "visited",
            "visited_cities",
            "owns",
            "owned_items",
            "car",
            "plays_instrument",
            "instruments",
            "favorite_foods",
            "preferences",
            "preference",
            "exam_date",
            "appointment_time",
            "pet_name",
            "medication",
            "child_name",
            "goals",
            "project_status",
        ] {
            assert!(is_several(state), "{state}");
        }
        for state in [
            "employer",
            "job_title",
            "home_city",
            "relationship_status",
            "diet",
            "age",
            "favorite_color",
            "favorite_food",
            "seat_preference",
            "email",
            "phone_number",
            "number_of_pets",
            "shoe_size",
            "birthday",
            "weight",
            "partner",
            "income",
            "closing_month",
            "home_address",
            "health_status",
        ] {
            assert!(!is_several(state), "{state}");
        }
    }
}
