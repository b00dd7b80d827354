use std::fmt;

use mem0_types::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What a model learned with a memory, besides its text. A memory that was stored as it was said
/// has none of it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Learned {
    /// Whom or what it is about: `user`, `assistant` or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The property of which the subject has one at a time, such as `home_city`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What kind of statement it is: `plan`, `state`, `event`, `relationship`, `preference`,
    /// `absence` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `affirmed` or `denied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polarity: Option<String>,
    /// When it happens or begins: a date, or a moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_start: Option<Timestamp>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_end: Option<Timestamp>,
    /// How exactly the time was said: `moment`, `day`, `month`, `season`, `year` or `range`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_precision: Option<String>,
    /// Whether it happens again and again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recurring: bool,
    /// The model that learned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Learned {
    /// Equal for all memories of one property of one subject; `None` where there may be several of
    /// that property.
    ///
    /// ```
    /// let mut learned = mem0_engine::Learned::default();
    /// assert_eq!(learned.state_key(), None);
    /// learned.subject = Some("Sister  Ida".to_owned());
    /// learned.state = Some("Home City".to_owned());
    /// assert_eq!(learned.state_key().as_deref(), Some("sister ida:home_city"));
    /// ```
    pub fn state_key(&self) -> Option<String> {
        let folded = |text: &str| text.nfkc().collect::<String>().to_lowercase();
        let subject = folded(self.subject.as_deref()?);
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let state = folded(self.state.as_deref()?);
        let state: Vec<_> =
            state.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let is_whole = !subject.is_empty() && !state.is_empty();
        // A property has no colon, so that different pairs have different keys.
        is_whole.then(|| format!("{subject}:{}", state.join("_")))
    }

    /// What of it stays when somebody changes the text: whom and which property it is about. When
    /// and whether it is so may be what was changed.
    pub(crate) fn of_changed_text(&self) -> Self {
        let Self { subject, state, kind, model, .. } = self.clone();
        Self { subject, state, kind, model, ..Self::default() }
    }

    /// The day on which it happens or begins, `YYYY-MM-DD`.
    pub fn event_date(&self) -> Option<String> {
        self.event_start.as_ref()?.date().map(|date| date.to_string())
    }
}

impl fmt::Debug for Learned {
    /// Shows the kind of statement, but never the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Learned").field("model", &self.model).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(subject: &str, state: &str) -> Option<String> {
        let (subject, state) = (Some(subject.to_owned()), Some(state.to_owned()));
        Learned { subject, state, ..Learned::default() }.state_key()
    }

    #[test]
    fn a_state_key_is_equal_however_subject_and_property_are_written() {
        let of_user = key("user", "home_city");
        assert_eq!(of_user.as_deref(), Some("user:home_city"));
        for (subject, state) in [
            (" User ", "home_city"),
            ("USER", "Home City"),
            ("user", "home-city"),
            ("user", "_home_city_"),
            ("ｕｓｅｒ", "home\tcity"),
        ] {
            assert_eq!(key(subject, state), of_user, "{subject} {state}");
        }
        assert_eq!(key("ИДА", "город"), key("Ида", "Город"));
    }

    #[test]
    fn different_subjects_or_properties_have_different_keys() {
        let keys = [
            key("user", "home_city"),
            key("user", "work_city"),
            key("ida", "home_city"),
            key("user:home", "city"),
            key("user home", "city"),
            key("母", "城市"),
        ];
        for (place, one) in keys.iter().enumerate() {
            assert!(one.is_some());
            assert!(keys[..place].iter().all(|other| other != one), "{one:?}");
        }
        for (subject, state) in [("", "home_city"), (" ", "x"), ("user", ""), ("user", "__")] {
            assert_eq!(key(subject, state), None);
        }
    }

    #[test]
    fn nothing_of_the_content_is_in_debug_output() {
        let subject = Some("secret".to_owned());
        let learned = Learned { state: subject.clone(), subject, ..Learned::default() };
        assert!(!format!("{learned:?}").contains("secret"));
    }

    #[test]
    fn what_was_learned_is_written_and_read_again() {
        let learned =
            Learned { event_start: Some("2026-03".into()), recurring: true, ..Learned::default() };
        let json = serde_json::to_string(&learned).unwrap();
        assert_eq!(json, r#"{"event_start":"2026-03","recurring":true}"#);
        assert_eq!(serde_json::from_str::<Learned>(&json).unwrap(), learned);
    }
}
