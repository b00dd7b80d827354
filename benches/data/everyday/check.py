"""Checks what README.md says of both sets: their counts, and which words questions and facts share.

    pip install snowballstemmer
    python3 benches/data/everyday/check.py
"""

import collections
import json
import pathlib
import re

from snowballstemmer import stemmer

HERE = pathlib.Path(__file__).parent
# The stop list of the engine's analysis.
ANALYSIS = HERE.parents[2] / "mem0-engine/src/text/analysis.rs"
STOP_WORDS = set(
    re.search(r'ENGLISH_STOP_WORDS: &str = "\\\n(.*?)";', ANALYSIS.read_text(), re.S)[1].replace("\\", " ").split()
)
STEM = stemmer("english").stemWord


def words(text):
    return re.findall(r"[^\W_](?:[^\W_]|')*", text.lower().replace("’", "'"))


def terms(text):
    return {STEM(w.removesuffix("'s").replace("'", "")) for w in words(text) if w.rstrip("'") not in STOP_WORDS}


def share_a_stem(fact, question, length):
    """Whether a word of each has the same characters in a row, wherever a language puts its prefixes."""
    split = re.compile(r"[\s.,:;!?¿¡।。、，？！—-]+").split
    parts = {word[at : at + length] for word in split(fact) for at in range(len(word) - length + 1)}
    return any(part in word for word in split(question) for part in parts)


for file in (HERE / "everyday.jsonl", HERE / "everyday-2.jsonl"):
    scopes = [json.loads(line) for line in file.read_text().splitlines()]
    facts = {(scope["scope"], turn["id"]): turn for scope in scopes for turn in scope["turns"]}
    asked = [(scope["scope"], query) for scope in scopes for query in scope["queries"]]
    kinds = collections.Counter(query["category"] for _, query in asked)
    languages = collections.Counter(query["lang"] for _, query in asked if query["category"] == "language")

    assert len(scopes) == 6 and len(facts) == 200 == len({turn["text"] for turn in facts.values()})
    assert len(asked) == 300 == len({query["q"] for _, query in asked})
    assert kinds == {"paraphrase": 100, "ordinary": 90, "language": 60, "unanswerable": 30, "everything": 20}, kinds
    assert len(languages) == 12 and set(languages.values()) == {5}, languages
    assert sum(query["filler"] for _, query in asked) == 100

    for scope, query in asked:
        own = [facts[scope, fact] for fact in query["evidence"]]
        match query["category"]:
            case "unanswerable":
                assert not own, query
            case "everything":
                assert len(own) == sum(one == scope for one, _ in facts), query
            case _:
                assert len(own) == 1, query
        if query["category"] == "paraphrase":
            shared = terms(own[0]["text"]) & terms(query["q"])
            assert not shared, (shared, query)
        if query["category"] == "language":
            assert own[0]["lang"] == query["lang"], query
            assert share_a_stem(own[0]["text"], query["q"], 2 if query["lang"] in ("zh", "ja") else 3), query

    print(f"{file.name} is as README.md says:", dict(kinds), dict(languages))
