//! The times that a query names: "in May 2023", "last week", "3 days ago", 昨日.

use mem0_types::{Date, Timestamp};

use crate::clock::MICROS_PER_DAY;
use crate::text::numbers::MONTHS;
use crate::text::sentences::sentences;

/// People tell what happened some time after it. For at least this many days, a memory may still be
/// about the time.
const TOLD_WITHIN: i64 = 7;

/// A range of whole days, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeSpan {
    /// The first day, and the day after the last, counted from 1970-01-01.
    from: i64,
    to: i64,
}

impl TimeSpan {
    /// How well a moment (microseconds since 1970) fits: 1 inside the span, and less and less in
    /// the time after it.
    pub(crate) fn fit(&self, micros: i64) -> f64 {
        let day = micros.div_euclid(MICROS_PER_DAY);
        let told_within = (self.to - self.from).max(TOLD_WITHIN);
        if day < self.from {
            0.0
        } else if day < self.to {
            1.0
        } else {
            (1.0 - (day - self.to + 1) as f64 / told_within as f64).max(0.0)
        }
    }
}

/// Words that ask about what has been: without one, "today" says when something is wanted, as in
/// "what shall I cook tonight?".
const PAST: [&str; 22] = [
    "did",
    "didn't",
    "was",
    "wasn't",
    "were",
    "weren't",
    "had",
    "has",
    "have",
    "been",
    "happened",
    "said",
    "told",
    "mentioned",
    "went",
    "talked",
    "discussed",
    "wrote",
    "ate",
    "met",
    "saw",
    "got",
];
const PAST_MARKS: [&str; 9] = ["了", "过", "過", "た", "었", "았", "했", "였", "ました"];

/// Of the day that is not over yet.
const TODAY: [&str; 3] = ["今日", "今天", "오늘"];

/// Days before today in other languages that are written with spaces, with how many. Those that are
/// a usual word of another language are missing.
const DAYS_BEFORE: [(i64, &str); 2] = [
    (
        1,
        "gestern ayer ieri ontem gisteren igår igar eilen wczoraj včera vcera вчера вчора учора \
        jučer juče јуче dün tegnap χθες χτες εχθές أمس امس البارحة אתמול গতকাল நேற்று నిన్న \
        دیروز kemarin vakar včeraj გუშინ երեկ ahir",
    ),
    (
        2,
        "vorgestern anteayer antier anteontem eergisteren förrgår toissapäivänä przedwczoraj \
        předevčírem позавчера позавчора prekjučer прекјуче tegnapelőtt προχθές προχτές שלשום \
        پریروز avantieri avant-hier alaltăieri",
    ),
];

/// The same in several words.
const PHRASES: [(i64, &[&str]); 11] = [
    (1, &["i", "går"]),
    (1, &["hier", "soir"]),
    (1, &["hier", "matin"]),
    (1, &["hôm", "qua"]),
    (1, &["gestern", "abend"]),
    (2, &["i", "förrgår"]),
    (2, &["i", "forgårs"]),
    (2, &["avant", "hier"]),
    (2, &["evvelsi", "gün"]),
    (2, &["önceki", "gün"]),
    (2, &["l'altro", "ieri"]),
];

/// Words of French, in whose company `hier` is not the German word.
const FRENCH: [&str; 13] = [
    "j'ai", "as", "avons", "avez", "ont", "où", "que", "quoi", "quel", "quelle", "qui", "nous",
    "m'a",
];

/// The last week, month and year in other languages, by their words or, before a hyphen, by
/// the beginnings of those.
const LAST: [(&str, &str); 3] = [
    (
        "week",
        "letzte- woche,semaine dernière,semana pasada,settimana scorsa,semana passada,vorige week,\
        прошл- недел-,минул- тижн-,geçen hafta-",
    ),
    (
        "month",
        "letzte- monat-,mois dernier,mes pasado,mese scorso,mês passado,vorige maand,\
        прошл- месяц-,минул- місяц-,geçen ay",
    ),
    (
        "year",
        "letzte- jahr-,année dernière,an dernier,año pasado,anno scorso,ano passado,vorig jaar,\
        прошл- год-,минул- ро-,geçen yıl-",
    ),
];

/// The most times that a query may name, since each memory is compared with each of them.
const MAX_SPANS: usize = 16;

