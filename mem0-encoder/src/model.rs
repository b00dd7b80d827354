//! The six layers of all-MiniLM-L6-v2.

use crate::EncoderError;
use crate::arithmetic::Arithmetic;
use crate::lanes::{self, AddNormalise, Attention, Norm, Normalise, Round, Write, WriteGelu};
use crate::linear::{Linear, Rounded};
use crate::sections::Sections;
use crate::tokenizer::Tokenizer;

/// The numbers of a vector.
pub const DIMENSIONS: usize = 384;

/// The tokens of a text that the model sees, with the two that begin and end it. What follows them
/// is not part of the vector.
pub const WINDOW: usize = 256;

const LAYERS: usize = 6;
/// The width of a head.
const HEAD: usize = 32;
const HEADS: usize = DIMENSIONS / HEAD;
const INNER: usize = 4 * DIMENSIONS;

pub(crate) struct Model {
    arithmetic: Arithmetic,
    /// The tokens' rows, and what each is multiplied by.
    words: &'static [[u8; DIMENSIONS]],
    scales: Vec<f32>,
    /// A row for each place in a text.
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    /// Questions, keys and values.
    asked: Linear,
    answered: Linear,
    answered_norm: Norm,
    inner: Linear,
    outer: Linear,
    outer_norm: Norm,
}

impl Model {
    pub(crate) fn read(
        arithmetic: Arithmetic,
    ) -> Result<(Tokenizer<&'static str>, Self), EncoderError> {
        let mut file = Sections::of(mem0_encoder_data_1::BYTES, b"M0WORDS1")?;
        let count = file.number()?;
        let tokenizer = Tokenizer::read(&mut file, count)?;
        let scales = file.floats(count)?;
        let rows = file.bytes(count.checked_mul(DIMENSIONS).ok_or(EncoderError::Weights)?)?;
        let words = rows.as_chunks().0;
        file.end()?;

        let mut file = Sections::of(mem0_encoder_data_2::BYTES, b"M0LAYER1")?;
        let places = file.floats(WINDOW * DIMENSIONS)?;
        let norm = norm(&mut file)?;
        let mut layers = Vec::with_capacity(LAYERS);
        for _ in 0..LAYERS {
            layers.push(Layer {
                asked: Linear::read(&mut file, arithmetic, DIMENSIONS, 3 * DIMENSIONS)?,
                answered: Linear::read(&mut file, arithmetic, DIMENSIONS, DIMENSIONS)?,
                answered_norm: self::norm(&mut file)?,
                inner: Linear::read(&mut file, arithmetic, DIMENSIONS, INNER)?,
                outer: Linear::read(&mut file, arithmetic, INNER, DIMENSIONS)?,
                outer_norm: self::norm(&mut file)?,
            });
        }
        file.end()?;
        Ok((tokenizer, Self { arithmetic, words, scales, places, norm, layers }))
    }

    /// Appends the vector of each text, whose tokens are given. A text has at least one token and
    /// at most [`WINDOW`].
    pub(crate) fn encode(
        &self,
        texts: &[Vec<u32>],
        vectors: &mut Vec<[f32; DIMENSIONS]>,
    ) -> Result<(), EncoderError> {
        let arithmetic = self.arithmetic;
        let tokens = texts.iter().map(Vec::len).sum();
        let mut room = Room::of(tokens);
        // One row for each token of all texts. Nothing is filled up, so texts of any lengths go
        // together and none of them changes another.
        let mut states = Vec::with_capacity(tokens * DIMENSIONS);
        for text in texts {
            for (id, place) in text.iter().zip(self.places.chunks_exact(DIMENSIONS)) {
                let id = usize::try_from(*id).map_err(|_| EncoderError::Weights)?;
                let (word, scale) =
                    self.words.get(id).zip(self.scales.get(id)).ok_or(EncoderError::Weights)?;
                let state = word.iter().zip(place);
                states.extend(
                    state.map(|(word, place)| f32::from(word.cast_signed()) * scale + place),
                );
            }
        }
        lanes::run(arithmetic, Normalise(&mut states, &self.norm));
        for layer in &self.layers {
            self.run_layer(layer, texts, &mut states, &mut room)?;
        }
        let mut rest = &states[..];
        for text in texts {
            let (states, later) = rest.split_at(text.len() * DIMENSIONS);
            vectors.push(mean_direction(states));
            rest = later;
        }
        Ok(())
    }

