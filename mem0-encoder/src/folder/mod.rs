//! An encoder whose weights are in a folder of the user's.

mod error;
mod identity;
mod json;
mod layers;
mod settings;
mod tensors;
mod vocabulary;

use std::path::Path;

use crate::alone::stay_on_this_thread;
use crate::tokenizer::Tokenizer;

pub use error::FolderError;

use identity::Identity;
use layers::Layers;
use settings::{Pooling, Prompts, Settings};
use tensors::Tensors;

/// The tokens that are computed together, so that memory is bounded.
const TOGETHER: usize = 512;

/// An encoder from a folder as Hugging Face's hub lays it out: `config.json`, `tokenizer.json` or
/// `vocab.txt`, `model.safetensors`, and the files of sentence-transformers.
///
/// The model is of the BERT family (`bert`, `distilbert`, `mpnet`, `roberta`, `xlm-roberta`,
/// `camembert`) with a WordPiece tokenizer. It computes in 32-bit floats, on the thread that calls
/// it, which may be any number at once.
pub struct FolderEncoder {
    tokenizer: Tokenizer<Box<str>>,
    layers: Layers,
    model_type: &'static str,
    dimensions: usize,
    window: usize,
    lowercase_first: bool,
    pooling: Pooling,
    normalise: bool,
    prompts: Prompts,
    identity: Identity,
    name: String,
}

impl std::fmt::Debug for FolderEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FolderEncoder").field("name", &self.name).finish_non_exhaustive()
    }
}

impl FolderEncoder {
    /// Reads a folder. The weights are in memory afterwards, four bytes each. The thread that calls
    /// it does nothing else with rayon, as in [`encode_texts`](Self::encode_texts).
    ///
    /// # Errors
    ///
    /// A [`FolderError`] that says what to do, for what is missing, cut off, not of one model, or
    /// of a kind that is not computed here.
    ///
    /// ```
    /// use mem0_encoder::FolderEncoder;
    ///
    /// let refused = FolderEncoder::open("no-such-folder").unwrap_err();
    /// assert!(refused.to_string().starts_with("config.json is missing; give the folder"));
    /// ```
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, FolderError> {
        stay_on_this_thread();
        let mut identity = Identity::default();
        let settings = Settings::read(folder.as_ref())?;
        let Settings { folder, shape, window, lowercase_first, pooling, normalise, prompts } =
            settings;
        let (tokenizer, longest) = vocabulary::read(&folder, &shape, &mut identity)?;
        let places = shape.positions - shape.first_position;
        let window = window.or(longest).map_or(places, |window| window.clamp(2, places));
        let layers = Layers::read(Tensors::open(&folder)?, &shape, &mut identity)?;
        shape.identify(&mut identity);
        identity.number(window);
        identity.add(&[u8::from(lowercase_first), u8::from(normalise)]);
        identity.number(match pooling {
            Pooling::Mean => 0,
            Pooling::First => 1,
            Pooling::Max => 2,
        });
        let encoder = Self {
            tokenizer,
            layers,
            model_type: shape.model_type,
            dimensions: shape.hidden,
            window,
            lowercase_first,
            pooling,
            normalise,
            prompts,
            identity,
            name: String::new(),
        };
        Ok(encoder.with_prompts(None, None))
    }

    /// The same, with these words before each question and each text: `query: ` and `passage: ` for
    /// E5. What is `None` stays as the folder has it.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), mem0_encoder::FolderError> {
    /// use mem0_encoder::FolderEncoder;
    ///
    /// let encoder = FolderEncoder::open("e5-small-v2")?;
    /// let encoder = encoder.with_prompts(Some("query: "), Some("passage: "));
    /// # let _ = encoder;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_prompts(mut self, question: Option<&str>, text: Option<&str>) -> Self {
        let Prompts { question: own_question, text: own_text } = &mut self.prompts;
        question.into_iter().for_each(|question| question.clone_into(own_question));
        text.into_iter().for_each(|text| text.clone_into(own_text));
        let mut identity = self.identity.clone();
        identity.add(own_question.as_bytes());
        identity.add(own_text.as_bytes());
        self.name = format!("{}-{}-{}", self.model_type, self.dimensions, identity.digits());
        self
    }

    /// What made a vector, such as `bert-384-5f0c2a9e71bd`: the model's type, the dimensions, and a
    /// hash of all that vectors depend on. Another place of the same folder has the same name;
    /// other weights, another pooling or other prompts in the same place have another one.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), mem0_encoder::FolderError> {
    /// let encoder = mem0_encoder::FolderEncoder::open("all-MiniLM-L6-v2")?;
    /// assert!(encoder.name().starts_with("bert-384-"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The numbers of a vector.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), mem0_encoder::FolderError> {
    /// let encoder = mem0_encoder::FolderEncoder::open("bge-base-en-v1.5")?;
    /// assert_eq!(encoder.dimensions(), 768);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The tokens of a text that count, with the prompt and the two that begin and end it. What
    /// follows them is not part of the vector.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), mem0_encoder::FolderError> {
    /// let encoder = mem0_encoder::FolderEncoder::open("all-MiniLM-L6-v2")?;
    /// assert_eq!(encoder.window(), 256);
    /// # Ok(())
    /// # }
    /// ```
    pub fn window(&self) -> usize {
        self.window
    }

    /// The vector of each question, in their order; see [`encode_texts`](Self::encode_texts).
    ///
    /// # Errors
    ///
    /// A [`FolderError`] by a fault of ours.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), mem0_encoder::FolderError> {
    /// let encoder = mem0_encoder::FolderEncoder::open("all-MiniLM-L6-v2")?;
    /// let vectors = encoder.encode_questions(&["Which pet does she have?"])?;
    /// assert_eq!(vectors[0].len(), encoder.dimensions());
    /// # Ok(())
    /// # }
    /// ```
    pub fn encode_questions(&self, questions: &[&str]) -> Result<Vec<Vec<f32>>, FolderError> {
        self.encode(questions, &self.prompts.question)
    }

    /// The vector of each text, in their order: of length 1 where the folder says so. A text has
    /// the same vector in every batch. It takes no other thread, as
    /// [`Encoder::encode`](crate::Encoder::encode).
    ///
    /// # Errors
    ///
    /// A [`FolderError`] by a fault of ours.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), mem0_encoder::FolderError> {
    /// let encoder = mem0_encoder::FolderEncoder::open("all-MiniLM-L6-v2")?;
    /// let vectors = encoder.encode_texts(&["I adopted a puppy", "the train is late"])?;
    /// assert_eq!(vectors.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn encode_texts(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, FolderError> {
        self.encode(texts, &self.prompts.text)
    }

    fn encode(&self, texts: &[&str], prompt: &str) -> Result<Vec<Vec<f32>>, FolderError> {
        stay_on_this_thread();
        let mut vectors = Vec::with_capacity(texts.len());
        let (mut batch, mut together) = (Vec::new(), 0);
        for text in texts {
            let mut text = format!("{prompt}{text}");
            if self.lowercase_first {
                text = text.to_lowercase();
            }
            let ids = self.tokenizer.tokens(&text, self.window).ids;
            if together + ids.len() > TOGETHER {
                self.layers.encode(&batch, self.pooling, &mut vectors)?;
                (batch, together) = (Vec::new(), 0);
            }
            together += ids.len();
            batch.push(ids);
        }
        self.layers.encode(&batch, self.pooling, &mut vectors)?;
        if self.normalise {
            for vector in &mut vectors {
                let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
                if length > 0.0 {
                    vector.iter_mut().for_each(|number| *number /= length);
                }
            }
        }
        Ok(vectors)
    }
}
