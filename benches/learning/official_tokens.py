#!/usr/bin/env python3
"""What learning costs in tokens beside the official open-source engine, of the same conversations.

    python3 -m venv /tmp/official
    /tmp/official/bin/pip install --no-deps -r tests/official/requirements.txt bpe-openai==0.1.4
    /tmp/official/bin/python benches/learning/official_tokens.py --server TARGET/release/mem0-server \\
        [--messages N] [--csv OUT] FOLDERS...

FOLDERS have conversations in the form of LoCoMo, with the facts that a large model wrote of them (N.json and
N-observations.json). Each session is one add, or one for every N messages, to `mem0-server` and to mem0ai 2.2.1, both
with their default settings. Both ask the same model, which answers with the same facts in the form that each asks for.

Tokens are those of o200k_base: of the texts of all messages that are sent, four more for each message and three for
the answer's beginning, as OpenAI counts them, and of the schema of the answer where one is sent. Nothing is taken off
for a prompt that a provider keeps. Vectors are not counted.
"""

import argparse
import collections
import csv
import datetime
import hashlib
import json
import math
import os
import pathlib
import re
import sys
import tempfile

os.environ |= {"MEM0_TELEMETRY": "False", "MEM0_DIR": tempfile.mkdtemp(), "NO_PROXY": "127.0.0.1"}

import bpe_openai
from local_platform import Model, Platform, completion, fact
from mem0 import Memory

ENCODING = bpe_openai.get_encoding("o200k_base")
OF_A_MESSAGE, OF_AN_ANSWER = 4, 3

# The official engine's headings, by what is below them.
THEIR_PARTS = {
    "Last k Messages": "earlier",
    "Existing Memories": "known",
    "New Messages": "messages",
}
OUR_PARTS = {"Known memories:": "known", "Earlier messages:": "earlier", "New messages:": "messages"}
PARTS = ["prompt", "schema", "known", "earlier", "messages", "rest"]
DIMENSIONS = 256


def tokens(text):
    return len(ENCODING.encode(text, disallowed_special=()))


def words(text):
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 2}


