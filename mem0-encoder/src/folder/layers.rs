//! The layers of a model of the BERT family, in 32-bit floats.

use rten_gemm::{BiasVector, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use super::identity::Identity;
use super::settings::{Family, Pooling, Shape};
use super::{FolderError, tensors::Tensors};
use crate::arithmetic::Arithmetic::Fastest;
use crate::lanes::{self, Activate, Attention, Norm, Normalise};

/// The model's layers.
pub(crate) struct Layers {
    shape: Shape,
    /// The width that heads are filled up to with zeros.
    head: usize,
    /// A row for each token of the vocabulary.
    words: Vec<f32>,
    /// A row for each place in a text, to which the row of the first kind of tokens is added.
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    /// Of each head, what it adds by how far a key stands from a question.
    nearness: Option<Vec<Vec<f32>>>,
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

/// How a family names the tensors of a layer.
struct Names {
    layer: &'static str,
    /// Those of the question, the key, the value and the answer.
    attention: [&'static str; 4],
    answered_norm: &'static str,
    inner: &'static str,
    outer: &'static str,
    outer_norm: &'static str,
}

impl Family {
    fn names(self) -> Names {
        match self {
            Self::Bert | Self::Roberta => Names {
                layer: "encoder.layer",
                attention: [
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                ],
                answered_norm: "attention.output.LayerNorm",
                inner: "intermediate.dense",
                outer: "output.dense",
                outer_norm: "output.LayerNorm",
            },
            Self::Mpnet => Names {
                attention: [
                    "attention.attn.q",
                    "attention.attn.k",
                    "attention.attn.v",
                    "attention.attn.o",
                ],
                answered_norm: "attention.LayerNorm",
                ..Self::Bert.names()
            },
            Self::DistilBert => Names {
                layer: "transformer.layer",
                attention: [
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                ],
                answered_norm: "sa_layer_norm",
                inner: "ffn.lin1",
                outer: "ffn.lin2",
                outer_norm: "output_layer_norm",
            },
        }
    }
}

impl Layers {
    pub(crate) fn read(
        mut tensors: Tensors,
        shape: &Shape,
        identity: &mut Identity,
    ) -> Result<Self, FolderError> {
        let Shape { family, hidden, heads, inner, .. } = *shape;
        let head = match hidden / heads {
            ..=32 => 32,
            33..=64 => 64,
            _ => 128,
        };
        let mut take = |name: &str, shape: &[usize]| {
            tensors.take(&format!("embeddings.{name}"), shape, identity)
        };
        let words = take("word_embeddings.weight", &[shape.vocabulary, hidden])?;
        let mut places = take("position_embeddings.weight", &[shape.positions, hidden])?;
        places.drain(..shape.first_position * hidden);
        if shape.kinds > 0 {
            let kinds = take("token_type_embeddings.weight", &[shape.kinds, hidden])?;
            for place in places.chunks_exact_mut(hidden) {
                place.iter_mut().zip(&kinds).for_each(|(place, kind)| *place += kind);
            }
        }
        let mut reading = Reading { tensors, shape, head, identity };
        let norm = reading.norm("embeddings.LayerNorm")?;
        let names = family.names();
        let mut layers = Vec::new();
        for layer in 0..shape.layers {
            let name = |part: &str| format!("{}.{layer}.{part}", names.layer);
            let [question, key, value, answer] = names.attention.map(name);
            layers.push(Layer {
                asked: reading.asked([&question, &key, &value])?,
                answered: reading.answered(&answer)?,
                answered_norm: reading.norm(&name(names.answered_norm))?,
                inner: reading.linear(&name(names.inner), hidden, inner)?,
                outer: reading.linear(&name(names.outer), inner, hidden)?,
                outer_norm: reading.norm(&name(names.outer_norm))?,
            });
        }
        let nearness = match family {
            Family::Mpnet => Some(reading.nearness()?),
            _ => None,
        };
        let unread = ["embeddings.position_ids", "embeddings.token_type_ids"];
        for begin in ["embeddings.", "encoder.", "transformer."] {
            if let Some(name) = reading.tensors.first(begin, &unread) {
                return Err(FolderError::new(format!(
                    "model.safetensors has a tensor {name}, which a model of the type {} does not \
                     have, or config.json has fewer layers; take both from one model",
                    shape.model_type
                )));
            }
        }
        Ok(Self { shape: shape.clone(), head, words, places, norm, layers, nearness })
    }

    /// Appends the vector of each text, whose tokens are given, at most as many as there are
    /// places.
    pub(crate) fn encode(
        &self,
        texts: &[Vec<u32>],
        pooling: Pooling,
        vectors: &mut Vec<Vec<f32>>,
    ) -> Result<(), FolderError> {
        let Shape { hidden, heads, inner, .. } = self.shape;
        let tokens: usize = texts.iter().map(Vec::len).sum();
        if tokens == 0 {
            return Ok(());
        }
        let mut states = Vec::with_capacity(tokens * hidden);
        for text in texts {
            for (id, place) in text.iter().zip(self.places.chunks_exact(hidden)) {
                // The tokenizer has no number that is not below the rows.
                let word = self.words.get(*id as usize * hidden..).unwrap_or_default();
                states.extend(word.iter().zip(place).map(|(word, place)| word + place));
            }
        }
        lanes::run(Fastest, Normalise(&mut states, &self.norm));
        let width = heads * self.head;
        let mut asked = vec![0.0; tokens * 3 * width];
        let mut answers = vec![0.0; tokens * width];
        let mut wide = vec![0.0; tokens * inner];
        for layer in &self.layers {
            layer.asked.multiply(&states, &mut asked, 0.0)?;
            let (mut from, mut to) = (&asked[..], &mut answers[..]);
            for text in texts {
                let (own, later) = from.split_at(text.len() * 3 * width);
                let (own_answers, rest) = to.split_at_mut(text.len() * width);
                self.attend(own, own_answers);
                (from, to) = (later, rest);
            }
            layer.answered.multiply(&answers, &mut states, 1.0)?;
            lanes::run(Fastest, Normalise(&mut states, &layer.answered_norm));
            layer.inner.multiply(&states, &mut wide, 0.0)?;
            lanes::run(Fastest, Activate(self.shape.activation, &mut wide));
            layer.outer.multiply(&wide, &mut states, 1.0)?;
            lanes::run(Fastest, Normalise(&mut states, &layer.outer_norm));
        }
        let mut rest = &states[..];
        for text in texts {
            let (states, later) = rest.split_at(text.len() * hidden);
            vectors.push(pooling.pool(states, hidden));
            rest = later;
        }
        Ok(())
    }

    fn attend(&self, asked: &[f32], answers: &mut [f32]) {
        let (heads, nearness) = (self.shape.heads, self.nearness.as_deref());
        match self.head {
            32 => lanes::run(Fastest, Attention::<32> { asked, answers, heads, nearness }),
            64 => lanes::run(Fastest, Attention::<64> { asked, answers, heads, nearness }),
            _ => lanes::run(Fastest, Attention::<128> { asked, answers, heads, nearness }),
        }
    }
}

/// What is left of the tensors while they become layers.
struct Reading<'a> {
    tensors: Tensors,
    shape: &'a Shape,
    head: usize,
    identity: &'a mut Identity,
}

impl Reading<'_> {
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, FolderError> {
        self.tensors.take(name, shape, self.identity)
    }

    /// A normalisation, whose tensors have other names in older files.
    fn norm(&mut self, name: &str) -> Result<Norm, FolderError> {
        let is_old = self.tensors.has(&format!("{name}.gamma"));
        let [weights, bias] = if is_old { ["gamma", "beta"] } else { ["weight", "bias"] };
        let shape = [self.shape.hidden];
        Ok(Norm {
            weights: self.take(&format!("{name}.{weights}"), &shape)?,
            bias: self.take(&format!("{name}.{bias}"), &shape)?,
            least: self.shape.least,
        })
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) -> Result<Linear, FolderError> {
        let weights = self.take(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = self.take(&format!("{name}.bias"), &[outputs])?;
        Ok(Linear::new(&weights, bias, inputs))
    }

    /// Questions, keys and values in one, with each head filled up, and the questions divided by
    /// the square root of a head's width.
    fn asked(&mut self, names: [&str; 3]) -> Result<Linear, FolderError> {
        let Shape { hidden, heads, .. } = *self.shape;
        let (own, head) = (hidden / heads, self.head);
        let mut parts = Vec::new();
        for name in names {
            let from = self.take(&format!("{name}.weight"), &[hidden, hidden])?;
            parts.push((from, self.take(&format!("{name}.bias"), &[hidden])?));
        }
        let mut weights = vec![0.0; 3 * heads * head * hidden];
        let mut bias = vec![0.0; 3 * heads * head];
        for (part, (from, from_bias)) in parts.into_iter().enumerate() {
            let scale = if part == 0 { 1.0 / (own as f32).sqrt() } else { 1.0 };
            let rows = from.chunks_exact(hidden).zip(from_bias);
            for (at, (row, number)) in rows.enumerate() {
                let to = (part * heads + at / own) * head + at % own;
                bias[to] = number * scale;
                let to = &mut weights[to * hidden..][..hidden];
                to.iter_mut().zip(row).for_each(|(to, number)| *to = number * scale);
            }
        }
        Ok(Linear::new(&weights, bias, hidden))
    }

    /// What makes states of the answers of all heads, which are filled up.
    fn answered(&mut self, name: &str) -> Result<Linear, FolderError> {
        let Shape { hidden, heads, .. } = *self.shape;
        let (own, head) = (hidden / heads, self.head);
        let from = self.take(&format!("{name}.weight"), &[hidden, hidden])?;
        let bias = self.take(&format!("{name}.bias"), &[hidden])?;
        let mut weights = vec![0.0; hidden * heads * head];
        let parts = from.chunks_exact(own).zip(weights.chunks_exact_mut(head));
        parts.for_each(|(from, to)| to[..own].copy_from_slice(from));
        Ok(Linear::new(&weights, bias, heads * head))
    }

    /// What each head adds for each distance: from the longest before to the longest behind.
    fn nearness(&mut self) -> Result<Vec<Vec<f32>>, FolderError> {
        let heads = self.shape.heads;
        let table = self.take("encoder.relative_attention_bias.weight", &[2 * BUCKETS, heads])?;
        let most = self.shape.positions;
        let buckets: Vec<usize> = (0..=2 * most).map(|at| bucket(at, most)).collect();
        let of_head = |head| buckets.iter().map(|bucket| table[bucket * heads + head]).collect();
        Ok((0..heads).map(of_head).collect())
    }
}

/// The buckets of distances in one direction.
const BUCKETS: usize = 16;

/// The bucket of a key that stands `at - most` places behind its question: one for each of eight
/// distances, and from there on two for each doubling.
fn bucket(at: usize, most: usize) -> usize {
    let distance = at.abs_diff(most);
    let bucket = match distance {
        ..8 => distance,
        _ => ((distance * distance).ilog2() as usize + 2).min(BUCKETS - 1),
    };
    if at > most { BUCKETS + bucket } else { bucket }
}

struct Linear {
    weights: PackedBMatrix<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl Linear {
    /// From weights with a row for each output.
    fn new(weights: &[f32], bias: Vec<f32>, inputs: usize) -> Self {
        let rows = NdTensorView::from_data([bias.len(), inputs], weights);
        let weights = EXECUTOR.with(|executor| executor.prepack_b(rows.transposed()));
        Self { weights, bias, inputs }
    }

    /// Writes the product of rows and weights, to which so much of what stood there is added.
    fn multiply(&self, rows: &[f32], out: &mut [f32], beta: f32) -> Result<(), FolderError> {
        let matrix = NdTensorView::from_data([rows.len() / self.inputs, self.inputs], rows);
        let bias = Some(BiasVector::Row(&self.bias[..]));
        let options = GemmOptions { beta, bias, ..GemmOptions::default() };
        let (matrix, weights) = (GemmInputA::Unpacked(matrix), GemmInputB::Packed(&self.weights));
        EXECUTOR
            .with(|executor| executor.gemm(out, matrix, weights, options))
            .map_err(|refused| FolderError::new(format!("the matrices do not fit ({refused})")))
    }
}

thread_local! {
    /// Looks at the processor when it is made.
    static EXECUTOR: GemmExecutor<f32, f32, f32> = GemmExecutor::default();
}

impl Pooling {
    fn pool(self, states: &[f32], hidden: usize) -> Vec<f32> {
        let mut rows = states.chunks_exact(hidden);
        let mut pooled = rows.next().unwrap_or_default().to_vec();
        for row in rows {
            let numbers = pooled.iter_mut().zip(row);
            match self {
                Self::First => break,
                Self::Mean => numbers.for_each(|(pooled, number)| *pooled += number),
                Self::Max => numbers.for_each(|(pooled, number)| *pooled = pooled.max(*number)),
            }
        }
        if self == Self::Mean {
            let tokens = (states.len() / hidden) as f32;
            pooled.iter_mut().for_each(|number| *number /= tokens);
        }
        pooled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the official code has it: `MPNetEncoder.relative_position_bucket`.
    #[test]
    fn distances_fall_into_the_official_buckets() {
        for distance in 0..600_usize {
            let exact = match distance {
                ..8 => distance,
                // Whole at powers of two, where floats are exact in the official code, too.
                _ => {
                    let doublings = (distance as f64 / 8.0).log2() / 4.0 * 8.0;
                    15.min(8 + (doublings + 1e-9) as usize)
                }
            };
            assert_eq!(bucket(600 - distance, 600), exact, "{distance} before");
            let behind = if distance == 0 { 0 } else { 16 + exact };
            assert_eq!(bucket(600 + distance, 600), behind, "{distance} behind");
        }
    }
}
