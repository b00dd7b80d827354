use std::sync::OnceLock;

use crate::alone::stay_on_this_thread;
use crate::model::{DIMENSIONS, Model, WINDOW};
use crate::tokenizer::{Tokenizer, Tokens};
use crate::{Arithmetic, EncoderError};

/// Names the model, how its weights are rounded and how its vectors are computed. Vectors made
/// under another name cannot be compared with these.
pub const MODEL: &str = "minilm-l6-encoder-384-v1";

/// The tokens that are computed together, so that memory is bounded.
const TOGETHER: usize = 512;

/// The direction of one text's meaning.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Sentence {
    /// The direction, of length 1.
    pub vector: [f32; DIMENSIONS],
    /// The text's tokens that the vector is made of, at most [`WINDOW`], with the two that begin
    /// and end every text.
    pub tokens: usize,
    /// Of the tokens that are letters or digits, the share that the model was trained to
    /// understand: 1 for a text in Latin letters, 0 for one in another script or without any word.
    /// The vector says nothing about the rest.
    pub known: f32,
}

/// A vector reveals content.
impl std::fmt::Debug for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sentence")
            .field("tokens", &self.tokens)
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}

/// The encoder. It computes on the thread that calls it, which may be any number at once.
pub struct Encoder {
    tokenizer: Tokenizer<&'static str>,
    model: Model,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

impl Encoder {
    /// The encoder with the weights that the program carries. They are prepared once, by the first
    /// call, which takes tens of milliseconds and 13 MB of memory.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Weights`] when the data crates are of another release.
    ///
    /// ```
    /// # fn main() -> Result<(), mem0_encoder::EncoderError> {
    /// let encoder = mem0_encoder::Encoder::built_in()?;
    /// let sentences = encoder.encode(&["I adopted a puppy", "she has a dog"])?;
    /// let pairs = sentences[0].vector.iter().zip(&sentences[1].vector);
    /// let cosine: f32 = pairs.map(|(a, b)| a * b).sum();
    /// assert!(cosine > 0.4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn built_in() -> Result<&'static Self, EncoderError> {
        static BUILT_IN: OnceLock<Result<Encoder, EncoderError>> = OnceLock::new();
        BUILT_IN.get_or_init(|| Self::with(Arithmetic::Fastest)).as_ref().map_err(Clone::clone)
    }

    /// An encoder of its own, with these instructions. For comparisons; see
    /// [`built_in`](Self::built_in).
    ///
    /// # Errors
    ///
    /// [`EncoderError::Weights`] when the data crates are of another release.
    ///
    /// ```
    /// # fn main() -> Result<(), mem0_encoder::EncoderError> {
    /// use mem0_encoder::{Arithmetic, Encoder};
    ///
    /// let plain = Encoder::with(Arithmetic::Plain)?;
    /// assert_eq!(plain.encode(&["tea"])?, Encoder::built_in()?.encode(&["tea"])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with(arithmetic: Arithmetic) -> Result<Self, EncoderError> {
        stay_on_this_thread();
        let (tokenizer, model) = Model::read(arithmetic)?;
        Ok(Self { tokenizer, model })
    }

    /// The vector of each text, in their order. A text has the same vector in every batch, and of a
    /// text with more than [`WINDOW`] tokens only the beginning counts. Any number of texts may
    /// be given: at most about 20 MB are used at a time.
    ///
    /// It takes no other thread: what a thread of a rayon pool calls is shared among its pool, and
    /// any other thread becomes a pool of its own. Call it from threads that do nothing else with
    /// rayon.
    ///
    /// # Errors
    ///
    /// [`EncoderError::Multiplication`] by a fault of ours.
    ///
    /// ```
    /// # fn main() -> Result<(), mem0_encoder::EncoderError> {
    /// let encoder = mem0_encoder::Encoder::built_in()?;
    /// let sentences = encoder.encode(&["Ich wohne in Würzburg", "寿司が好きです"])?;
    /// assert_eq!(sentences[0].known, 1.0);
    /// assert_eq!(sentences[1].known, 0.0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn encode(&self, texts: &[&str]) -> Result<Vec<Sentence>, EncoderError> {
        stay_on_this_thread();
        let mut sentences = Vec::with_capacity(texts.len());
        let (mut batch, mut together) = (Vec::new(), 0);
        for text in texts {
            let tokens = self.tokenizer.tokens(text, WINDOW);
            if together + tokens.ids.len() > TOGETHER {
                self.encode_batch(std::mem::take(&mut batch), &mut sentences)?;
                together = 0;
            }
            together += tokens.ids.len();
            batch.push(tokens);
        }
        self.encode_batch(batch, &mut sentences)?;
        Ok(sentences)
    }

    fn encode_batch(
        &self,
        batch: Vec<Tokens>,
        sentences: &mut Vec<Sentence>,
    ) -> Result<(), EncoderError> {
        let known: Vec<f32> = batch.iter().map(Tokens::known).collect();
        let ids: Vec<Vec<u32>> = batch.into_iter().map(|tokens| tokens.ids).collect();
        let mut vectors = Vec::with_capacity(ids.len());
        self.model.encode(&ids, &mut vectors)?;
        let parts = vectors.into_iter().zip(ids).zip(known);
        sentences.extend(parts.map(|((vector, ids), known)| Sentence {
            vector,
            tokens: ids.len(),
            known,
        }));
        Ok(())
    }

    /// How many tokens a text has, with the two that begin and end it: over [`WINDOW`] its end does
    /// not count.
    ///
    /// ```
    /// # fn main() -> Result<(), mem0_encoder::EncoderError> {
    /// let encoder = mem0_encoder::Encoder::built_in()?;
    /// assert_eq!(encoder.tokens("Tea, please!"), 6);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tokens(&self, text: &str) -> usize {
        self.tokenizer.tokens(text, usize::MAX).ids.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_thread_is_started() {
        std::thread::spawn(|| {
            Encoder::built_in().unwrap().encode(&["tea"]).unwrap();
            assert_eq!(rayon::current_num_threads(), 1);
            assert_eq!(rayon::current_thread_index(), Some(0));
        })
        .join()
        .unwrap();
    }
}
