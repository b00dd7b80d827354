//! Reads the times of a text, word by word.

use crate::extraction::times::calendar::{Span, day_of, weekday};
use crate::extraction::times::vocabulary::{
    BEFORE_DAYS, DAY_UNITS, DAYS, MONTH_UNITS, MONTHS, NEAR, NEAR_MONTHS, NEAR_YEARS, SEASONS,
    WEEK_UNITS, WEEKDAYS, WEEKENDS, WEEKS, YEAR_UNITS,
};
use crate::extraction::words::hard::number_word;
use crate::extraction::words::mood::has_in;

/// The words of a text, and the times that were found in it so far.
pub(super) struct Reader {
    pub(super) today: i64,
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) words: Vec<String>,
    /// Each with all that it may mean.
    pub(super) times: Vec<Vec<Span>>,
}

impl Reader {
    fn add(&mut self, options: impl IntoIterator<Item = Option<Span>>) {
        let options: Vec<Span> = options.into_iter().flatten().collect();
        if !options.is_empty() {
            self.times.push(options);
        }
    }

    fn at(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    fn before(&self, at: usize, distance: usize) -> &str {
        at.checked_sub(distance).map_or("", |at| self.at(at))
    }

    fn is(&self, at: usize, words: &'static str) -> bool {
        let word = self.at(at);
        !word.is_empty() && has_in(&format!(" {word} "), words)
    }

    fn number(&self, at: usize) -> Option<i64> {
        let word = self.at(at);
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        let is_ordinal = matches!(
            word.get(digits.len()..).unwrap_or_default(),
            "" | "st" | "nd" | "rd" | "th" | "er" | "e"
        );
        if is_ordinal && !digits.is_empty() { digits.parse().ok() } else { None }
    }

    /// A number in digits or in words; "a" week is one.
    fn count(&self, at: usize) -> Option<i64> {
        self.number(at).filter(|number| *number < 200).or_else(|| {
            let word = self.at(at);
            let is_one = matches!(word, "a" | "an");
            is_one.then_some(1).or_else(|| i64::try_from(number_word(word)?).ok())
        })
    }

    /// Whether "last" (−1), "this" (0) or "next" (1) stands beside a word.
    fn near(&self, at: usize) -> Option<i64> {
        let places = [at.checked_sub(1), at.checked_sub(2), Some(at + 1)];
        places.into_iter().flatten().find_map(|place| {
            NEAR.iter().find(|(_, words)| self.is(place, words)).map(|(near, _)| *near)
        })
    }

    pub(super) fn word(&mut self, at: usize) {
        let month = (1..).zip(MONTHS).find(|(_, words)| self.is(at, words)).map(|(n, _)| n);
        if let Some(month) = month {
            self.month_at(at, month);
        }
        let day = (0..).zip(WEEKDAYS).find(|(_, words)| self.is(at, words)).map(|(n, _)| n);
        if let Some(day) = day {
            self.weekday(day, self.near(at));
        }
        let season = (0..).zip(SEASONS).find(|(_, words)| self.is(at, words)).map(|(n, _)| n);
        if let Some(season) = season {
            let year = [at + 1, at + 2].into_iter().find_map(|at| self.year_at(at));
            let year = year.or_else(|| self.year_at(at.checked_sub(1)?));
            self.season(season, year, self.near(at));
        }
        if self.is(at, WEEKENDS) {
            self.weekends(self.near(at));
        }
        self.unit(at);
        if month.is_none() {
            self.year_alone(at);
            self.day_alone(at);
        }
    }

    fn year_at(&self, at: usize) -> Option<i64> {
        let word = self.at(at);
        let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        word.parse().ok().filter(|year| is_year && (1000..2200).contains(year))
    }

    /// "May 2022", "12 May", "May 12th, 2022", "12 de mayo de 2022", "May".
    fn month_at(&mut self, at: usize, month: i64) {
        let is_link = |word: &str| matches!(word, "of" | "de" | "del" | "the" | "do" | "di");
        let day_of_month = |number: &i64| (1..=31).contains(number);
        let before = if is_link(self.before(at, 1)) { 2 } else { 1 };
        let day_before = at.checked_sub(before).and_then(|at| self.number(at)).filter(day_of_month);
        let after = if is_link(self.at(at + 1)) { at + 2 } else { at + 1 };
        let day_after = self.number(after).filter(day_of_month);
        // Between the two stand but a day and a word such as "of": "March since 2019" are two.
        let is_between = |at: usize| self.number(at).is_some() || is_link(self.at(at));
        let year = (at + 1..at + 4)
            .find(|place| self.year_at(*place).is_some() || !is_between(*place))
            .and_then(|place| self.year_at(place));
        let year = year.or_else(|| self.year_at(at.checked_sub(1)?));
        match (day_before.or(day_after), year) {
            (Some(day), Some(year)) => self.add([day_of(year, month, day).map(Span::day)]),
            (Some(day), None) => self.day_of_year(month, day),
            (None, Some(year)) => self.add([Span::month(year, month)]),
            // "May" is a verb, too, and is taken for a month only where the model says so.
            (None, None) => {
                let near = self.near(at);
                self.month_of_year(month, near);
            }
        }
    }

    /// The last and the next such day.
    fn day_of_year(&mut self, month: i64, day: i64) {
        let days = [-1, 0, 1].map(|years| day_of(self.year + years, month, day));
        let last = days.iter().flatten().rev().find(|day| **day <= self.today).copied();
        let next = days.iter().flatten().find(|day| **day >= self.today).copied();
        self.add([last.map(Span::day), next.filter(|_| next != last).map(Span::day)]);
    }

    fn month_of_year(&mut self, month: i64, near: Option<i64>) {
        let months = [-1, 0, 1].map(|years| Span::month(self.year + years, month));
        let today = self.today;
        let last = months.iter().flatten().rev().find(|month| match near {
            Some(-1) => month.to < today,
            _ => month.from <= today,
        });
        let next = months.iter().flatten().find(|month| month.to >= today);
        let (last, next) = (last.copied(), next.copied());
        match near {
            Some(-1) => self.add([last]),
            Some(1) => {
                self.add([months.iter().flatten().find(|month| month.from > today).copied()])
            }
            _ => self.add([last, next.filter(|_| next != last)]),
        }
    }

    fn weekday(&mut self, day: i64, near: Option<i64>) {
        let last = self.today - (weekday(self.today) - day).rem_euclid(7);
        let next = self.today + (day - weekday(self.today)).rem_euclid(7);
        let days = match near {
            Some(-1) => vec![last, last - 7],
            Some(1) => vec![next, next + 7],
            _ => vec![last, next, last - 7, next + 7],
        };
        let mut options: Vec<Option<Span>> = Vec::new();
        for day in days {
            // Today is not said by its weekday.
            if day != self.today && (day - self.today).abs() <= 13 {
                options.push(Some(Span::day(day)));
            }
        }
        self.add(options);
    }

    fn season(&mut self, season: i64, year: Option<i64>, near: Option<i64>) {
        if let Some(year) = year {
            // The winter of a year is the one that begins or the one that ends in it.
            let before = (season == 3).then(|| Span::season(year - 1, season)).flatten();
            return self.add([Span::season(year, season), before]);
        }
        let seasons = [-2, -1, 0, 1].map(|years| Span::season(self.year + years, season));
        let today = self.today;
        let seasons = || seasons.iter().flatten();
        let ended = seasons().rev().find(|season| season.to < today).copied();
        let begun = seasons().rev().find(|season| season.from <= today).copied();
        let ahead = seasons().find(|season| season.from > today).copied();
        match near {
            Some(-1) => self.add([ended]),
            Some(1) => self.add([ahead]),
            _ => self.add([begun, ahead]),
        }
    }

    fn weekends(&mut self, near: Option<i64>) {
        let saturday = self.today - weekday(self.today) + 5;
        let weeks = match near {
            Some(-1) => vec![-1, 0],
            Some(1) => vec![1, 0],
            _ => vec![0, -1],
        };
        let span = |weeks: i64| {
            let saturday = saturday + 7 * weeks;
            Some(Span::range(saturday, saturday + 1))
        };
        self.add(weeks.into_iter().map(span).collect::<Vec<_>>());
    }

    /// "Three weeks ago", "in 2 Jahren", "last month".
    fn unit(&mut self, at: usize) {
        let units = [DAY_UNITS, WEEK_UNITS, MONTH_UNITS, YEAR_UNITS];
        let Some(unit) = units.iter().position(|units| self.is(at, units)) else { return };
        let count = at.checked_sub(1).and_then(|at| self.count(at));
        let count = count.or_else(|| at.checked_sub(2).and_then(|at| self.number(at)));
        let near = self.near(at);
        match (count, near) {
            // "The last three weeks" are not one time.
            (Some(count), None) => self.distant(unit, &[-count, count]),
            (None, Some(near)) => self.distant(unit, &[near]),
            _ => {}
        }
    }

    /// What is so many days, weeks, months or years away.
    fn distant(&mut self, unit: usize, counts: &[i64]) {
        let span = |count: &i64| match unit {
            0 => Some(Span::day(self.today + count)),
            1 if count.abs() <= 1 => {
                let monday = self.today - weekday(self.today) + 7 * count;
                Some(Span::range(monday, monday + 6))
            }
            1 => Some(Span::range(self.today + 7 * count - 3, self.today + 7 * count + 3)),
            2 => Span::month(self.year, self.month + count),
            _ => Span::year(self.year + count),
        };
        let options: Vec<_> = counts.iter().map(span).collect();
        self.add(options);
    }

    /// "In 2019", "the 1990s".
    fn year_alone(&mut self, at: usize) {
        let word = self.at(at);
        if let Some(decade) = word.strip_suffix('s').filter(|word| word.len() == 4)
            && let Ok(year) = decade.parse::<i64>()
            && year % 10 == 0
        {
            let (from, to) = (Span::year(year), Span::year(year + 9));
            let span = from.zip(to).map(|(from, to)| Span::range(from.from, to.to));
            return self.add([span]);
        }
        if let Some(year) = self.year_at(at).filter(|year| (1900..2100).contains(year)) {
            self.add([Span::year(year)]);
        }
    }

    /// "The 12th", "am 12.".
    fn day_alone(&mut self, at: usize) {
        let word = self.at(at);
        let is_ordinal = word.ends_with(|c: char| c.is_alphabetic());
        let Some(day) = self.number(at).filter(|day| (1..=31).contains(day)) else { return };
        let has_article = at.checked_sub(1).is_some_and(|before| {
            super::super::words::marks::entries(BEFORE_DAYS).any(|it| it == self.at(before))
        });
        let has_unit = [DAY_UNITS, WEEK_UNITS, MONTH_UNITS, YEAR_UNITS]
            .iter()
            .any(|units| self.is(at + 1, units));
        let is_date = MONTHS.iter().any(|words| self.is(at + 1, words) || self.is(at + 2, words));
        if !(is_ordinal || has_article) || has_unit || is_date {
            return;
        }
        let days = [-1, 0, 1].map(|months| {
            let month = Span::month(self.year, self.month + months)?;
            let day = month.from + day - 1;
            month.has_day(day).then(|| Span::day(day))
        });
        self.add(days);
    }

    /// Days by their distance, and spans in several words.
    pub(super) fn phrases(&mut self, spaced: &str) {
        let found: Vec<_> = DAYS.iter().filter(|(_, words)| has_in(spaced, words)).collect();
        // 前天 is in 大前天, and "tomorrow" in "the day after tomorrow".
        let farthest = |sign: i64| {
            let days =
                found.iter().map(|(days, _)| *days).filter(move |days| days.signum() == sign);
            days.max_by_key(|days| days.abs())
        };
        let days: Vec<i64> = [-1, 0, 1].into_iter().filter_map(farthest).collect();
        for days in days {
            self.add([Some(Span::day(self.today + days))]);
        }
        for (number, words) in WEEKS {
            if has_in(spaced, words) {
                self.distant(1, &[number]);
            }
        }
        for (number, words) in NEAR_MONTHS {
            if has_in(spaced, words) {
                self.distant(2, &[number]);
            }
        }
        for (number, words) in NEAR_YEARS {
            if has_in(spaced, words) {
                self.distant(3, &[number]);
            }
        }
    }

    /// Weekdays, months and seasons inside of scripts that are written without spaces, and numbers
    /// before their units: 3月5日, 三年前, 5월 3일.
    pub(super) fn runs(&mut self, spaced: &str) {
        let is_run = |c: char| crate::text::letters::is_unsegmented(c);
        if !spaced.chars().any(is_run) {
            return;
        }
        let letters: Vec<char> = spaced.chars().collect();
        let (mut year, mut month) = (None, None);
        let mut at = 0;
        while at < letters.len() {
            let Some((number, end)) = run_number(&letters, at) else {
                at += 1;
                continue;
            };
            let rest: String = letters.get(end..).unwrap_or_default().iter().take(4).collect();
            let rest = rest.trim_start();
            let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
            if begins(&["年前", "년 전", "년전", "年後", "年后", "년 후"]) {
                self.distant(3, &[-number, number]);
            } else if begins(&["个月", "個月", "ヶ月", "か月", "カ月", "개월"]) {
                self.distant(2, &[-number, number]);
            } else if begins(&["周", "週", "주", "个星期", "星期"]) {
                self.distant(1, &[-number, number]);
            } else if begins(&["天", "日前", "日後", "日后", "일 전", "일 후"]) {
                self.distant(0, &[-number, number]);
            } else if begins(&["年", "년"]) && (1900..2100).contains(&number) {
                year = Some(number);
                self.add([Span::year(number)]);
            } else if begins(&["月", "월"]) && (1..=12).contains(&number) {
                month = Some(number);
                match year {
                    Some(year) => self.add([Span::month(year, number)]),
                    None => self.month_of_year(number, None),
                }
            } else if begins(&["日", "号", "號", "일"]) && (1..=31).contains(&number) {
                match (year, month) {
                    (Some(year), Some(month)) => {
                        self.add([day_of(year, month, number).map(Span::day)]);
                    }
                    (None, Some(month)) => self.day_of_year(month, number),
                    (_, None) => {
                        let days = [-1, 0, 1].map(|months| {
                            let span = Span::month(self.year, self.month + months)?;
                            let day = span.from + number - 1;
                            span.has_day(day).then(|| Span::day(day))
                        });
                        self.add(days);
                    }
                }
            }
            at = end;
        }
        let is_inside = |words: &'static str| {
            super::super::words::marks::entries(words)
                .any(|word| word.chars().next().is_some_and(is_run) && spaced.contains(word))
        };
        for (day, words) in (0..).zip(WEEKDAYS) {
            if is_inside(words) {
                self.weekday(day, None);
            }
        }
        for (season, words) in (0..).zip(SEASONS) {
            if is_inside(words) {
                let near = if spaced.contains("去年") || spaced.contains("작년") {
                    Some(self.year - 1)
                } else if spaced.contains("今年") || spaced.contains("올해") {
                    Some(self.year)
                } else {
                    year
                };
                self.season(season, near, None);
            }
        }
        if is_inside(WEEKENDS) {
            self.weekends(None);
        }
    }

