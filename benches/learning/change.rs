//! What is retired, and what is retired wrongly, with a model that points to it, to nothing and to
//! something else.

use serde::Serialize;

/// How the model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Run {
    /// With state keys, and the number of the memory that does not hold any more.
    Right,
    /// With state keys alone.
    NoPointers,
    /// With state keys, and the number of another memory.
    WrongPointers,
    /// With the right numbers, and without state keys.
    NoStates,
}

impl Run {
    pub const ALL: [Self; 4] = [Self::Right, Self::NoPointers, Self::WrongPointers, Self::NoStates];

    fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::NoPointers => "none",
            Self::WrongPointers => "wrong",
            Self::NoStates => "right, without state keys",
        }
    }

    /// The memory that is pointed to: the one that changed, or another one.
    pub fn points_to(self, changed: &str, other: Option<&str>) -> Option<(&'static str, String)> {
        let text = match self {
            Self::Right | Self::NoStates => Some(changed),
            Self::NoPointers => None,
            Self::WrongPointers => other,
        };
        text.map(|text| ("replaces", text.to_owned()))
    }

    pub fn state(self, state: &str) -> Option<String> {
        (self != Self::NoStates).then(|| state.to_owned())
    }
}

/// What became of the pairs of a set.
#[derive(Debug, Serialize)]
pub struct Change {
    pub set: String,
    pub run: Run,
    pub pairs: usize,
    /// Pairs of which both facts were believed.
    pub believed: usize,
    /// Of these, those whose older fact was retired.
    pub retired: usize,
    /// Facts of the same people that still hold.
    pub others: usize,
    /// Of these, those that were retired or changed.
    pub wrongly: usize,
}

impl Change {
    pub fn new(set: &str, run: Run) -> Self {
        let set = set.to_owned();
        Self { set, run, pairs: 0, believed: 0, retired: 0, others: 0, wrongly: 0 }
    }
}

pub fn print(changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    println!("\n| set | pointers | pairs | believed | retired | others | wrongly retired |");
    println!("|---|---|---|---|---|---|---|");
    for it in changes {
        let name = it.run.name();
        println!(
            "| {} | {name} | {} | {} | {} | {} | {} |",
            it.set, it.pairs, it.believed, it.retired, it.others, it.wrongly,
        );
    }
}
