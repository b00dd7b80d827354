/// The share of what a neighbour is nearer in meaning that it lends.
const LENT_MEANING: f64 = 0.5;

/// The cosine of its own at which a memory gets half of that from turns of a conversation.
const OWN_COSINE: f64 = 0.2;

/// The same, where its own speaker said what is beside it. That may be a list of facts, to which
/// a cosine of chance must open nothing.
const LISTED_COSINE: f64 = 0.35;

/// What lends to a memory.
pub(super) struct Neighbour {
    pub(super) cosine: f64,
    pub(super) weight: f64,
    /// Whether it and the memory are turns of a conversation.
    pub(super) takes_turns: bool,
}

/// The cosine of a memory, where its neighbours lend what they are nearer. What has nothing to do
/// with the query itself is lent nothing.
pub(super) fn with_lent(own: f64, neighbours: impl Iterator<Item = Neighbour>) -> f64 {
    let lent = neighbours.map(|Neighbour { cosine, weight, takes_turns }| {
        let gate = match takes_turns {
            true => own / (own + OWN_COSINE),
            false => own.powi(4) / (own.powi(4) + LISTED_COSINE.powi(4)),
        };
        LENT_MEANING * weight * (cosine - own) * gate
    });
    own + lent.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_lends_to_what_is_near_itself_and_a_conversation_to_more() {
        let lent = |own: f64, takes_turns: bool| {
            let neighbour = Neighbour { cosine: 0.7, weight: 1.0, takes_turns };
            with_lent(own, [neighbour].into_iter()) - own
        };
        assert!(lent(0.16, true) > 0.1 && lent(0.16, false) < 0.02);
        assert!(lent(0.5, false) > 0.05);
        assert!([lent(0.0, true), lent(0.0, false), lent(0.8, true)] == [0.0; 3]);
    }
}
