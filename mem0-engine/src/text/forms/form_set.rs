/// Looser terms of one word, by which its other forms are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Forms {
    /// Shared by the forms of one word, such as a stem.
    pub(crate) same: Vec<String>,
    /// Shared by more than the forms of one word, such as its beginning.
    pub(crate) like: Vec<String>,
}

impl Forms {
    /// Adds what the forms of one word share, if it has at least so many letters.
    pub(crate) fn add_same(&mut self, form: impl Into<String>, least: usize) {
        add(&mut self.same, form.into(), least);
    }

    /// Adds what more than the forms of one word share, if it has at least so many letters.
    pub(crate) fn add_like(&mut self, form: impl Into<String>, least: usize) {
        add(&mut self.like, form.into(), least);
    }

    /// Adds the beginnings of a word that have at least two thirds of its letters, marked by a
    /// hyphen. Two words share one if they begin alike for two thirds of the longer one.
    pub(crate) fn add_beginnings(&mut self, word: &str) {
        let least = (2 * word.chars().count()).div_ceil(3).max(3);
        for (start, c) in word.char_indices().skip(least - 1) {
            if let Some(beginning) = word.get(..start + c.len_utf8()) {
                self.add_like(format!("{beginning}-"), 0);
            }
        }
    }
}

fn add(forms: &mut Vec<String>, form: String, least: usize) {
    if form.chars().count() >= least && !forms.contains(&form) {
        forms.push(form);
    }
}

/// The word without the longest of the endings that leaves at least so many letters.
pub(crate) fn without_ending<'a>(word: &'a str, endings: &str, least: usize) -> &'a str {
    let kept = endings.split_ascii_whitespace().filter_map(|ending| word.strip_suffix(ending));
    kept.filter(|kept| kept.chars().count() >= least).min_by_key(|kept| kept.len()).unwrap_or(word)
}

/// The word without the longest of the beginnings that leaves at least so many letters.
pub(crate) fn without_beginning<'a>(word: &'a str, beginnings: &str, least: usize) -> &'a str {
    let kept = beginnings.split_ascii_whitespace().filter_map(|start| word.strip_prefix(start));
    kept.filter(|kept| kept.chars().count() >= least).min_by_key(|kept| kept.len()).unwrap_or(word)
}