/// The words of a text in lower case.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word))
        .collect()
}

/// Whether a sentence names today, and what has been: the weather of today is but a greeting.
fn tells_of_today(sentence: &str) -> bool {
    let words = words(sentence);
    let is_today = |word: &&str| {
        matches!(*word, "today" | "tonight" | "morning" | "afternoon" | "evening")
            || TODAY.contains(word)
    };
    (words.iter().any(is_today) || TODAY.iter().any(|word| sentence.contains(word)))
        && (words.iter().any(|word| PAST.contains(word))
            || PAST_MARKS.iter().any(|mark| sentence.contains(mark))
            || words.iter().all(is_today))
}

/// The times that a query names, each once and at most [`MAX_SPANS`]. They are relative to
/// `reference`, in microseconds since 1970. A month or a day without a year is the latest one up to
/// then.
pub(crate) fn spans(query: &str, reference: i64) -> Vec<TimeSpan> {
    let Some(calendar) = Calendar::at(reference) else { return Vec::new() };
    let query = query.to_lowercase().replace('’', "'");
    let words = words(&query);
    let mut sentences = sentences(&query).into_iter().filter_map(|sentence| query.get(sentence));
    let asks_past = sentences.any(tells_of_today);
    let is_french = words.iter().any(|word| FRENCH.contains(word));
    let calendar = Calendar { asks_past, is_french, ..calendar };
    let mut spans = calendar.east_asian(&query);
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty())
        && spans.len() < MAX_SPANS
    {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied();
        match calendar.expression(before, rest) {
            Some((span, used)) => {
                if !spans.contains(&span) {
                    spans.push(span);
                }
                at += used;
            }
            None => at += 1,
        }
    }
    spans
}

/// The day that relative times count from.
struct Calendar {
    today: i64,
    year: i64,
    /// January is 0.
    month: i64,
    /// Whether the query asks about what has been today.
    asks_past: bool,
    /// Whether the query has words of French.
    is_french: bool,
}

impl Calendar {
    fn at(micros: i64) -> Option<Self> {
        let date = Timestamp::from_unix_micros(micros)?.date()?;
        Some(Self {
            today: micros.div_euclid(MICROS_PER_DAY),
            year: i64::from(date.year()),
            month: i64::from(date.month()) - 1,
            asks_past: true,
            is_french: false,
        })
    }

    /// The time that the words begin with, and how many words it takes up.
    fn expression(&self, before: Option<&str>, words: &[&str]) -> Option<(TimeSpan, usize)> {
        let dated = self.date(words).or_else(|| self.relative(words));
        let dated = dated.or_else(|| self.in_other_languages(words));
        dated.or_else(|| Some((self.month_or_year(before, words)?, 1)))
    }

    /// `2023-05-08`, `8 May 2023`, `8th of May`, `May 8`, `May 2023`.
    fn date(&self, words: &[&str]) -> Option<(TimeSpan, usize)> {
        if let Ok(date) = words.first()?.parse::<Date>() {
            let from = day(date)?;
            return Some((TimeSpan { from, to: from + 1 }, 1));
        }
        let (month, number, used) = match words {
            [number, "of", name, ..] if ordinal(number).is_some() => (month(name)?, *number, 3),
            [number, name, ..] if ordinal(number).is_some() => (month(name)?, *number, 2),
            [name, number, ..] => (month(name)?, *number, 2),
            _ => return None,
        };
        if let Some(year) = year(number) {
            return Some((span_of_month(year, month)?, used));
        }
        let number = ordinal(number)?;
        match words.get(used).and_then(|word| year(word)) {
            Some(year) => Some((span_of_day(year, month, number)?, used + 1)),
            None => Some((self.latest(|year| span_of_day(year, month, number))?, used)),
        }
    }