    fn run_layer(
        &self,
        layer: &Layer,
        texts: &[Vec<u32>],
        states: &mut [f32],
        room: &mut Room,
    ) -> Result<(), EncoderError> {
        let arithmetic = self.arithmetic;
        let Room { rounding, sums, wide, answers } = room;

        let rows = rounding.round(arithmetic, states, DIMENSIONS);
        let product = layer.asked.multiply(&rows, &mut sums[..states.len() * 3])?;
        let asked = &mut wide[..states.len() * 3];
        lanes::run(arithmetic, Write(product, asked));
        let (mut asked, mut left) = (&*asked, &mut answers[..]);
        for text in texts {
            let (own, later) = asked.split_at(text.len() * 3 * DIMENSIONS);
            let (answers, rest) = left.split_at_mut(text.len() * DIMENSIONS);
            lanes::run(
                arithmetic,
                Attention::<HEAD> { asked: own, answers, heads: HEADS, nearness: None },
            );
            (asked, left) = (later, rest);
        }

        let rows = rounding.round(arithmetic, answers, DIMENSIONS);
        let product = layer.answered.multiply(&rows, &mut sums[..states.len()])?;
        lanes::run(arithmetic, AddNormalise(product, states, &layer.answered_norm));

        let rows = rounding.round(arithmetic, states, DIMENSIONS);
        let product = layer.inner.multiply(&rows, &mut sums[..])?;
        lanes::run(arithmetic, WriteGelu(product, wide));
        let rows = rounding.round(arithmetic, wide, INNER);
        let product = layer.outer.multiply(&rows, &mut sums[..states.len()])?;
        lanes::run(arithmetic, AddNormalise(product, states, &layer.outer_norm));
        Ok(())
    }
}

fn norm(file: &mut Sections) -> Result<Norm, EncoderError> {
    Ok(Norm { weights: file.floats(DIMENSIONS)?, bias: file.floats(DIMENSIONS)?, least: 1e-12 })
}

/// What a batch is computed in.
struct Room {
    rounding: Rounding,
    sums: Vec<i32>,
    wide: Vec<f32>,
    answers: Vec<f32>,
}

impl Room {
    fn of(tokens: usize) -> Self {
        Self {
            rounding: Rounding {
                bytes: vec![0; tokens * INNER],
                scales: vec![0.0; tokens],
                zeros: vec![0; tokens],
            },
            sums: vec![0; tokens * INNER],
            wide: vec![0.0; tokens * INNER],
            answers: vec![0.0; tokens * DIMENSIONS],
        }
    }
}

struct Rounding {
    bytes: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<u8>,
}

impl Rounding {
    fn round(&mut self, arithmetic: Arithmetic, rows: &[f32], width: usize) -> Rounded<'_> {
        let (bytes, scales, zeros) =
            (&mut self.bytes[..rows.len()], &mut self.scales[..], &mut self.zeros[..]);
        lanes::run(arithmetic, Round { rows, width, bytes, scales, zeros });
        Rounded { bytes, scales, zeros }
    }
}

/// The mean of the tokens' states, of length 1.
fn mean_direction(states: &[f32]) -> [f32; DIMENSIONS] {
    let mut sums = [0.0; DIMENSIONS];
    for state in states.as_chunks::<DIMENSIONS>().0 {
        for (sum, number) in sums.iter_mut().zip(state) {
            *sum += number;
        }
    }
    let length = sums.iter().map(|sum| sum * sum).sum::<f32>().sqrt();
    if length > 0.0 { sums.map(|sum| sum / length) } else { sums }
}
