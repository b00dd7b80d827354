/// The share of what a neighbour is nearer in meaning that it lends, and the cosine of its own at
/// which a memory gets half of that.
const LENT_MEANING: f64 = 0.5;
const OWN_COSINE: f64 = 0.2;

/// The cosine of a memory, where its neighbours lend what they are nearer. What has nothing to do
/// with the query itself is lent nothing.
pub(super) fn with_lent(own: f64, neighbours: impl Iterator<Item = (f64, f64)>) -> f64 {
    let nearer = neighbours.map(|(cosine, weight)| weight * (cosine - own)).fold(0.0, f64::max);
    if nearer > 0.0 { own + LENT_MEANING * nearer * own / (own + OWN_COSINE) } else { own }
}
