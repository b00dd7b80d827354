//! What Mem0 is measured against: words alone, the vectors of a transformer alone, and both.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::bm25::Bm25;
use crate::ranked::{Ranked, Ranking};
use crate::set::{Question, Scope, Set};

/// Of reciprocal rank fusion.
const K: f64 = 60.0;

/// The numbers of a vector of `minilm.py`.
const DIMENSIONS: usize = 384;

/// What BM25 finds for each question.
pub fn bm25(set: &Set) -> Vec<Ranked> {
    let indices: HashMap<_, _> =
        set.scopes.iter().map(|scope| (scope.name.as_str(), index(scope))).collect();
    ranked(set, |scope, question| indices[scope.name.as_str()].rank(&question.text))
}

/// What the nearest vectors are for each question.
pub fn minilm(set: &Set, vectors: &Vectors) -> Vec<Ranked> {
    ranked(set, |scope, question| vectors.rank(scope, question))
}

/// Both by reciprocal rank fusion.
pub fn both(set: &Set, vectors: &Vectors) -> Vec<Ranked> {
    let indices: HashMap<_, _> =
        set.scopes.iter().map(|scope| (scope.name.as_str(), index(scope))).collect();
    ranked(set, |scope, question| {
        let words = indices[scope.name.as_str()].rank(&question.text);
        let mut scores = vec![0.0; scope.memories.len()];
        for ranking in [words, vectors.rank(scope, question)] {
            for (rank, (at, _)) in ranking.0.into_iter().enumerate() {
                scores[at] += 1.0 / (K + rank as f64 + 1.0);
            }
        }
        Ranking::of(scores)
    })
}

fn index(scope: &Scope) -> Bm25 {
    let lines: Vec<_> = scope.memories.iter().map(|memory| memory.line()).collect();
    Bm25::new(lines.iter().map(String::as_str))
}

fn ranked(set: &Set, rank: impl Fn(&Scope, &Question) -> Ranking) -> Vec<Ranked> {
    let asked = set.asked().map(|(scope, other, question)| Ranked {
        ranking: rank(scope, question).of_turns_before(scope, question),
        shown: None,
        elsewhere: other.map(|other| rank(other, question).best()),
    });
    asked.collect()
}

/// The vectors of all-MiniLM-L6-v2, which `minilm.py` makes or remembers.
pub struct Vectors(HashMap<String, Vec<f32>>);

/// The Python that has the packages of `minilm.py`, and the file that keeps vectors.
pub struct MiniLm {
    pub python: PathBuf,
    pub cache: PathBuf,
}

impl Vectors {
    pub fn of(sets: &[Set], minilm: &MiniLm) -> Result<Self, Box<dyn Error>> {
        let mut texts = Vec::new();
        for scope in sets.iter().flat_map(|set| &set.scopes) {
            texts.extend(scope.memories.iter().map(|memory| memory.line()));
            texts.extend(scope.questions.iter().map(|question| question.text.clone()));
        }
        texts.sort();
        texts.dedup();
        let mut program = Command::new(&minilm.python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("retrieval/minilm.py"))
            .arg(&minilm.cache)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = Vec::new();
        for text in &texts {
            serde_json::to_writer(&mut lines, text)?;
            lines.push(b'\n');
        }
        let mut stdin = program.stdin.take().ok_or("minilm.py takes no input")?;
        let writing = thread::spawn(move || stdin.write_all(&lines));
        let made = program.wait_with_output()?;
        writing.join().map_err(|_| "minilm.py was not given its texts")??;
        let bytes = 4 * DIMENSIONS;
        if !made.status.success() || made.stdout.len() != texts.len() * bytes {
            return Err("minilm.py failed".into());
        }
        let vectors = made.stdout.chunks_exact(bytes).map(|vector| {
            let numbers =
                vector.chunks_exact(4).map(|number| number.try_into().unwrap_or_default());
            numbers.map(f32::from_le_bytes).collect()
        });
        Ok(Self(texts.into_iter().zip(vectors).collect()))
    }

    fn rank(&self, scope: &Scope, question: &Question) -> Ranking {
        let query = &self.0[&question.text];
        Ranking::of(scope.memories.iter().map(|memory| {
            let vector = &self.0[&memory.line()];
            let cosine: f32 = query.iter().zip(vector).map(|(a, b)| a * b).sum();
            // Above zero, since the farthest has a rank too.
            f64::from((cosine + 1.0) / 2.0)
        }))
    }
}
