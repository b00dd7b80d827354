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

    /// Adds what is left of a word without an ending, if it has at least so many letters.
    ///
    /// Names with such an ending are other names: Roberta is not Robert, and Maria is not Mario.
    /// What ends in one of the `others` is the same only as what has another kind of ending, which
    /// the marks after the stem say, and like what is the bare stem.
    pub(crate) fn add_stem(&mut self, word: &str, stem: &str, least: usize, others: &[&str]) {
        if stem.chars().count() < least {
            return;
        }
        let ending = word.strip_prefix(stem);
        if ending == Some("") {
            self.add_same(stem, 0);
            self.add_like(stem, 0);
            return;
        }
        let of = |endings: &&str| endings.split(' ').any(|other| ending == Some(other));
        let own = others.iter().position(of);
        match own {
            Some(_) => self.add_like(stem, 0),
            None => self.add_same(stem, 0),
        }
        for number in (0..others.len()).filter(|number| own.is_none_or(|own| own == *number)) {
            self.add_same(format!("{stem}={number}"), 0);
        }
    }

    /// Adds the beginnings of a word that have at least two thirds of its letters, marked by a
    /// hyphen. Two words share one if they begin alike for two thirds of the longer one.
    pub(crate) fn add_beginnings(&mut self, word: &str) {
        self.add_beginnings_from(word, (2 * word.chars().count()).div_ceil(3));
    }

    /// The same for scripts without a stemmer, whose endings may be as long as the word: half of
    /// its letters are enough.
    pub(crate) fn add_more_beginnings(&mut self, word: &str) {
        self.add_beginnings_from(word, word.chars().count().div_ceil(2));
    }

    fn add_beginnings_from(&mut self, word: &str, least: usize) {
        let least = least.max(3);
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
