//! What the passages of a memory and of its sources say by themselves.

use super::Ranking;
use crate::giving_way::give_way_for_now;
use crate::retrieval::long_memories::PassageWords;
use crate::retrieval::query_word::PlaceCounts;
use crate::retrieval::scoring::Mention;

impl Ranking<'_> {
    /// Raises the share of each part of the query to that of the best passage of the sources.
    pub(super) fn raise_to_sources(&self, place: usize, shares: &mut Vec<f64>) {
        let mentions = self.found_in_sources.as_ref().map(|found| found.mentions(place));
        if let Some(mentions) = mentions.filter(|mentions| !mentions.is_empty())
            && let Some(sources) = self.view.sources(place)
        {
            let mentions = self.mentions_by_passage(mentions, sources);
            self.raise_shares(sources, &mentions, shares);
        }
    }

    /// The mentions in each passage of those that have all of these mentions.
    pub(super) fn mentions_by_passage(
        &self,
        all: &[Mention],
        passages: &PassageWords,
    ) -> Vec<Vec<Mention>> {
        let mut mentions = vec![Vec::new(); passages.len()];
        let mut counts = PlaceCounts::new(passages.len());
        for Mention { term, .. } in all {
            let Some(word) = self.query.words.get(usize::from(*term)) else { continue };
            word.count(|word| passages.with_word(word), &mut counts);
            counts.take(|passage, count| {
                if let Some(mentions) = mentions.get_mut(passage) {
                    mentions.push(Mention { term: *term, count });
                }
            });
        }
        mentions
    }

    /// Raises the share of each part of the query to that of the best passage.
    pub(super) fn raise_shares(
        &self,
        passages: &PassageWords,
        mentions: &[Vec<Mention>],
        shares: &mut Vec<f64>,
    ) {
        shares.resize(self.query.parts.len(), 0.0);
        for (passage, mentions) in mentions.iter().enumerate() {
            if mentions.is_empty() {
                continue;
            }
            let of_passage = self.scorer.shares(mentions, passages.terms(passage));
            for (share, of_passage) in shares.iter_mut().zip(of_passage) {
                *share = share.max(of_passage);
            }
        }
    }

    /// The passage of a memory that speaks most for it. `None` if it has one passage, or if none
    /// speaks for it.
    pub(crate) fn passage(&self, place: usize) -> Option<usize> {
        let passages = self.view.passages(place)?;
        give_way_for_now();
        let mentions = self.mentions_by_passage(self.found.mentions(place), passages);
        let cosines = self.query.parts.iter().map(|part| {
            let direction = part.vector.as_ref().and_then(|vector| self.view.direction(vector));
            direction
                .map_or_else(Vec::new, |direction| self.view.cosines_of_passages(place, &direction))
        });
        let cosines: Vec<_> = cosines.collect();
        let evidence = mentions.iter().enumerate().map(|(passage, mentions)| {
            let shares = self.scorer.shares(mentions, passages.terms(passage));
            let cosines = cosines.iter().map(|cosines| {
                cosines.get(passage).map_or(0.0, |cosine| f64::from(cosine.clamp(0.0, 1.0)))
            });
            (self.scorer.of_passage(self.query.closeness, shares, cosines), passage)
        });
        // The first of equal ones.
        let best = evidence.rev().max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.filter(|(evidence, _)| *evidence > 0.0).map(|(_, passage)| passage)
    }
}
