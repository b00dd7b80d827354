#!/usr/bin/env python3
"""What a real language model, asked by the local platform, makes of conversations whose facts are known.

    real_model.py --server TARGET/release/mem0-server --address http://127.0.0.1:58080/v1 --model NAME \\
        [--api-key KEY] [--shortest 30] [--max-tokens 1200] [--patience 900] [--json OUT] FOLDER

The address is one of OpenAI's protocol. FOLDER has conversations such as those of mem0-engine/tests/conversations:
messages, facts that they hold (`facts`), facts that may be listed too (`allowed`), texts that must not be stored
(`never`), and memories before them (`known`), of which some do not hold afterwards (`retired`) or are said again
(`merged`). Those before them are told by a script; only the new messages are asked of the model. A memory says a fact
if it has every word that the fact's row names.

A memory is *right* if it says a fact, *allowed* if it may be listed, *known* if it only repeats what was known, and
*wrong* otherwise. Needs nothing but Python.
"""

import argparse
import collections
import json
import pathlib
import sys
import time
import unicodedata
import urllib.request

from local_platform import Model, Platform, completion, fact


def plain(text):
    return unicodedata.normalize("NFKC", text).casefold()


def says(text, row):
    """Whether a text has every entry of a row: one of the alternatives of each."""
    return all(any(plain(word) in plain(text) for word in entry.split("|")) for entry in row["has"])


class Asked:
    """The model at its address, and the script of what is known."""

    def __init__(self, address, key):
        self.address, self.key, self.script = address.rstrip("/"), key, None
        self.calls, self.seconds = 0, 0.0

    def answer(self, path, request):
        if self.script is not None:
            return completion(json.dumps({"facts": self.script}, ensure_ascii=False))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        url = self.address + path.removeprefix("/v1")
        began = time.monotonic()
        forward = urllib.request.Request(url, data=json.dumps(request).encode(), headers=headers)
        try:
            with urllib.request.urlopen(forward, timeout=600) as response:
                return json.load(response)
        finally:
            self.calls += 1
            self.seconds += time.monotonic() - began


def tell(platform, asked, user, conversation):
    """Stores what is known before, and returns the ids of the memories by their facts."""
    known = {}
    for row in conversation["known"]:
        asked.script = [fact(row["fact"], row["said"], row["about"], row["state"])]
        said = [{"role": "user", "content": row["said"]}]
        event = platform.learn(said, user, timestamp=conversation["known_at"])
        known |= {row["fact"]: one["id"] for one in event["results"] if one["event"] == "ADD"}
    asked.script = None
    return known


def measure(platform, asked, name, conversation, patience):
    """What became of one conversation."""
    known = tell(platform, asked, name, conversation)
    before = {row["id"]: row["memory"] for row in platform.memories(name)}
    options = {"timestamp": conversation["at"]} if conversation["at"] else {}
    began, calls = time.monotonic(), asked.calls
    event = platform.learn(conversation["messages"], name, patience, **options)
    metadata = event.get("metadata") or {}
    rows = platform.memories(name, include_merged=True)
    holding = {row["id"] for row in platform.memories(name, latest_only=True)}
    new = [row["memory"] for row in rows if before.get(row["id"]) != row["memory"]]
    facts, allowed, never = (conversation.get(key, []) for key in ("facts", "allowed", "never"))
    is_of = {text: "right" for text in new if any(says(text, row) for row in facts)}
    for text in new:
        if text not in is_of:
            repeats = plain(text).rstrip(".") in {plain(memory).rstrip(".") for memory in before.values()}
            may = any(says(text, row) for row in allowed)
            is_of[text] = "allowed" if may else "known" if repeats else "wrong"
    now = {row["id"]: row["memory"] for row in rows if row["id"] in holding}
    gone = {text for text, memory in known.items() if now.get(memory) != before[memory]}
    may_go = set(conversation["retired"]) | set(conversation["merged"])
    return {
        "name": name,
        "status": event["status"],
        "error": event.get("error"),
        "facts": len(facts),
        "stored": sum(any(says(text, row) for text in new) for row in facts),
        "memories": len(new),
        **{kind: sum(it == kind for it in is_of.values()) for kind in ("right", "allowed", "known", "wrong")},
        "never": sum(any(says(text, row) for text in new) for row in never),
        "known_before": len(conversation["known"]),
        "told": len(known),
        "to_retire": len(conversation["retired"]),
        "retired": len(gone & set(conversation["retired"])),
        "wrongly_retired": len(gone - may_go),
        "calls": asked.calls - calls,
        "repairs": metadata.get("repairs", 0),
        "refused": metadata.get("refused", {}),
        "usage": metadata.get("usage", {}),
        "seconds": round(time.monotonic() - began, 1),
        "texts": is_of,
    }


def shortest(folder, most):
    conversations = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    length = lambda it: sum(len(message["content"]) for message in it[1]["messages"])
    return sorted(conversations.items(), key=length)[:most]


def report(rows):
    total = collections.Counter()
    refused = collections.Counter()
    for row in rows:
        total.update({key: value for key, value in row.items() if isinstance(value, int | float)})
        total.update({f"{key}": value for key, value in row["usage"].items()})
        total["failed"] += row["status"] != "SUCCEEDED"
        refused.update(row["refused"])
    print(f"\n{len(rows)} conversations, {total['failed']} failed, {total['calls']} calls, {total['repairs']} repairs")
    print(f"facts listed {total['facts']}, stored {total['stored']}, missed {total['facts'] - total['stored']}")
    kinds = ", ".join(f"{kind} {total[kind]}" for kind in ("right", "allowed", "known", "wrong"))
    print(f"memories stored {total['memories']}: {kinds}; of what must not be stored {total['never']}")
    print(f"retired {total['retired']} of {total['to_retire']}, wrongly {total['wrongly_retired']} of {total['told']}")
    print(f"not believed {refused.total()}: {', '.join(f'{why} {count}' for why, count in refused.most_common())}")
    print(f"tokens in {total['input_tokens']}, out {total['output_tokens']}; {total['seconds']:.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--api-key", default="unused")
    parser.add_argument("--shortest", type=int, default=30)
    parser.add_argument("--max-tokens", type=int, default=1200)
    parser.add_argument("--patience", type=float, default=900)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    asked = Asked(arguments.address, arguments.api_key)
    proxy = Model(asked.answer)
    platform = Platform(arguments.server, proxy.address, arguments.model, max_tokens=arguments.max_tokens)
    rows = []
    try:
        for name, conversation in shortest(arguments.folder, arguments.shortest):
            row = measure(platform, asked, name, conversation, arguments.patience)
            rows.append(row)
            print(json.dumps({key: value for key, value in row.items() if key != "texts"}), flush=True)
            if arguments.json:
                arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1))
    finally:
        platform.close()
    report(rows)


if __name__ == "__main__":
    sys.exit(main())
