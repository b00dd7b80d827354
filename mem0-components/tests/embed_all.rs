use std::sync::atomic::{AtomicUsize, Ordering};

use mem0_components::{ComponentErrorKind, Embedder, Embedding, Purpose, Reply, embed_all};

use crate::block_on::block_on;

/// An embedder of two dimensions that answers as a test says, at most two texts at once.
#[derive(Debug)]
struct Odd {
    answer: fn(&[&str]) -> Vec<Embedding>,
    calls: AtomicUsize,
}

impl Embedder for Odd {
    fn model(&self) -> &str {
        "odd"
    }

    fn dimensions(&self) -> usize {
        2
    }

    fn max_batch(&self) -> usize {
        2
    }

    fn embed<'a>(&'a self, texts: &'a [&'a str], _: Purpose) -> Reply<'a, Vec<Embedding>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(Ok((self.answer)(texts))))
    }
}

fn odd(answer: fn(&[&str]) -> Vec<Embedding>) -> Odd {
    Odd { answer, calls: AtomicUsize::new(0) }
}

#[test]
fn texts_go_in_batches_and_come_back_in_order() {
    let embedder =
        odd(|texts| texts.iter().map(|text| Embedding::new([text.len() as f32, 1.0])).collect());
    let embedded = block_on(embed_all(&embedder, &["a", "bb", "ccc"], Purpose::Add)).unwrap();
    let lengths: Vec<_> = embedded.iter().map(|embedding| embedding.components()[0]).collect();
    assert_eq!(lengths, [1.0, 2.0, 3.0]);
    assert_eq!(embedder.calls.load(Ordering::Relaxed), 2);
    assert!(block_on(embed_all(&embedder, &[], Purpose::Add)).unwrap().is_empty());
    assert_eq!(embedder.calls.load(Ordering::Relaxed), 2);
}

#[test]
fn an_answer_that_holds_no_vector_for_each_text_is_unreadable() {
    for answer in [
        (|_: &[&str]| vec![Embedding::new([1.0, 0.0])]) as fn(&[&str]) -> Vec<Embedding>,
        |texts| vec![Embedding::new([1.0]); texts.len()],
        |texts| vec![Embedding::new([1.0, f32::NAN]); texts.len()],
        |texts| vec![Embedding::new([f32::INFINITY, 1.0]); texts.len()],
    ] {
        let error = block_on(embed_all(&odd(answer), &["secret", "b"], Purpose::Add)).unwrap_err();
        assert_eq!(error.kind(), ComponentErrorKind::Unreadable);
        let said = error.to_string();
        assert!(
            said.contains("2 vectors of 2 finite numbers") && !said.contains("secret"),
            "{said}"
        );
    }
}