    fn relative(&self, words: &[&str]) -> Option<(TimeSpan, usize)> {
        match words {
            ["today" | "tonight", ..] if self.asks_past => Some((self.days_ago(0), 1)),
            ["day", "before", "yesterday", ..] => Some((self.days_ago(2), 3)),
            ["yesterday", ..] => Some((self.days_ago(1), 1)),
            ["last", "night", ..] => Some((self.days_ago(1), 2)),
            ["this", unit, ..] => Some((self.current(unit)?, 2)),
            ["last" | "previous", unit, ..] if self.previous(unit).is_some() => {
                Some((self.previous(unit)?, 2))
            }
            ["last" | "past" | "previous", unit, ..] if days_in(unit).is_some() => {
                Some((self.recent(days_in(unit)?), 2))
            }
            ["last" | "past" | "previous", number, unit, ..] => {
                Some((self.recent(count(number)?.checked_mul(days_in(unit)?)?), 3))
            }
            ["on", name, ..] => Some((self.previous(name).filter(|_| weekday(name).is_some())?, 2)),
            [number, unit, "ago", ..] => Some((self.ago(count(number)?, unit)?, 3)),
            _ => None,
        }
    }

    /// The day before today, or the last week, month or year, in languages with spaces.
    fn in_other_languages(&self, words: &[&str]) -> Option<(TimeSpan, usize)> {
        let first = words.first()?;
        for (days, phrase) in PHRASES {
            if words.starts_with(phrase) {
                return Some((self.days_ago(days), phrase.len()));
            }
        }
        if let Some((days, _)) =
            DAYS_BEFORE.iter().find(|(_, names)| names.split_whitespace().any(|it| it == *first))
        {
            return Some((self.days_ago(*days), 1));
        }
        if *first == "hier" && self.is_french {
            return Some((self.days_ago(1), 1));
        }
        let is = |(word, known): (&&str, &str)| match known.strip_suffix('-') {
            Some(beginning) => word.starts_with(beginning),
            None => *word == known,
        };
        let is_last = |phrase: &str| {
            let known = phrase.split(' ');
            known.clone().count() <= words.len() && words.iter().zip(known).all(is)
        };
        let (unit, _) = LAST.iter().find(|(_, phrases)| phrases.split(',').any(is_last))?;
        Some((self.previous(unit)?, 2))
    }

    /// A month or a year on its own. "May" and "March" count only if the context says that a time
    /// follows.
    fn month_or_year(&self, before: Option<&str>, words: &[&str]) -> Option<TimeSpan> {
        let name = words.first()?;
        if let Some(year) = year(name) {
            return Some(TimeSpan {
                from: first_of_month(year, 0)?,
                to: first_of_month(year, 12)?,
            });
        }
        let is_announced = matches!(
            before,
            Some("in" | "during" | "since" | "of" | "last" | "this" | "early" | "mid" | "late")
        );
        let is_sure = name.len() > 4 && *name != "march" || matches!(*name, "june" | "july");
        let month = month(name).filter(|_| is_announced || is_sure)?;
        self.latest(|year| span_of_month(year, month))
    }

    fn days_ago(&self, days: i64) -> TimeSpan {
        TimeSpan { from: self.today - days, to: self.today - days + 1 }
    }

    /// The last `days` days, including today.
    fn recent(&self, days: i64) -> TimeSpan {
        TimeSpan { from: self.today - days, to: self.today + 1 }
    }

    fn monday(&self) -> i64 {
        self.today - weekday_of(self.today)
    }

    fn current(&self, unit: &str) -> Option<TimeSpan> {
        match unit {
            "week" => Some(TimeSpan { from: self.monday(), to: self.monday() + 7 }),
            "weekend" => Some(TimeSpan { from: self.monday() + 5, to: self.monday() + 7 }),
            "month" => span_of_month(self.year, self.month),
            "year" => span_of_year(self.year),
            "morning" | "afternoon" | "evening" if self.asks_past => Some(self.days_ago(0)),
            _ => self.previous(unit).filter(|_| weekday(unit).is_some()),
        }
    }

    fn previous(&self, unit: &str) -> Option<TimeSpan> {
        match unit {
            "week" => Some(TimeSpan { from: self.monday() - 7, to: self.monday() }),
            "weekend" => Some(TimeSpan { from: self.monday() - 2, to: self.monday() }),
            "month" => span_of_month(self.year, self.month - 1),
            "year" => span_of_year(self.year - 1),
            _ => {
                let back = (weekday_of(self.today) - weekday(unit)? - 1).rem_euclid(7) + 1;
                Some(self.days_ago(back))
            }
        }
    }

