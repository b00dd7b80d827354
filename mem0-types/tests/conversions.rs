//! Conversions of times and days to the types of other crates, and back.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};
use jiff::ZonedDateTime;
use mem0_types::{
    AddMemoryOptions, Date, Filter, InvalidInput, Scope, Timestamp, UpdateMemoryOptions,
};
use time::{OffsetDateTime, UtcDateTime};

const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_999;

/// The time as each crate has it, in microseconds.
fn converted(moment: &Timestamp) -> [Result<i64, InvalidInput>; 3] {
    [
        DateTime::<Utc>::try_from(moment).map(|time| time.timestamp_micros()),
        jiff::Timestamp::try_from(moment).map(|time| time.as_microsecond()),
        OffsetDateTime::try_from(moment)
            .map(|time| i64::try_from(time.unix_timestamp_nanos() / 1000).unwrap()),
    ]
}

#[test]
fn times_survive_conversion_and_back() {
    for micros in
        [0, 1, -1, 999_999, -1_000_001, 1_772_382_600_630_547, FIRST, LAST - 2 * 86_400_000_000]
    {
        let moment = Timestamp::from_unix_micros(micros).unwrap();
        assert_eq!(converted(&moment), [Ok(micros), Ok(micros), Ok(micros)], "{moment}");
        assert_eq!(Timestamp::from(DateTime::<Utc>::try_from(&moment).unwrap()), moment);
        assert_eq!(Timestamp::from(jiff::Timestamp::try_from(&moment).unwrap()), moment);
        assert_eq!(Timestamp::from(OffsetDateTime::try_from(&moment).unwrap()), moment);
    }
}

#[test]
fn only_jiff_cannot_hold_the_last_time() {
    let last = Timestamp::from_unix_micros(LAST).unwrap();
    let [chrono, jiff, time] = converted(&last);
    assert_eq!((chrono, time), (Ok(LAST), Ok(LAST)));
    // Jiff leaves a day free for offsets.
    assert!(jiff.unwrap_err().message().contains("within the range"));
    let latest = Timestamp::from(jiff::Timestamp::MAX);
    assert_eq!(latest.to_string(), "9999-12-30T22:00:00.999999Z");
}

#[test]
fn offsets_are_taken_into_account() {
    let moment = Timestamp::from("2026-03-01T09:30:00.630547-07:00");
    assert_eq!(converted(&moment), [(); 3].map(|()| Ok(1_772_382_600_630_547)));
    let utc = "2026-03-01T16:30:00.630547Z";

    let there = FixedOffset::west_opt(7 * 3600).unwrap();
    let time = there.with_ymd_and_hms(2026, 3, 1, 9, 30, 0).unwrap();
    let time = time + chrono::TimeDelta::microseconds(630_547);
    assert_eq!(Timestamp::from(time).to_string(), utc);

    let there = time::UtcOffset::from_hms(-7, 0, 0).unwrap();
    let time = OffsetDateTime::try_from(&moment).unwrap().to_offset(there);
    assert_eq!((time.hour(), Timestamp::from(time).to_string().as_str()), (9, utc));
}

#[test]
fn digits_beyond_microseconds_are_dropped_before_1970_too() {
    for (nanos, micros) in [(1_999, 1), (999, 0), (-1, -1), (-1_000, -1), (-1_001, -2)] {
        let expected = Timestamp::from_unix_micros(micros).unwrap();
        assert_eq!(Timestamp::from(DateTime::from_timestamp_nanos(nanos)), expected);
        let jiff = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap();
        assert_eq!(Timestamp::from(jiff), expected, "{nanos}");
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanos.into()).unwrap();
        assert_eq!(Timestamp::from(time), expected, "{nanos}");
    }
}

#[test]
fn every_spelling_of_a_time_converts() {
    for (moment, micros) in [
        (Timestamp::from_unix(1_700_000_000), 1_700_000_000_000_000),
        (Timestamp::from("2023-11-14"), 1_699_920_000_000_000),
        (serde_json::from_str("1700000000.25").unwrap(), 1_700_000_000_250_000),
        (Timestamp::from("2023-11-14 22:13:20"), 1_700_000_000_000_000),
    ] {
        assert_eq!(converted(&moment), [Ok(micros), Ok(micros), Ok(micros)], "{moment}");
    }
}

#[test]
fn a_text_that_is_not_a_time_is_refused_and_not_repeated() {
    for text in ["soon", "", "2026-02-30", "2026-03-01T25:00:00Z"] {
        for refused in converted(&Timestamp::from(text)) {
            let refused = refused.unwrap_err();
            assert_eq!(refused.field(), "timestamp");
            assert!(refused.message().starts_with("must be a date (YYYY-MM-DD)"), "{refused}");
            assert!(text.is_empty() || !refused.to_string().contains(text), "{refused}");
        }
    }
}

