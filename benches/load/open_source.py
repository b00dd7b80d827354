"""The open-source Mem0 engine with its embedded store, on the rows that `load --rows FILE` writes.

    pip install mem0ai==2.2.1
    python benches/load/open_source.py FILE

Its embedder is replaced by random vectors of the same size, made from the text alone, so that only the engine and its store
are measured. Without an LLM: every add has `infer=False`.
"""

import json
import os
import random
import sys
import tempfile
import time

folder = tempfile.mkdtemp()
os.environ.update(MEM0_TELEMETRY="False", MEM0_DIR=folder, OPENAI_API_KEY="unused")

from mem0 import Memory  # noqa: E402  (reads the environment)

DIMENSIONS = 256


class Embedder:
    def embed(self, text, memory_action=None):
        chance = random.Random(text)
        return [chance.uniform(-1, 1) for _ in range(DIMENSIONS)]

    def embed_batch(self, texts, memory_action=None):
        return [self.embed(text) for text in texts]


def percentile(seconds, percent):
    return sorted(seconds)[min(len(seconds) * percent // 100, len(seconds) - 1)] * 1000


def timed(call):
    began = time.perf_counter()
    answer = call()
    return answer, time.perf_counter() - began


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    texts = [line for line in lines if isinstance(line, str)]
    questions = [line[0] for line in lines if isinstance(line, list)]

    store = {"path": os.path.join(folder, "qdrant"), "on_disk": True, "embedding_model_dims": DIMENSIONS}
    memory = Memory.from_config(
        {
            "vector_store": {"provider": "qdrant", "config": store},
            "history_db_path": os.path.join(folder, "history.db"),
        }
    )
    memory.embedding_model = Embedder()

    def add(start):
        messages = [{"role": "user", "content": text} for text in texts[start : start + 100]]
        return memory.add(messages, user_id="user-0", infer=False)

    adding = sum(timed(lambda start=start: add(start))[1] for start in range(0, len(texts), 100))
    print(f"adds of 100: {len(texts) / adding:.0f} memories a second")

    def search(question):
        return memory.search(question, top_k=10, filters={"user_id": "user-0"}, threshold=0.0)

    found = [timed(lambda question=question: search(question)) for question in questions]
    assert all(answer["results"] for answer, _ in found)
    seconds = [took for _, took in found]
    print(f"searches of {len(texts)}: p50 {percentile(seconds, 50):.1f} ms, p99 {percentile(seconds, 99):.1f} ms")


main()