    fn ago(&self, count: i64, unit: &str) -> Option<TimeSpan> {
        match unit {
            "day" | "days" => Some(self.days_ago(count)),
            "week" | "weeks" => {
                let middle = self.today - 7 * count;
                Some(TimeSpan { from: middle - 3, to: middle + 4 })
            }
            "month" | "months" => span_of_month(self.year, self.month - count),
            "year" | "years" => span_of_year(self.year - count),
            _ => None,
        }
    }

    /// The latest one that has begun by today, of this year or the year before.
    fn latest(&self, of_year: impl Fn(i64) -> Option<TimeSpan>) -> Option<TimeSpan> {
        let begun = |span: &TimeSpan| span.from <= self.today;
        of_year(self.year).filter(begun).or_else(|| of_year(self.year - 1))
    }

    /// Times in Chinese, Japanese and Korean, which are written without spaces.
    fn east_asian(&self, query: &str) -> Vec<TimeSpan> {
        let mentions = |names: &[&str]| names.iter().any(|name| query.contains(name));
        let mut spans = Vec::new();
        if self.asks_past && mentions(&TODAY) {
            spans.push(self.days_ago(0));
        }
        if mentions(&["昨日", "昨天", "어제", "เมื่อวาน", "ម្សិលមិញ", "ເມື່ອວານ", "မနေ့က"])
        {
            spans.push(self.days_ago(1));
        }
        for (names, unit) in [
            (["先週", "上周", "上週", "지난주", "지난 주"].as_slice(), "week"),
            (&["先月", "上个月", "上個月", "上月", "지난달"], "month"),
            (&["去年", "昨年", "작년"], "year"),
        ] {
            spans.extend(self.previous(unit).filter(|_| mentions(names)));
        }
        for (names, unit) in [
            (["今週", "这周", "本周", "這週", "이번 주"].as_slice(), "week"),
            (&["今月", "这个月", "這個月", "이번 달"], "month"),
            (&["今年", "올해"], "year"),
        ] {
            spans.extend(self.current(unit).filter(|_| mentions(names)));
        }
        spans.extend(self.numbered(query));
        spans
    }

    /// `2023年5月8日`, or a part of it.
    fn numbered(&self, query: &str) -> Option<TimeSpan> {
        let year = number_before(query, &['年', '년']).filter(|year| (1900..=2100).contains(year));
        let month = number_before(query, &['月', '월']).filter(|month| (1..=12).contains(month));
        let day = number_before(query, &['日', '号', '號', '일']);
        match (year, month.map(|month| month - 1), day) {
            (Some(year), Some(month), Some(day)) => span_of_day(year, month, day),
            (Some(year), Some(month), None) => span_of_month(year, month),
            (Some(year), None, _) => span_of_year(year),
            (None, Some(month), Some(day)) => self.latest(|year| span_of_day(year, month, day)),
            (None, Some(month), None) => self.latest(|year| span_of_month(year, month)),
            (None, None, _) => None,
        }
    }
}

fn day(date: Date) -> Option<i64> {
    let midnight = Timestamp::from(date.to_string()).unix_micros()?;
    Some(midnight.div_euclid(MICROS_PER_DAY))
}

/// The month may lie outside the year, in both directions.
fn first_of_month(year: i64, month: i64) -> Option<i64> {
    let months = year.checked_mul(12)?.checked_add(month)?;
    let year = u16::try_from(months.div_euclid(12)).ok()?;
    let month = u8::try_from(months.rem_euclid(12) + 1).ok()?;
    day(Date::new(year, month, 1).ok()?)
}

fn span_of_month(year: i64, month: i64) -> Option<TimeSpan> {
    Some(TimeSpan { from: first_of_month(year, month)?, to: first_of_month(year, month + 1)? })
}

fn span_of_year(year: i64) -> Option<TimeSpan> {
    Some(TimeSpan { from: first_of_month(year, 0)?, to: first_of_month(year, 12)? })
}

fn span_of_day(year: i64, month: i64, number: i64) -> Option<TimeSpan> {
    let month = span_of_month(year, month)?;
    let from = month.from + number - 1;
    (month.from..month.to).contains(&from).then_some(TimeSpan { from, to: from + 1 })
}

