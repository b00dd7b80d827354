//! The fault matrix, in files of one kind of fault each.

pub(crate) mod bodies;
pub(crate) mod breaking;
pub(crate) mod connecting;
pub(crate) mod heads;
pub(crate) mod waits;

use crate::fault::Fault;

/// Each part under its heading.
pub(crate) const ALL: [(&str, &[Fault]); 5] = [
    ("Connecting", connecting::FAULTS),
    ("Breaking and stalling", breaking::FAULTS),
    ("Bodies", bodies::FAULTS),
    ("Heads and redirects", heads::FAULTS),
    ("Waits and clocks", waits::FAULTS),
];