def vector(text):
    """A vector by which texts with the same words are near each other."""
    counts = [0.0] * DIMENSIONS
    for word in words(text):
        counts[int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big") % DIMENSIONS] += 1
    length = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [count / length for count in counts]


class Spent:
    """What one engine asked of the model during an add."""

    def __init__(self):
        self.calls = self.repairs = self.input = self.output = 0
        self.parts = collections.Counter()

    def count(self, request, parts, answer):
        self.calls += 1
        texts = [message["content"] for message in request["messages"]]
        self.input += sum(tokens(text) + OF_A_MESSAGE for text in texts) + OF_AN_ANSWER
        schema = (request.get("response_format") or {}).get("json_schema")
        parts["schema"] = tokens(json.dumps(schema)) if schema else 0
        self.input += parts["schema"]
        parts["prompt"] = tokens(texts[0])
        self.parts.update(parts)
        self.output += tokens(answer)


def parts_of(text, is_heading):
    """The tokens below each heading that is known."""
    below, of = "rest", collections.defaultdict(list)
    for line in text.splitlines(keepends=True):
        below = is_heading(line.strip()) or below
        of[below].append(line)
    return {part: tokens("".join(lines)) for part, lines in of.items()}


class Ours:
    def __init__(self, server):
        self.facts, self.spent = [], Spent()
        self.platform = Platform(server, Model(self.answer).address, "gpt-4o-mini")

    def answer(self, _, request):
        data = request["messages"][1]["content"]
        rows = [json.loads(line) for line in data.splitlines() if line.startswith("{")]
        new = {row["message"]: row["text"] for row in rows if "message" in row}
        told = []
        for one in self.facts:
            pieces = [number for number, text in new.items() if text in one["message"]]
            if pieces:
                number = max(pieces, key=lambda number: len(words(one["text"]) & words(new[number])))
                sentences = re.split(r"(?<=[.!?\n])", new[number])
                quote = max(sentences, key=lambda sentence: len(words(one["text"]) & words(sentence))).strip()
                one = fact(one["text"], quote or new[number], one["speaker"], message=number)
                told.append(one | {"categories": ["personal_details"]})
        text = json.dumps({"facts": told}, ensure_ascii=False)
        self.spent.count(request, parts_of(data, OUR_PARTS.get), text)
        return completion(text)

    def learn(self, user, at, turns, facts):
        self.facts, self.spent = facts, Spent()
        messages = [{"role": "user", "name": turn["speaker"], "content": turn["text"]} for turn in turns]
        event = self.platform.learn(messages, user, timestamp=at)
        if event["status"] != "SUCCEEDED":
            raise SystemExit(f"{user}: {event['error']}")
        self.spent.repairs = event["metadata"]["repairs"]
        return self.spent


class Theirs:
    def __init__(self):
        self.facts, self.spent = [], Spent()
        address, folder = Model(self.answer).address, tempfile.mkdtemp()
        config = {"openai_base_url": address, "api_key": "unused"}
        store = {"path": f"{folder}/vectors", "embedding_model_dims": DIMENSIONS, "on_disk": True}
        self.memory = Memory.from_config(
            {
                "llm": {"provider": "openai", "config": config | {"model": "gpt-4o-mini"}},
                "embedder": {"provider": "openai", "config": config | {"embedding_dims": DIMENSIONS}},
                "vector_store": {"provider": "qdrant", "config": store},
                "history_db_path": f"{folder}/history.db",
            }
        )

    def answer(self, path, request):
        if path.endswith("/embeddings"):
            texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
            rows = [{"object": "embedding", "index": at, "embedding": vector(text)} for at, text in enumerate(texts)]
            return {"object": "list", "model": "words", "data": rows, "usage": {"prompt_tokens": 0, "total_tokens": 0}}
        told = [
            {"id": str(at), "text": one["text"], "attributed_to": "user", "linked_memory_ids": []}
            for at, one in enumerate(self.facts)
        ]
        text = json.dumps({"memory": told}, ensure_ascii=False)
        is_heading = lambda line: THEIR_PARTS.get(line[3:], "rest") if line.startswith("## ") else None
        self.spent.count(request, parts_of(request["messages"][1]["content"], is_heading), text)
        return completion(text)

    def learn(self, user, turns, facts):
        self.facts, self.spent = facts, Spent()
        # It does not tell the model a message's name, so that the speaker stands before the text.
        messages = [{"role": "user", "content": f"{turn['speaker']}: {turn['text']}"} for turn in turns]
        self.memory.add(messages, user_id=user)
        return self.spent


def sessions(path):
    """The sessions of a conversation: when, its turns, and its facts by the turn that they stand on."""
    conversation = json.loads(path.read_text())
    written = json.loads(path.with_name(f"{path.stem}-observations.json").read_text())
    number = 1
    while said_at := conversation.get(f"session_{number}_date_time"):
        name = f"session_{number}"
        if turns := conversation.get(name):
            said_at = datetime.datetime.strptime(said_at.replace(",", ""), "%I:%M %p on %d %B %Y")
            at = int(said_at.replace(tzinfo=datetime.timezone.utc).timestamp())
            texts = {turn["dia_id"]: turn["text"] for turn in turns}
            facts = [
                one | {"message": texts[stands_on], "turn": stands_on}
                for one in written.get(name, [])
                if (stands_on := next((turn for turn in one["evidence"] if turn in texts), None))
            ]
            yield number, at, turns, facts
        number += 1


def conversations(folders):
    for folder in folders:
        for path in sorted(folder.glob("*-observations.json")):
            name = path.stem.removesuffix("-observations")
            yield f"{folder.name}/{name}", path.with_name(f"{name}.json")


FIELDS = ["calls", "repairs", "input", "output"]


def row_of(name, number, adds):
    """One line of the table: what both spent on these adds."""
    row = {"conversation": name, "session": number, "adds": len(adds)}
    for whose, at in ("ours", 0), ("theirs", 1):
        row |= {f"{whose}_{field}": sum(getattr(add[at], field) for add in adds) for field in FIELDS}
    row["ratio_input"] = round(row["ours_input"] / row["theirs_input"], 3)
    all_of = lambda whose: row[f"{whose}_input"] + row[f"{whose}_output"]
    row["ratio"] = round(all_of("ours") / all_of("theirs"), 3)
    del row["theirs_repairs"]
    return row


def measure(server, folders, most):
    ours, theirs, rows, all_adds = Ours(server), Theirs(), [], []
    try:
        for name, path in conversations(folders):
            for number, at, turns, facts in sessions(path):
                adds = []
                for begin in range(0, len(turns), most or len(turns)):
                    part = turns[begin : begin + (most or len(turns))]
                    of_part = [one for one in facts if one["turn"] in {turn["dia_id"] for turn in part}]
                    adds.append((ours.learn(name, at, part, of_part), theirs.learn(name, part, of_part)))
                rows.append(row_of(name, number, adds))
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
                all_adds += adds
    finally:
        ours.platform.close()
    return rows, all_adds


def report(rows, adds):
    total = row_of("all", "", adds)
    ratios = sorted(row["ratio"] for row in rows)
    print("| | calls | repairs | in | out | " + " | ".join(PARTS) + " |\n|" + "---|" * (5 + len(PARTS)))
    for whose, at in ("ours", 0), ("theirs", 1):
        parts = sum((add[at].parts for add in adds), collections.Counter())
        shown = [total[f"{whose}_{field}"] for field in FIELDS if f"{whose}_{field}" in total]
        shown = shown if at == 0 else [shown[0], "–", *shown[1:]]
        print(f"| {whose} | " + " | ".join(str(it) for it in [*shown, *(parts[part] for part in PARTS)]) + " |")
    print(f"\n{len(rows)} sessions, {len(adds)} adds: of theirs {total['ratio_input']} in, {total['ratio']} in and out")
    print(f"by session {ratios[0]} to {ratios[-1]}, median {ratios[len(ratios) // 2]}")
    for row in rows:
        if row["ratio"] > 0.6:
            print(f"above 0.6: {row['conversation']}, session {row['session']}: {row['ratio']}")
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--messages", type=int, help="of one add; a session unless given")
    parser.add_argument("--csv", type=pathlib.Path)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    rows, adds = measure(arguments.server, arguments.folders, arguments.messages)
    total = report(rows, adds)
    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(total), lineterminator="\n")
            writer.writeheader()
            writer.writerows([*rows, total])


if __name__ == "__main__":
    main()