/// 0 is Monday; 1970-01-01 was a Thursday.
fn weekday_of(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

fn weekday(name: &str) -> Option<i64> {
    const NAMES: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let at = NAMES.iter().position(|weekday| *weekday == name)?;
    i64::try_from(at).ok()
}

/// January is 0. Takes the name, or its first letters.
fn month(name: &str) -> Option<i64> {
    let is_short = name.len() == 3 || name == "sept";
    let named =
        MONTHS.iter().position(|month| *month == name || is_short && month.starts_with(name));
    named.and_then(|at| i64::try_from(at).ok())
}

fn year(word: &str) -> Option<i64> {
    word.parse().ok().filter(|year| word.len() == 4 && (1900..=2100).contains(year))
}

/// `8`, `8th`.
fn ordinal(word: &str) -> Option<i64> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let ending = word.get(digits.len()..)?;
    let number = digits.parse().ok().filter(|number| (1..=31).contains(number))?;
    matches!(ending, "" | "st" | "nd" | "rd" | "th").then_some(number)
}

fn count(word: &str) -> Option<i64> {
    const NAMES: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    let named = NAMES.iter().position(|name| *name == word);
    let named = named.and_then(|at| i64::try_from(at + 1).ok());
    named.or_else(|| word.parse().ok().filter(|count| (1..=1000).contains(count)))
}

fn days_in(unit: &str) -> Option<i64> {
    match unit {
        "day" | "days" => Some(1),
        "week" | "weeks" => Some(7),
        "month" | "months" => Some(31),
        "year" | "years" => Some(366),
        _ => None,
    }
}