    /// `2026-11-20`, `20.11.2026`, `11/20/2026`, `20.11.`.
    pub(super) fn digit_dates(&mut self, text: &str) {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '/');
        for word in text.split(|c: char| !is_part(c)) {
            let parts: Vec<i64> = word
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|it| it.parse().ok())
                .collect();
            match parts.as_slice() {
                [year, month, day] if *year >= 1000 => {
                    self.add([day_of(*year, *month, *day).map(Span::day)]);
                }
                [a, b, year] if *year >= 1000 => {
                    // 5/6/2024 may be of May or of June.
                    let other = (word.contains('/') && a != b).then(|| day_of(*year, *a, *b));
                    let options = [day_of(*year, *b, *a), other.flatten()];
                    self.add(options.map(|day| day.map(Span::day)));
                }
                [year, month] if *year >= 1000 && word.contains('-') && *month <= 12 => {
                    self.add([Span::month(*year, *month)]);
                }
                [a, b] if word.contains('/') || word.ends_with('.') => {
                    self.day_of_year(*b, *a);
                    if word.contains('/') {
                        self.day_of_year(*a, *b);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A number in digits, or in the numerals of Han up to 99, at a place.
fn run_number(letters: &[char], at: usize) -> Option<(i64, usize)> {
    let digits: String =
        letters.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).take(4).collect();
    if let Ok(number) = digits.parse() {
        return Some((number, at + digits.len()));
    }
    let digit =
        |c: &char| "一二三四五六七八九".chars().position(|it| it == *c || *c == '两' && it == '二');
    let run: Vec<&char> = letters
        .get(at..)?
        .iter()
        .take_while(|c| **c == '十' || digit(c).is_some())
        .take(3)
        .collect();
    let value = |c: &char| digit(c).and_then(|digit| i64::try_from(digit + 1).ok());
    let number = match run.as_slice() {
        [] => return None,
        ['十'] => 10,
        ['十', one] => 10 + value(one)?,
        [ten, '十'] => value(ten)? * 10,
        [ten, '十', one] => value(ten)? * 10 + value(one)?,
        [one, ..] => return Some((value(one)?, at + 1)),
    };
    Some((number, at + run.len()))
}