#[test]
fn times_out_of_range_are_refused_or_become_epoch_seconds() {
    // The year 292277 fits into 64 bits of microseconds and into none of the three crates.
    for refused in converted(&Timestamp::from_unix(i64::MAX / 1_000_000)) {
        assert!(refused.unwrap_err().message().contains("within the range"));
    }
    // Times before the year 1 and after 9999 become epoch seconds.
    for (seconds, moment) in [
        (DateTime::<Utc>::MAX_UTC.timestamp(), Timestamp::from(DateTime::<Utc>::MAX_UTC)),
        (DateTime::<Utc>::MIN_UTC.timestamp(), Timestamp::from(DateTime::<Utc>::MIN_UTC)),
        (jiff::Timestamp::MIN.as_second(), Timestamp::from(jiff::Timestamp::MIN)),
        (
            -62_135_596_801,
            Timestamp::from(OffsetDateTime::from_unix_timestamp(-62_135_596_801).unwrap()),
        ),
    ] {
        assert_eq!(moment.to_string(), seconds.to_string());
    }
}

#[test]
fn every_day_is_the_same_day() {
    let (first, last) = (Date::new(1, 1, 1).unwrap(), Date::new(9999, 12, 31).unwrap());
    let mut chrono = NaiveDate::from(first);
    let (mut jiff, mut time) = (jiff::civil::Date::from(first), time::Date::from(first));
    let mut days = 0;
    loop {
        let date = Date::from(chrono);
        assert_eq!(
            (NaiveDate::from(date), Date::from(jiff), Date::from(time)),
            (chrono, date, date)
        );
        assert_eq!((jiff::civil::Date::from(date), time::Date::from(date)), (jiff, time));
        days += 1;
        if date == last {
            break;
        }
        chrono = chrono.succ_opt().unwrap();
        jiff = jiff.tomorrow().unwrap();
        time = time.next_day().unwrap();
    }
    assert_eq!(days, 3_652_059);
}

#[test]
fn days_outside_the_years_1_to_9999_become_the_first_or_the_last() {
    let (first, last) = (Date::new(1, 1, 1).unwrap(), Date::new(9999, 12, 31).unwrap());
    for early in [NaiveDate::MIN, NaiveDate::from_ymd_opt(0, 12, 31).unwrap()] {
        assert_eq!(Date::from(early), first);
    }
    assert_eq!(Date::from(NaiveDate::MAX), last);
    assert_eq!(Date::from(NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap()), last);
    for early in [jiff::civil::date(0, 12, 31), jiff::civil::Date::MIN] {
        assert_eq!(Date::from(early), first);
    }
    assert_eq!(Date::from(jiff::civil::Date::MAX), last);
    assert_eq!(Date::from(time::Date::MIN), first);
    assert_eq!(Date::from(time::Date::MAX), last);
}

#[test]
fn owned_and_borrowed_times_convert_alike() {
    let time = || Timestamp::from("2026-03-01T09:30:00.630547-07:00");
    macro_rules! alike {
        ($($of:ty),+) => {$(
            assert_eq!(<$of>::try_from(time()).unwrap(), <$of>::try_from(&time()).unwrap());
            assert_eq!(Timestamp::from(<$of>::try_from(time()).unwrap()), time());
            assert_eq!(<$of>::try_from(Timestamp::from("soon")).unwrap_err().field(), "timestamp");
        )+};
    }
    alike!(DateTime<Utc>, DateTime<FixedOffset>, jiff::Timestamp, ZonedDateTime);
    alike!(OffsetDateTime, UtcDateTime, std::time::SystemTime);
    macro_rules! days {
        ($($of:ty),+) => {$(
            assert_eq!(<$of>::try_from(time()).unwrap(), <$of>::try_from(&time()).unwrap());
            assert_eq!(Timestamp::from(<$of>::try_from(time()).unwrap()).to_string(), "2026-03-01");
            assert_eq!(<$of>::try_from(Timestamp::from("soon")).unwrap_err().field(), "timestamp");
        )+};
    }
    days!(Date, NaiveDate, jiff::civil::Date, time::Date);
}

#[test]
fn an_option_and_a_filter_take_a_day_of_each_crate() -> Result<(), InvalidInput> {
    let day = Date::new(2027, 1, 31)?;
    macro_rules! expiring {
        ($options:expr) => {
            for options in [
                serde_json::json!($options.expiration_date(day)),
                serde_json::json!($options.expiration_date(NaiveDate::from(day))),
                serde_json::json!($options.expiration_date(jiff::civil::Date::from(day))),
                serde_json::json!($options.expiration_date(time::Date::from(day))),
            ] {
                assert_eq!(options["expiration_date"], "2027-01-31");
            }
        };
    }
    expiring!(AddMemoryOptions::new(Scope::user("alice")));
    expiring!(UpdateMemoryOptions::new());
    let filter = Filter::created_at().gte(NaiveDate::from(day));
    assert_eq!(filter.to_string(), r#"{"created_at":{"gte":"2027-01-31"}}"#);
    // Code that was written for a fallible conversion goes on compiling.
    #[allow(clippy::unnecessary_fallible_conversions, reason = "it is what is checked")]
    let tried = Date::try_from(NaiveDate::from(day))?;
    assert_eq!(tried, day);
    Ok(())
}
