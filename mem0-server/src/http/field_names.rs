/// Other names for a field, which an operation takes where it takes the field.
const OTHER_NAMES: [(&str, &str); 2] = [("session_id", "run_id"), ("limit", "top_k")];

/// The fields that say whose memories are meant, which of them, and until when one is kept. Without
/// such a field a memory would go to others, stay for ever, or be found by the wrong ones.
pub(crate) const DECISIVE: [&str; 13] = [
    "user_id",
    "agent_id",
    "app_id",
    "run_id",
    "session_id",
    "expiration_date",
    "filters",
    "metadata",
    "categories",
    "keywords",
    "start_date",
    "end_date",
    "erase",
];

/// Words that mean a decisive field and are spelled nothing like it.
const WORDS: [(&str, &str); 10] = [
    ("user", "user_id"),
    ("agent", "agent_id"),
    ("app", "app_id"),
    ("apps", "app_id"),
    ("run", "run_id"),
    ("runs", "run_id"),
    ("session", "run_id"),
    ("time_to_live", "expiration_date"),
    ("valid_until", "expiration_date"),
    ("category", "categories"),
];

/// How names begin that mean a decisive field, whatever follows: `expires_at`, `ttl_seconds`.
const BEGINNINGS: [(&str, &str); 2] = [("expir", "expiration_date"), ("ttl", "expiration_date")];

