"""Distils all-MiniLM-L6-v2 into the static token table of the built-in embedder.

Usage: python distill.py MODEL_DIR OUTPUT

MODEL_DIR holds model.safetensors and vocab.txt; OUTPUT is src/text/words/table.bin.
README.md beside this file says where the model comes from and what each step is for.
"""

import hashlib
import struct
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

DIMENSIONS = 256
SIF = 3e-4

LAYERS = 6
HEADS = 12
CLS, SEP = 101, 102
FIRST_WORD = 1996  # "the"; what comes before are placeholders and single characters
BATCH = 512


def main(model_dir, output):
    model_dir, output = Path(model_dir), Path(output)
    vocabulary = (model_dir / "vocab.txt").read_text(encoding="utf-8").splitlines()
    weights = load_file(model_dir / "model.safetensors")

    ids = np.array([i for i, token in enumerate(vocabulary) if is_kept(token)])
    vectors = reduce(token_vectors(weights, ids)) * rarity(ids)[:, None]
    factors = (np.abs(vectors).max(axis=1) / 127).astype("<f4")
    rows = np.round(vectors / factors[:, None]).astype(np.int8)

    text = "\n".join(vocabulary[i] for i in ids).encode()
    output.write_bytes(
        b"M0TABLE1"
        + struct.pack("<II", len(ids), len(text))
        + text
        + factors.tobytes()
        + rows.tobytes()
    )
    for path in (model_dir / "model.safetensors", model_dir / "vocab.txt", output):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size} bytes")


def is_kept(token):
    """English words, numbers and their pieces; no placeholders, punctuation or other scripts."""
    piece = token.removeprefix("##")
    return piece.isascii() and piece.isalnum()


def token_vectors(weights, ids):
    """The model's vector for each token alone: the mean of its states over "[CLS] token [SEP]"."""
    batches = (ids[i : i + BATCH] for i in range(0, len(ids), BATCH))
    sentences = (np.stack([np.full_like(b, CLS), b, np.full_like(b, SEP)], axis=1) for b in batches)
    return np.concatenate([forward(weights, s).mean(axis=1) for s in sentences]).astype(np.float64)


def forward(weights, ids):
    batch, length = ids.shape

    def linear(name, x):
        return x @ weights[name + ".weight"].T + weights[name + ".bias"]

    def normalise(name, x):
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred**2).mean(axis=-1, keepdims=True)
        return centred / np.sqrt(variance + 1e-12) * weights[name + ".weight"] + weights[name + ".bias"]

    x = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][:length]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = normalise("embeddings.LayerNorm", x).reshape(batch * length, -1)
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        query, key, value = (
            linear(at + "attention.self." + part, x).reshape(batch, length, HEADS, -1)
            for part in ("query", "key", "value")
        )
        attention = np.einsum("bihd,bjhd->bhij", query, key) / np.float32(np.sqrt(query.shape[-1]))
        attention = np.exp(attention - attention.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        context = np.einsum("bhij,bjhd->bihd", attention, value).reshape(batch * length, -1)
        x = normalise(
            at + "attention.output.LayerNorm", x + linear(at + "attention.output.dense", context)
        )
        hidden = gelu(linear(at + "intermediate.dense", x))
        x = normalise(at + "output.LayerNorm", x + linear(at + "output.dense", hidden))
    return x.reshape(batch, length, -1)


def gelu(x):
    return x * np.float32(0.5) * (1 + erf(x * np.float32(np.sqrt(0.5))))


def erf(x):
    """Abramowitz and Stegun 7.1.26, exact to 1.5e-7."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    series = np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = series * t + np.float32(coefficient)
    return np.sign(x) * (1 - series * t * np.exp(-x * x))


def reduce(vectors):
    """The directions in which tokens differ most, without the mean and the first direction, which
    tell frequent tokens from rare ones rather than meanings apart."""
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(axis=0)
    eigenvalues, eigenvectors = np.linalg.eigh(vectors.T @ vectors)
    axes = eigenvectors[:, np.argsort(-eigenvalues)[1 : DIMENSIONS + 1]]
    # The sign of an eigenvector is arbitrary, so its largest component is made positive.
    largest = np.abs(axes).argmax(axis=0)
    return vectors @ (axes * np.sign(axes[largest, np.arange(DIMENSIONS)]))


def rarity(ids):
    """SIF weights. The vocabulary is ordered by frequency, so that Zipf's law gives each share."""
    share = 1 / (np.maximum(ids - FIRST_WORD, 0) + 2.0)
    return SIF / (SIF + share / share.sum())


if __name__ == "__main__":
    main(*sys.argv[1:])
