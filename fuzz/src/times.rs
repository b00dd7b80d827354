//! Times: any text or number is kept unchanged, and is the same moment in every spelling.

use mem0_client::{Date, Timestamp};

pub fn check(data: &[u8]) {
    if let Some(bytes) = data.first_chunk() {
        let micros = i64::from_le_bytes(*bytes);
        if let Some(moment) = Timestamp::from_unix_micros(micros) {
            assert_eq!(moment.unix_micros(), Some(micros));
        }
        look_at(&Timestamp::from_unix(micros));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(date) = text.parse::<Date>() {
        assert_eq!(date.to_string(), text);
        assert_eq!(Timestamp::from(date).date(), Some(date));
    }
    let moment = Timestamp::from(text);
    assert_eq!(moment.to_string(), text);
    look_at(&moment);
    if let Ok(read) = serde_json::from_str::<Timestamp>(text) {
        let written = serde_json::to_string(&read).expect("JSON");
        let again: Timestamp = serde_json::from_str(&written).expect("a moment");
        assert!(again == read, "{written}");
        look_at(&read);
    }
}

fn look_at(moment: &Timestamp) {
    let _ = format!("{moment:?}");
    let Some(micros) = moment.unix_micros() else {
        assert_eq!((moment.date(), moment.to_system_time()), (None, None));
        return;
    };
    let system = moment.to_system_time().map(Timestamp::from);
    let Some(written) = Timestamp::from_unix_micros(micros) else { return };
    assert_eq!(written.unix_micros(), Some(micros));
    assert_eq!(written.date(), moment.date());
    assert!(system.is_none_or(|system| system == written), "{moment}");
}