/// What becomes of a field, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The operation takes it.
    Known,
    /// It is another name of this field, which the operation takes.
    Other(&'static str),
    /// It resembles this field, which is too important to be guessed or left out.
    Resembles(&'static str),
    /// It is not kept.
    Unknown,
}

/// What a name means to an operation that knows some fields.
pub(crate) fn meaning(name: &str, is_known: impl Fn(&str) -> bool) -> Meaning {
    if is_known(name) {
        return Meaning::Known;
    }
    let field_of = |name: &str| {
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
        other.map(|(_, field)| *field).filter(|field| is_known(field))
    };
    if let Some(field) = field_of(name) {
        return Meaning::Other(field);
    }
    let letters = letters_of(name);
    let of_a_word = WORDS.iter().filter(|(word, _)| letters_of(word) == letters);
    let begun =
        BEGINNINGS.iter().filter(|(beginning, _)| letters.starts_with(&letters_of(beginning)));
    let of_a_word = of_a_word.chain(begun).map(|(_, field)| *field).filter(|field| is_known(field));
    let mut resembled = of_a_word.chain(
        DECISIVE
            .into_iter()
            .filter(|field| resembles(&letters, &letters_of(field)))
            .filter_map(|field| if is_known(field) { Some(field) } else { field_of(field) }),
    );
    resembled.next().map_or(Meaning::Unknown, Meaning::Resembles)
}

/// The name without what people spell differently: case, hyphens, underscores and dots.
fn letters_of(name: &str) -> Vec<char> {
    // A longer name than any that it could resemble needs no comparison.
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.take(32).flat_map(char::to_lowercase).collect()
}

/// Whether one slip makes the name of the field, or two in a longer one that begins alike: a letter
/// too many, too few, another, or two exchanged.
fn resembles(name: &[char], field: &[char]) -> bool {
    const LONG: usize = 6;
    if name.len().abs_diff(field.len()) > 2 {
        return false;
    }
    match distance(name, field) {
        0 | 1 => true,
        2 => field.len() >= LONG && name.first() == field.first(),
        _ => false,
    }
}

/// The number of slips between two names.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at =
                |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, j) + usize::from(x != y);
            let mut fewest = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let exchanged = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if exchanged {
                fewest = fewest.min(at(&before, j - 1) + 1);
            }
            row.push(fewest);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page that says what becomes of each name.
    const PAGE: &str = include_str!("../../../docs/guides/field-names.md");

    fn to_add(name: &str) -> Meaning {
        meaning(name, |known| {
            ["user_id", "agent_id", "app_id", "run_id", "expiration_date", "metadata", "messages"]
                .contains(&known)
        })
    }

    #[test]
    fn a_name_that_resembles_a_decisive_field_is_told_from_others() {
        for (field, names) in [
            (
                "user_id",
                "userId USER_ID user-id userid UserID user.id user_ids usr_id uesr_id usre_id \
                 usr_ids user uSer_Id",
            ),
            ("agent_id", "agentId agnet_id agent agent_ids agents_id agentID aget_ids"),
            ("app_id", "appId App-Id apps_id apid app apps"),
            ("run_id", "runId runn_id rnu_id run runs sessionId session session-id sesion_id"),
            (
                "expiration_date",
                "expirationDate expiration-date expiration_dat experation_date expirationdates \
                 expires_at expiresAt expiry ttl Expires expire expireDate expired_at expiry-time \
                 expirationTimestamp EXPIRES_AFTER ttl_seconds timeToLive valid_until",
            ),
            ("metadata", "metaData meta_data metdata Metadata"),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(to_add(name), Meaning::Resembles(field), "{name}");
            }
        }
        assert_eq!(to_add("session_id"), Meaning::Other("run_id"));
        // What clients and programs send beside, and fields that add does not take.
        for name in [
            "",
            "id",
            "org_id",
            "api_key",
            "llm",
            "parent_id",
            "row_id",
            "req_id",
            "request_id",
            "thread_id",
            "asset_id",
            "uuid",
            "source",
            "top_k",
            "limit",
            "filters",
            "date",
            "user_name",
            "user_email",
            "memory_id",
            "host",
            "mem0ApiKey",
            "日本語",
        ] {
            assert_eq!(to_add(name), Meaning::Unknown, "{name}");
        }
        let long = "user_id".repeat(100_000);
        assert_eq!(to_add(&long), Meaning::Unknown);
    }

    #[test]
    fn only_what_an_operation_takes_is_resembled() {
        assert_eq!(meaning("userId", |known| known == "text"), Meaning::Unknown);
        assert_eq!(meaning("limit", |known| known == "top_k"), Meaning::Other("top_k"));
        assert_eq!(meaning("limit", |known| known == "limit"), Meaning::Known);
        assert_eq!(meaning("filter", |known| known == "filters"), Meaning::Resembles("filters"));
        for name in ["Erase", "erased", "ERASE", "e_rase", "eraes"] {
            assert_eq!(
                meaning(name, |known| known == "erase"),
                Meaning::Resembles("erase"),
                "{name}"
            );
            assert_eq!(meaning(name, |known| known == "text"), Meaning::Unknown, "{name}");
        }
    }

    /// The page's tables are those of the code.
    #[test]
    fn the_page_names_every_name() {
        let table = |heading: &str| -> Vec<(String, String)> {
            let (_, section) = PAGE.split_once(&format!("## {heading}\n")).unwrap();
            let section = section.split("\n## ").next().unwrap();
            let mut rows = Vec::new();
            for line in section.lines().filter(|line| line.starts_with("| `")) {
                let cells: Vec<_> = line.split('|').map(str::trim).collect();
                let field = cells[2].trim_matches('`').to_owned();
                for name in cells[1].split(", ") {
                    rows.push((name.trim_matches('`').to_owned(), field.clone()));
                }
            }
            rows.sort();
            rows
        };
        let sorted = |pairs: &[(&str, &str)]| {
            let mut pairs: Vec<_> =
                pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            pairs.sort();
            pairs
        };
        assert_eq!(table("Taken as another spelling"), sorted(&OTHER_NAMES));
        assert_eq!(table("Refused with the right name"), sorted(&WORDS));
        let (_, beginnings) = PAGE.split_once("if it begins with ").unwrap();
        let (beginnings, _) = beginnings.split_once(';').unwrap();
        let named: Vec<_> = beginnings.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, BEGINNINGS.map(|(beginning, _)| beginning));
        let (_, decisive) = PAGE.split_once("The fields that decide are ").unwrap();
        let (decisive, _) = decisive.split_once('.').unwrap();
        let named: Vec<_> = decisive.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, DECISIVE);
    }
}
