use std::time::Duration;

use crate::clock;

/// How long deliveries to webhooks and exports are kept, from when they were made. A delivery's
/// attempts take seven hours, so one that is still queued after this time was behind others, or its
/// webhook was inactive.
pub(crate) const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Whatever is older than this moment is past its retention.
pub(crate) fn oldest_kept() -> i64 {
    clock::now().saturating_sub(i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX))
}
