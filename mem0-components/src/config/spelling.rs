//! Which known name an unknown one may have been meant as.

/// Whether a field was given under this name: as Python spells it, or as TypeScript does.
pub(crate) fn is_spelling_of(given: &str, known: &str) -> bool {
    given == known || (!given.contains('_') && squeezed(given) == squeezed(known))
}

fn squeezed(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

/// `did you mean openai?`, or all known names where none is near.
pub(crate) fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(given, &known) {
        Some(near) => format!("did you mean {near}?"),
        None if known.is_empty() => "none is known".to_owned(),
        None => format!("known are {}", known.join(", ")),
    }
}

/// The known name that the given one is most likely a slip of.
pub(crate) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = squeezed(given);
    let most = (given.chars().count() / 3).clamp(1, 3);
    let by_slip = known
        .iter()
        .map(|name| (slips(&given, &squeezed(name)), *name))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name);
    let mut by_part = known.iter().filter(|name| {
        let name = squeezed(name);
        given.len() >= 4 && name.len() >= 4 && (name.contains(&given) || given.contains(&name))
    });
    by_slip.or_else(|| match (by_part.next(), by_part.next()) {
        (Some(name), None) => Some(*name),
        _ => None,
    })
}

/// How many letters must be put in, left out, replaced, or exchanged with their neighbour.
fn slips(given: &str, known: &str) -> usize {
    let (given, known): (Vec<char>, Vec<char>) = (given.chars().collect(), known.chars().collect());
    let mut rows = vec![vec![0; known.len() + 1]; given.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    for (at, cell) in rows[0].iter_mut().enumerate() {
        *cell = at;
    }
    for i in 1..=given.len() {
        for j in 1..=known.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(given[i - 1] != known[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && given[i - 1] == known[j - 2] && given[i - 2] == known[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[given.len()][known.len()]
}

#[cfg(test)]
mod tests {
    use super::{is_spelling_of, nearest, slips};

    #[test]
    fn slips_are_counted_once_each() {
        for (given, known, count) in [
            ("", "", 0),
            ("openai", "openai", 0),
            ("opneai", "openai", 1),
            ("opena", "openai", 1),
            ("openaii", "openai", 1),
            ("apenai", "openai", 1),
            ("", "abc", 3),
        ] {
            assert_eq!(slips(given, known), count, "{given} {known}");
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        let known = ["openai", "openai_structured", "ollama", "gemini", "openai_base_url"];
        assert_eq!(nearest("opneai", &known), Some("openai"));
        assert_eq!(nearest("OLLAMMA", &known), Some("ollama"));
        assert_eq!(nearest("base_url", &known), Some("openai_base_url"));
        assert_eq!(nearest("mistral", &known), None);
        assert_eq!(nearest("", &known), None);
    }

    #[test]
    fn both_official_spellings_are_one_field() {
        assert!(is_spelling_of("vector_store", "vector_store"));
        assert!(is_spelling_of("vectorStore", "vector_store"));
        assert!(is_spelling_of("openaiBaseURL", "openai_base_url"));
        assert!(is_spelling_of("normalize_L2", "normalize_L2"));
        assert!(!is_spelling_of("normalize_l2", "normalize_L2"));
        assert!(!is_spelling_of("vector_stores", "vector_store"));
    }
}