/// The number right before one of these characters.
fn number_before(text: &str, units: &[char]) -> Option<i64> {
    text.match_indices(units).find_map(|(at, _)| {
        let before = text.get(..at)?;
        let digits = before.trim_end_matches(|c: char| c.is_ascii_digit());
        before.get(digits.len()..)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(moment: &str) -> i64 {
        Timestamp::from(moment).unix_micros().unwrap()
    }

    /// The first and the last day of each time that the query names, seen from Wednesday
    /// 2024-05-15.
    fn named(query: &str) -> Vec<String> {
        let date = |day: i64| Timestamp::from_unix_micros(day * MICROS_PER_DAY).unwrap().date();
        let shown = |span: TimeSpan| {
            let (first, last) = (date(span.from).unwrap(), date(span.to - 1).unwrap());
            if first == last { first.to_string() } else { format!("{first}..{last}") }
        };
        spans(query, micros("2024-05-15T13:00:00Z")).into_iter().map(shown).collect()
    }

    #[test]
    fn today_counts_where_the_past_is_asked_about() {
        for query in
            ["What did I eat today?", "what was said tonight", "今天说了什么", "오늘 뭐 먹었어?"]
        {
            assert_eq!(named(query), ["2024-05-15"], "{query}");
        }
        for query in ["What can I cook tonight?", "Which shoes today?", "今天做什么菜？", "now?"]
        {
            assert!(named(query).is_empty(), "{query}");
        }
        // A greeting is not the question.
        for query in ["Nice weather today! Where did I park?", "今天天气真好。我的车停在哪儿了？"]
        {
            assert!(named(query).is_empty(), "{query}");
        }
        assert_eq!(named("What will happen on 15 May 2024?"), ["2024-05-15"]);
    }

    #[test]
    fn each_time_counts_once_up_to_the_limit() {
        assert_eq!(named(&"today ".repeat(1000)), ["2024-05-15"]);
        let years =
            |count: usize| -> String { (0..count).map(|n| format!("in {} ", 2000 + n)).collect() };
        assert_eq!(named(&years(MAX_SPANS - 1)).len(), MAX_SPANS - 1);
        assert_eq!(named(&years(MAX_SPANS)).len(), MAX_SPANS);
        assert_eq!(named(&years(MAX_SPANS + 1)).len(), MAX_SPANS);
    }

    #[test]
    fn dates_are_read_in_their_usual_spellings() {
        for query in [
            "What happened on 2023-05-08?",
            "on 8 May, 2023",
            "on May 8, 2023?",
            "the 8th of May 2023",
            "May 8th 2023's party",
            "2023年5月8日",
            "2023년 5월 8일",
        ] {
            assert_eq!(named(query), ["2023-05-08"], "{query}");
        }
        assert_eq!(named("in May 2023"), ["2023-05-01..2023-05-31"]);
        assert_eq!(
            named("Feb 2024, and in 2021?"),
            ["2024-02-01..2024-02-29", "2021-01-01..2021-12-31"]
        );
        assert_eq!(named("2023年"), ["2023-01-01..2023-12-31"]);
    }

    #[test]
    fn without_a_year_it_is_the_latest_one() {
        assert_eq!(named("the camping trip in June"), ["2023-06-01..2023-06-30"]);
        assert_eq!(named("the May 15 meeting"), ["2024-05-15"]);
        assert_eq!(named("16 May"), ["2023-05-16"]);
        assert_eq!(named("December plans"), ["2023-12-01..2023-12-31"]);
        assert_eq!(named("3月に"), ["2024-03-01..2024-03-31"]);
    }

    #[test]
    fn relative_times_count_from_the_reference() {
        for (query, span) in [
            ("today", "2024-05-15"),
            ("What did I eat yesterday?", "2024-05-14"),
            ("the day before yesterday", "2024-05-13"),
            ("last night's dinner", "2024-05-14"),
            ("last week", "2024-05-06..2024-05-12"),
            ("this week", "2024-05-13..2024-05-19"),
            ("last weekend", "2024-05-11..2024-05-12"),
            ("last month", "2024-04-01..2024-04-30"),
            ("this year", "2024-01-01..2024-12-31"),
            ("last year", "2023-01-01..2023-12-31"),
            ("last Friday", "2024-05-10"),
            ("on Wednesday", "2024-05-08"),
            ("3 days ago", "2024-05-12"),
            ("two weeks ago", "2024-04-28..2024-05-04"),
            ("a month ago", "2024-04-01..2024-04-30"),
            ("six months ago", "2023-11-01..2023-11-30"),
            ("in the past ten days", "2024-05-05..2024-05-15"),
            ("昨日は何を食べた？", "2024-05-14"),
            ("上周我做了什么", "2024-05-06..2024-05-12"),
            ("작년", "2023-01-01..2023-12-31"),
            ("Was habe ich gestern gegessen?", "2024-05-14"),
            ("Что я ел вчера?", "2024-05-14"),
            ("¿Qué comí ayer?", "2024-05-14"),
            ("Qu’est-ce que j’ai mangé hier ?", "2024-05-14"),
            ("Vad åt jag i går?", "2024-05-14"),
            ("Hôm qua tôi ăn gì?", "2024-05-14"),
            ("ماذا أكلت أمس؟", "2024-05-14"),
            ("Что было позавчера?", "2024-05-13"),
            ("letzte Woche", "2024-05-06..2024-05-12"),
            ("на прошлой неделе", "2024-05-06..2024-05-12"),
            ("im letzten Jahr", "2023-01-01..2023-12-31"),
            ("el año pasado", "2023-01-01..2023-12-31"),
            ("เมื่อวานกินอะไร", "2024-05-14"),
        ] {
            assert_eq!(named(query), [span], "{query}");
        }
    }

    #[test]
    fn words_that_resemble_times_are_not_times() {
        for query in [
            "",
            "May I march with you?",
            "The second floor",
            "What did Dec say?",
            "99999999999999999999 days ago",
            "Room 101, 1000 days",
            "last but not least",
            "on the march",
            "日月年",
            "Was ist hier?",
            "Ayers Rock",
            "en años pasados",
            "Warst du je hier?",
        ] {
            assert_eq!(named(query), [""; 0], "{query}");
        }
    }

    #[test]
    fn a_memory_soon_after_a_time_fits_it_in_part() {
        let yesterday = spans("yesterday", micros("2024-05-15T13:00:00Z"))[0];
        let fit = |moment| yesterday.fit(micros(moment));
        assert_eq!(fit("2024-05-13T23:59:59Z"), 0.0);
        assert_eq!(fit("2024-05-14T00:00:00Z"), 1.0);
        assert_eq!(fit("2024-05-14T23:59:59Z"), 1.0);
        assert!(fit("2024-05-15T10:00:00Z") > fit("2024-05-17T10:00:00Z"));
        assert_eq!(fit("2024-06-15T10:00:00Z"), 0.0);
    }
}
