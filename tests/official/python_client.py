#!/usr/bin/env python3
"""The official Python client, unmodified, against a local platform.

    python_client.py --host http://127.0.0.1:8888 --api-key KEY

Both clients of the package mem0ai run the same checks. Every check compares a value: a text, a count, an order,
the class of an error. One line is printed for each, and a summary at the end; the exit status is 1 if any failed.

The checks create memories and finish by deleting every entity that the server has, so only loopback addresses are
accepted, and the server should be one that was started for this purpose.
"""

import argparse
import asyncio
import datetime
import inspect
import logging
import sys
import uuid
from importlib.metadata import version

from checks import Checks, Platform, groups, loopback, until
from driving import AsyncMemoryClient, MemoryClient, Official
from mem0.client.types import AddMemoryOptions, SearchMemoryOptions, UpdateMemoryOptions
from mem0.exceptions import MemoryNotFoundError, ValidationError


def store(mem, texts, **options):
    """Adds each text verbatim and returns the ids in the same order."""
    return [mem.add(text, infer=False, **options)["results"][0]["id"] for text in texts]


def memories(page):
    return [row["memory"] for row in page["results"]]


def instant(text):
    return datetime.datetime.fromisoformat(text)


def is_uuid(text):
    return str(uuid.UUID(text)) == text


def check_construction(mem, check, platform):
    status, ping = platform.request("GET", "/v1/ping/")
    check.equal("ping answers 200 ok", (status, ping["status"]), (200, "ok"))
    check.equal("the client's organisation is ping's", mem.client.org_id, ping["org_id"])
    check.equal("the client's project is ping's", mem.client.project_id, ping["project_id"])
    check.equal("the client's email is ping's", mem.client.user_email, ping["user_email"])
    check.that("none of them is empty", all([ping["org_id"], ping["project_id"], ping["user_email"]]), ping)
    check.raises(
        "a wrong key fails the constructor",
        ValueError,
        type(mem.client),
        api_key="not-the-key",
        host=platform.host,
        saying="Error: Invalid API key",
    )


def check_add_verbatim(mem, check, platform):
    user, agent = mem.scope("verbatim"), mem.scope("verbatim-agent")
    added = mem.add("I love hiking in the Alps", user_id=user, infer=False)
    check.equal("a string is stored at once", added["status"], "SUCCEEDED")
    check.that("with an event id", is_uuid(added["event_id"]), added)
    check.equal(
        "one result, verbatim",
        [(result["event"], result["data"]) for result in added["results"]],
        [("ADD", {"memory": "I love hiking in the Alps", "role": "user"})],
    )
    stored = mem.get(added["results"][0]["id"])
    check.equal("get returns the text", stored["memory"], "I love hiking in the Alps")
    check.equal("and the user", stored["user_id"], user)
    check.that("and no agent", stored.get("agent_id") is None, stored)

    added = mem.add({"role": "user", "content": "寿司が好きです 🍣"}, agent_id=agent, infer=False)
    stored = mem.get(added["results"][0]["id"])
    check.equal("a dict in Japanese is stored unchanged", stored["memory"], "寿司が好きです 🍣")
    check.equal("under the agent", stored["agent_id"], agent)
    check.that("and no user", stored.get("user_id") is None, stored)

    event = platform.finished_event(added["event_id"])
    check.equal("the event of a verbatim add", (event["event_type"], event["status"]), ("ADD", "SUCCEEDED"))


def check_add_options(mem, check, platform):
    ids = {f"{kind}_id": mem.scope(f"options-{kind}") for kind in ("user", "agent", "app", "run")}
    metadata = {"source": "chat", "n": 1, "ok": True, "nested": {"a": [1, None]}}
    added = mem.add(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "I'm a vegetarian."},
            {"role": "assistant", "content": "I'll remember that."},
        ],
        infer=False,
        metadata=metadata,
        timestamp=1700000000,
        expiration_date="2999-01-01",
        **ids,
    )
    check.equal(
        "messages are stored in order, the system's left out",
        [result["data"]["memory"] for result in added["results"]],
        ["I'm a vegetarian.", "I'll remember that."],
    )
    stored = mem.get(added["results"][0]["id"])
    check.equal(
        "all four ids",
        [stored["user_id"], stored["agent_id"], stored["app_id"], stored["session_id"]],
        list(ids.values()),
    )
    check.equal("metadata of every type", stored["metadata"], metadata)
    check.equal("the timestamp dates it back", instant(stored["created_at"]).timestamp(), 1700000000)
    check.equal("the expiration date", stored["expiration_date"], "2999-01-01")

    options = AddMemoryOptions(infer=False, metadata={"typed": True})
    added = mem.add("Through the typed options", options, user_id=ids["user_id"])
    stored = mem.get(added["results"][0]["id"])
    check.equal(
        "typed options",
        (stored["memory"], stored["metadata"]),
        ("Through the typed options", {"typed": True}),
    )

    error = check.raises(
        "an add without any id is a ValidationError",
        ValidationError,
        mem.add,
        "nobody's",
        infer=False,
        saying="At least one entity ID is required",
    )
    check.equal("with the code of its status", getattr(error, "error_code", None), "HTTP_400")


def check_add_inferred(mem, check, platform):
    user, agent = mem.scope("inferred"), mem.scope("inferred-agent")
    queued = mem.add("I moved to Lisbon in March", user_id=user)
    check.equal("an inferred add is queued", queued["status"], "PENDING")
    check.that("and has no results yet", not queued.get("results"), queued)
    event = platform.finished_event(queued["event_id"])
    check.equal(
        "its event",
        (event["id"], event["event_type"], event["status"]),
        (queued["event_id"], "ADD", "SUCCEEDED"),
    )
    check.equal(
        "what it added", [row["data"]["memory"] for row in event["results"]], ["I moved to Lisbon in March"]
    )
    check.that("says how it was done", bool(event["metadata"]), event)
    check.equal("its result is a memory", mem.get(event["results"][0]["id"])["user_id"], user)

    spoken = [
        {"role": "user", "content": "My sister is called Ines."},
        {"role": "assistant", "content": "I recommended the tram to Belém."},
    ]
    queued = mem.add(spoken, user_id=user, agent_id=agent)
    platform.finished_event(queued["event_id"])
    both = {"AND": [{"user_id": user}, {"agent_id": agent}]}
    either = {"OR": [{"user_id": user}, {"agent_id": agent}]}
    check.equal("no fact belongs to user and agent at once", mem.get_all(filters=both)["count"], 0)
    check.equal(
        "each is found under its speaker or the other",
        sorted(memories(mem.get_all(filters=either))),
        sorted(["I moved to Lisbon in March"] + [message["content"] for message in spoken]),
    )
    check.equal(
        "the agent's own",
        memories(mem.get_all(filters={"agent_id": agent})),
        ["I recommended the tram to Belém."],
    )


LIKES = [
    ("I am allergic to peanuts and shellfish", {"topic": "food", "year": 2024}),
    ("My dog Biscuit is a golden retriever", {"topic": "pets", "year": 2024}),
    ("I work as a structural engineer in Porto", {"topic": "work", "year": 2025}),
    ("On Sundays I play the cello", {"topic": "music", "year": 2025}),
]


def stored_likes(mem, purpose):
    """The memories that the searches look for, one user of their own for each purpose."""
    user = mem.scope(purpose)
    for text, metadata in LIKES:
        mem.add(text, user_id=user, infer=False, metadata=metadata)
    return user


def check_search(mem, check, platform):
    user = stored_likes(mem, "search")
    found = mem.search("  peanuts allergic ", filters={"user_id": user})
    check.equal("the right memory is first", memories(found)[0], LIKES[0][0])
    first, scores = found["results"][0], [hit["score"] for hit in found["results"]]
    check.equal("with its owner and metadata", (first["user_id"], first["metadata"]), (user, LIKES[0][1]))
    check.that("scores are between 0 and 1", all(0 <= score <= 1 for score in scores), scores)
    check.equal("and descend", scores, sorted(scores, reverse=True))
    check.that("all reach the default threshold", all(score >= 0.1 for score in scores), scores)
    check.equal(
        "a question with none of its words",
        memories(mem.search("pet puppy animal", filters={"user_id": user}))[0],
        LIKES[1][0],
    )
    check.equal(
        "a stranger finds nothing",
        mem.search("peanuts", filters={"user_id": mem.scope("nobody")}),
        {"results": []},
    )

    everything = mem.search("peanuts", filters={"user_id": user}, threshold=0.0, top_k=100)
    check.equal(
        "threshold 0 keeps every memory", sorted(memories(everything)), sorted(text for text, _ in LIKES)
    )
    kept = [hit["memory"] for hit in everything["results"] if hit["score"] >= 0.3]
    check.equal(
        "a threshold cuts by score",
        memories(mem.search("peanuts", filters={"user_id": user}, threshold=0.3)),
        kept,
    )
    top = mem.search("peanuts", filters={"user_id": user}, threshold=0.0, top_k=2)
    check.equal("top_k keeps the best", memories(top), memories(everything)[:2])
    narrow = mem.search("peanuts", filters={"user_id": user}, fields=["id", "memory"])["results"][0]
    check.that(
        "fields leave the rest out", narrow["memory"] == LIKES[0][0] and "metadata" not in narrow, narrow
    )
    options = SearchMemoryOptions(
        filters={"user_id": user}, top_k=1, rerank=False, keyword_search=True, latest_only=True
    )
    check.equal("typed options", memories(mem.search("cello", options)), [LIKES[3][0]])


def check_search_filters(mem, check, platform):
    user = stored_likes(mem, "filters")
    other, agent = mem.scope("filters-other"), mem.scope("filters-agent")
    store(mem, ["The neighbour keeps bees"], user_id=other)
    store(mem, ["I answer in short sentences"], agent_id=agent)

    def finds(what, filters, expected, **options):
        found = mem.search("anything", filters=filters, threshold=0.0, top_k=100, **options)
        check.equal(what, sorted(memories(found)), sorted(expected))
        listed = mem.get_all(filters=filters) if not options else found
        check.equal(f"{what}, listed", sorted(memories(listed)), sorted(expected))

    texts = [text for text, _ in LIKES]
    finds("one user", {"user_id": user}, texts)
    finds("AND with metadata", {"AND": [{"user_id": user}, {"metadata": {"topic": "pets"}}]}, [texts[1]])
    finds("keys side by side are an AND", {"user_id": user, "metadata": {"year": 2025}}, texts[2:])
    finds(
        "OR",
        {"OR": [{"user_id": other}, {"agent_id": agent}]},
        ["The neighbour keeps bees", "I answer in short sentences"],
    )
    finds("NOT", {"AND": [{"user_id": user}, {"NOT": [{"metadata": {"topic": "food"}}]}]}, texts[1:])
    finds("in", {"user_id": {"in": [user, other]}}, texts + ["The neighbour keeps bees"])
    finds("metadata ne", {"AND": [{"user_id": user}, {"metadata": {"year": {"ne": 2024}}}]}, texts[2:])
    finds(
        "metadata contains",
        {"AND": [{"user_id": user}, {"metadata": {"topic": {"contains": "usi"}}}]},
        [texts[3]],
    )
    finds("a time range", {"AND": [{"user_id": user}, {"created_at": {"gte": "2020-01-01"}}]}, texts)
    finds("a time range without rows", {"AND": [{"user_id": user}, {"created_at": {"lt": "2020-01-01"}}]}, [])
    finds(
        "a category that no memory has", {"AND": [{"user_id": user}, {"categories": {"in": ["sports"]}}]}, []
    )
    finds(
        "NOT such a category",
        {"AND": [{"user_id": user}, {"NOT": {"categories": {"contains": "sports"}}}]},
        texts,
    )
    finds("the categories option", {"user_id": user}, [], categories=["sports"])
    finds("the metadata option", {"user_id": user}, [texts[2]], metadata={"topic": "work"})


def check_refused_filters(mem, check, platform):
    user = mem.scope("refused")
    refusals = [
        ("no filters", {}),
        ("empty filters", {"filters": {}}),
        ("no positive scope", {"filters": {"NOT": {"user_id": user}}}),
        ("an unknown operator", {"filters": {"user_id": {"like": user}}}),
        ("bare categories", {"filters": {"AND": [{"user_id": user}, {"categories": "food"}]}}),
    ]
    for what, options in refusals:
        check.raises(f"{what}: search", ValidationError, mem.search, "x", **options)
        check.raises(f"{what}: get_all", ValidationError, mem.get_all, **options)
    saying = "Top-level key must be a logical operator or an allowed field"
    unknown = {"AND": [{"user_id": user}, {"colour": "red"}]}
    check.raises("an unknown field: search", ValidationError, mem.search, "x", filters=unknown, saying=saying)
    check.raises("an unknown field: get_all", ValidationError, mem.get_all, filters=unknown, saying=saying)

    check.raises("the client itself refuses top-level ids", ValueError, mem.search, "x", user_id=user)
    for path, body in [
        ("/v3/memories/search/", {"query": "x", "user_id": user}),
        ("/v3/memories/", {"user_id": user}),
    ]:
        both = {**body, "filters": {"user_id": user}}
        check.equal(f"the server refuses them too: {path}", platform.request("POST", path, both)[0], 400)
    status, _ = platform.request("POST", "/v3/memories/search/", {"query": " ", "filters": {"user_id": user}})
    check.equal("and a blank query", status, 400)


def check_expiration(mem, check, platform):
    user = mem.scope("expiration")
    store(mem, ["The guest wifi password is tangerine"], user_id=user, expiration_date="2020-01-01")
    store(mem, ["The office wifi is called harbour"], user_id=user, expiration_date="2999-01-01")
    current, both = ["The office wifi is called harbour"], 2
    filters = {"user_id": user}
    check.equal("search hides what has expired", memories(mem.search("wifi", filters=filters)), current)
    check.equal("get_all hides it", memories(mem.get_all(filters=filters)), current)
    check.equal(
        "search shows it when asked",
        len(mem.search("wifi", filters=filters, show_expired=True)["results"]),
        both,
    )
    expired = mem.get_all(filters=filters, show_expired=True)
    check.equal("get_all shows it when asked", expired["count"], both)
    hidden = next(row for row in expired["results"] if "tangerine" in row["memory"])
    check.equal("get returns it in any case", mem.get(hidden["id"])["expiration_date"], "2020-01-01")


def check_get(mem, check, platform):
    stranger = str(uuid.uuid4())
    error = check.raises("get of an unknown id", MemoryNotFoundError, mem.get, stranger)
    check.equal("its code", getattr(error, "error_code", None), "HTTP_404")
    check.equal("its details", getattr(error, "details", None), {"error": "Memory not found!"})
    error = check.raises("get of an id that is no UUID", ValidationError, mem.get, "mem-1")
    check.equal("its details", getattr(error, "details", None), {"error": "memory_id should be a valid UUID"})
    check.raises("an id with every special character", ValidationError, mem.get, "a/b c?d#e%é")
    check.raises("update of an unknown id", MemoryNotFoundError, mem.update, stranger, text="x")
    check.raises("update of an id that is no UUID", ValidationError, mem.update, "mem-1", text="x")
    check.raises("delete of an unknown id", MemoryNotFoundError, mem.delete, stranger)
    check.raises("delete of an id that is no UUID", ValidationError, mem.delete, "mem-1")
    check.raises("history of an unknown id", MemoryNotFoundError, mem.history, stranger)
    check.raises("history of an id that is no UUID", ValidationError, mem.history, "mem-1")


def check_get_all(mem, check, platform):
    user = mem.scope("pages")
    ids = store(mem, [f"Note number {n}" for n in range(5)], user_id=user)
    filters = {"user_id": user}
    whole = mem.get_all(filters=filters)
    check.equal("count", whole["count"], 5)
    check.equal("all of them", {row["id"] for row in whole["results"]}, set(ids))
    check.equal("neither next nor previous", (whole["next"], whole["previous"]), (None, None))
    check.that("a list has no scores", all("score" not in row for row in whole["results"]), whole)

    pages = [mem.get_all(filters=filters, page=page, page_size=2) for page in (1, 2, 3)]
    check.equal("page sizes", [len(page["results"]) for page in pages], [2, 2, 1])
    check.equal("every page has the count", [page["count"] for page in pages], [5, 5, 5])
    check.equal("next", [page["next"] is not None for page in pages], [True, True, False])
    check.equal("previous", [page["previous"] is not None for page in pages], [False, True, True])
    check.that(
        "next is on this server",
        pages[0]["next"].startswith(platform.host + "/v3/memories/"),
        pages[0]["next"],
    )
    check.equal(
        "the pages together are the whole, in its order",
        [row["id"] for page in pages for row in page["results"]],
        [row["id"] for row in whole["results"]],
    )
    check.equal("an empty list", mem.get_all(filters={"user_id": mem.scope("nobody")})["results"], [])

    dated = mem.scope("dated")
    for text, timestamp in [("In 2021", 1625000000), ("In 2023", 1690000000)]:
        mem.add(text, user_id=dated, infer=False, timestamp=timestamp)
    filters = {"user_id": dated}
    check.equal("start_date", memories(mem.get_all(filters=filters, start_date="2022-01-01")), ["In 2023"])
    check.equal("end_date", memories(mem.get_all(filters=filters, end_date="2022-01-01")), ["In 2021"])


def check_update(mem, check, platform):
    user = mem.scope("update")
    [memory_id] = store(mem, ["My bike is red"], user_id=user, metadata={"a": 1, "b": [2]})
    before = mem.get(memory_id)
    updated = mem.update(memory_id, text="My bicycle is turquoise")
    check.equal(
        "update answers with the memory",
        (updated["id"], updated["memory"]),
        (memory_id, "My bicycle is turquoise"),
    )
    after = mem.get(memory_id)
    check.equal("get returns the new text", after["memory"], "My bicycle is turquoise")
    check.equal("the metadata stays", after["metadata"], {"a": 1, "b": [2]})
    check.equal("created_at stays", after["created_at"], before["created_at"])
    check.that("updated_at moves on", instant(after["updated_at"]) > instant(before["updated_at"]), after)
    check.equal(
        "the new text is found",
        memories(mem.search("turquoise", filters={"user_id": user})),
        ["My bicycle is turquoise"],
    )

    mem.update(memory_id, metadata={"a": "new", "c": True})
    after = mem.get(memory_id)
    check.equal("metadata is merged", after["metadata"], {"a": "new", "b": [2], "c": True})
    check.equal("and the text stays", after["memory"], "My bicycle is turquoise")

    mem.update(memory_id, UpdateMemoryOptions(expiration_date="2020-01-01"))
    check.equal("an expiration date is set", mem.get(memory_id)["expiration_date"], "2020-01-01")
    check.equal("and hides the memory", mem.get_all(filters={"user_id": user})["count"], 0)
    mem.update(memory_id, expiration_date=None)
    check.that("None clears it", mem.get(memory_id).get("expiration_date") is None, mem.get(memory_id))
    check.equal("and shows the memory again", mem.get_all(filters={"user_id": user})["count"], 1)


def check_history(mem, check, platform):
    [memory_id] = store(mem, ["I drink tea"], user_id=mem.scope("history"))
    mem.update(memory_id, text="I drink coffee")
    mem.update(memory_id, text="I drink water")
    rows = sorted(mem.history(memory_id), key=lambda row: instant(row["created_at"]))
    check.equal(
        "every change with its old and new text",
        [(row["event"], row["old_memory"], row["new_memory"]) for row in rows],
        [
            ("ADD", None, "I drink tea"),
            ("UPDATE", "I drink tea", "I drink coffee"),
            ("UPDATE", "I drink coffee", "I drink water"),
        ],
    )
    check.equal("all of this memory", {row["memory_id"] for row in rows}, {memory_id})
    check.equal("and this user", {row["user_id"] for row in rows}, {mem.scope("history")})
    check.equal("the input of the add", rows[0]["input"], [{"role": "user", "content": "I drink tea"}])


def check_delete(mem, check, platform):
    user = mem.scope("delete")
    first, second, third = store(mem, ["One of three", "Two of three", "Three of three"], user_id=user)
    check.equal("delete says so", mem.delete(first), {"message": "Memory deleted successfully!"})
    check.raises("and the memory is gone", MemoryNotFoundError, mem.get, first)
    check.raises("a second delete", MemoryNotFoundError, mem.delete, first)
    linked = mem.delete(second, delete_linked=True)
    check.equal("delete_linked says so", linked["message"], "Memory deleted successfully!")
    check.equal("and counts what else went", linked["cascade_count"], 0)
    left = mem.get_all(filters={"user_id": user})
    check.equal("one is left", [row["id"] for row in left["results"]], [third])
    check.equal(
        "and found alone", memories(mem.search("of three", filters={"user_id": user})), ["Three of three"]
    )


def check_delete_all(mem, check, platform):
    mine, other = mem.scope("wipe"), mem.scope("wipe-not")
    store(mem, ["First to go", "Second to go", "Third to go"], user_id=mine)
    store(mem, ["Stays here"], user_id=other)
    answer = mem.delete_all(user_id=mine)
    check.that("delete_all is queued", is_uuid(answer["event_id"]) and "message" in answer, answer)
    event = platform.finished_event(answer["event_id"])
    check.equal("its event", (event["event_type"], event["status"]), ("DELETE_ALL", "SUCCEEDED"))
    check.equal("nothing is left", mem.get_all(filters={"user_id": mine})["count"], 0)
    check.equal(
        "another user's memory stays", memories(mem.get_all(filters={"user_id": other})), ["Stays here"]
    )
    check.raises("without any filter it is refused", ValidationError, mem.delete_all)
    check.equal("and deletes nothing", mem.get_all(filters={"user_id": other})["count"], 1)


def check_batch(mem, check, platform):
    user = mem.scope("batch")
    first, second, third = store(
        mem, ["Batch one", "Batch two", "Batch three"], user_id=user, metadata={"k": 0}
    )
    answer = mem.batch_update(
        [
            {"memory_id": first, "text": "Batch uno"},
            {"memory_id": second, "text": "Batch dos", "metadata": {"k": 1}},
        ]
    )
    check.equal("batch_update counts", answer, {"message": "Successfully updated 2 memories"})
    rows = [mem.get(memory_id) for memory_id in (first, second, third)]
    check.equal(
        "each got its own",
        [(row["memory"], row["metadata"]) for row in rows],
        [("Batch uno", {"k": 0}), ("Batch dos", {"k": 1}), ("Batch three", {"k": 0})],
    )
    answer = mem.batch_delete([{"memory_id": first}, {"memory_id": third}])
    check.equal("batch_delete counts", answer, {"message": "Successfully deleted 2 memories"})
    check.raises("one is gone", MemoryNotFoundError, mem.get, first)
    check.equal("one is left", memories(mem.get_all(filters={"user_id": user})), ["Batch dos"])
    check.raises(
        "a batch with an id that is no UUID", ValidationError, mem.batch_delete, [{"memory_id": "mem-1"}]
    )
    too_many = [{"memory_id": str(uuid.uuid4())} for _ in range(1001)]
    saying = "Maximum of 1000 memories can be deleted"
    check.raises("more than 1000 at once", ValidationError, mem.batch_delete, too_many, saying=saying)


def check_exports(mem, check, platform):
    user = mem.scope("exports")
    store(mem, ["I was born in 1990"], user_id=user, metadata={"year": 1990})
    schema = {"type": "object", "properties": {"year": {"type": "integer"}}}
    filters = {"AND": [{"user_id": user}]}
    job = mem.create_memory_export(schema=schema, filters=filters)
    check.that("an export is accepted", is_uuid(job["id"]), job)
    check.equal("and read by its id", mem.get_memory_export(memory_export_id=job["id"]), {"year": 1990})
    check.equal("or its filters", mem.get_memory_export(filters=filters), {"year": 1990})
    check.raises(
        "an unknown one",
        MemoryNotFoundError,
        mem.get_memory_export,
        memory_export_id=str(uuid.uuid4()),
    )


def check_summary(mem, check, platform):
    for filters in (None, {"user_id": mem.scope("summary")}):
        check.raises(
            "a summary takes an LLM", ValidationError, mem.get_summary, filters=filters, saying="No LLM is configured"
        )


def check_feedback(mem, check, platform):
    [memory_id] = store(mem, ["I like tea"], user_id=mem.scope("feedback"))
    given = mem.feedback(memory_id, feedback="negative", feedback_reason="It was coffee")
    check.equal(
        "feedback is kept", (given["feedback"], given["feedback_reason"]), ("NEGATIVE", "It was coffee")
    )
    taken = mem.feedback(memory_id)
    check.equal(
        "and taken back", taken, {"id": given["id"], "feedback": None, "feedback_reason": None}
    )
    check.raises("of an unknown memory", MemoryNotFoundError, mem.feedback, str(uuid.uuid4()), "POSITIVE")
    check.raises(
        "of what is no id", ValidationError, mem.feedback, "m-1", "POSITIVE", saying="Invalid memory_id"
    )


def check_profiles(mem, check, platform):
    user = mem.scope("profile")
    store(mem, ["I eat no meat"], user_id=user)
    mem.update_profile_settings(enabled=False, schema=None, custom_instructions=None)
    check.equal("no profile until it is enabled", mem.get_profile(user)["status"], "not_enabled")
    check.raises("nor a job", ValidationError, mem.generate_profile, user, saying="must be enabled")
    schema = {"type": "object", "properties": {"diet": {"type": "string", "description": "What they eat"}}}
    mem.update_profile_settings(enabled=True, custom_instructions="Briefly")
    settings = mem.update_profile_settings(schema=schema)
    check.equal("settings are joined", settings["entities"]["user"], {"schema": schema, "custom_instructions": "Briefly"})
    settings = mem.update_profile_settings(custom_instructions=None)
    check.equal("None clears one", settings["entities"]["user"], {"schema": schema, "custom_instructions": None})
    check.equal("and they are kept", mem.get_profile_settings(), settings)
    status, body = platform.request("POST", "/v2/profiles/settings/", {"schema": schema})
    check.that("a flat body is refused", status == 400 and "Unsupported settings" in body["error"], body)

    key = mem.scope("profile-key")
    made = mem.generate_profile(user, idempotency_key=key)
    check.equal("a job ends without an LLM", (made["status"], made["replayed"]), ("failed", False))
    again = mem.generate_profile(user, idempotency_key=key)
    check.equal("the same key, the same job", (again["job_id"], again["replayed"]), (made["job_id"], True))
    check.raises("a key that is too short", ValidationError, mem.generate_profile, user, idempotency_key="k1")
    for named in (made["job_id"], made["status_url"]):
        job = mem.get_profile_job(named)["job"]
        check.equal(
            "its counts", [job[name] for name in ("total", "succeeded", "failed", "skipped")], [1, 0, 1, 0]
        )
    profile = mem.get_profile(user)
    check.equal("an empty profile", (profile["status"], profile["profile"]), ("failed", {}))
    check.that("that says why", "No LLM is configured" in profile["error"], profile)
    check.equal("a sample", mem.sample_profiles(limit=1)["entity_ids"], [user])
    check.raises("an unknown user", MemoryNotFoundError, mem.get_profile, mem.scope("nobody"))


def check_project(mem, check, platform):
    # The manager of the asynchronous client has coroutines too.
    def manage(method, *arguments, **options):
        answer = getattr(mem.client.project, method)(*arguments, **options)
        return mem.loop.run_until_complete(answer) if inspect.isawaitable(answer) else answer

    check.equal("get", manage("get")["name"], "Default project")
    check.equal("get, by its older name", mem.get_project(fields=["name"])["name"], "Default project")
    answer = manage("update", custom_instructions="Only facts about food", multilingual=True)
    check.equal("update", answer["message"], "Project updated successfully")
    shown = manage("get")
    check.equal(
        "is shown", (shown["custom_instructions"], shown["multilingual"]), ("Only facts about food", True)
    )
    mem.update_project(custom_instructions="Anything")
    check.equal("update, by its older name", manage("get")["custom_instructions"], "Anything")
    # One of its own, since both clients drive one server.
    email = f"{mem.name.lower()}@example.com"
    manage("add_member", email, role="READER")
    members = {row["username"]: row["role"] for row in manage("get_members")["members"]}
    check.equal("add_member", members.get(email), "READER")
    manage("update_member", email, role="OWNER")
    members = {row["username"]: row["role"] for row in manage("get_members")["members"]}
    check.equal("update_member", members.get(email), "OWNER")
    manage("remove_member", email)
    check.that("remove_member", email not in [row["username"] for row in manage("get_members")["members"]])
    made = manage("create", mem.scope("project"), description="Made by a check")
    check.that("create", is_uuid(made["project_id"]), made)


def entities(mem):
    return {(entity["type"], entity["name"]) for entity in mem.users()["results"]}


def check_users(mem, check, platform):
    names = {kind: mem.scope(f"entity-{kind}/1 ü") for kind in ("user", "agent", "app", "run")}
    for kind, name in names.items():
        mem.add(f"Of the {kind}", infer=False, **{f"{kind}_id": name})
    expected = set(names.items())
    check.equal("users() lists each kind", entities(mem) & expected, expected)
    listed = mem.users()
    check.equal("and counts them", listed["count"], len(listed["results"]))

    for kind, name in names.items():
        answer = mem.delete_users(**{f"{kind}_id": name})
        check.equal(f"delete_users of one {kind}", answer, {"message": "Entity deleted successfully."})
        check.that(
            "it is gone from the list", until(lambda: (kind, name) not in entities(mem)), entities(mem)
        )
        rows = mem.get_all(filters={f"{kind}_id": name})
        check.equal("with its memories", rows["results"], [])
        expected.discard((kind, name))
        check.equal("the others stay", entities(mem) & set(names.items()), expected)


def check_delete_everything(mem, check, platform):
    last = mem.scope("last")
    store(mem, ["Deleted with everybody"], user_id=last)
    answer = mem.delete_users()
    check.equal("delete_users of all", answer, {"message": "All users, agents, apps and runs deleted."})
    check.that("nobody is left", until(lambda: mem.users()["count"] == 0), mem.users())
    check.equal("nor any memory", mem.get_all(filters={"user_id": "*"})["count"], 0)
    check.raises("with nobody there it says so", ValueError, mem.delete_users, saying="No entities to delete")

    store(mem, ["Deleted by reset"], user_id=last)
    check.equal("reset", mem.reset(), {"message": "Client reset successful. All users and memories deleted."})
    check.that("nobody is left after it", until(lambda: mem.users()["count"] == 0), mem.users())
    check.equal("nor any memory after it", mem.get_all(filters={"user_id": last})["results"], [])


def check_webhooks(mem, check, platform):
    project = platform.request("GET", "/v1/ping/")[1]["project_id"]
    made = mem.create_webhook(
        url="https://example.com/hook", name="Kitchen", project_id=project, event_types=["memory_add"]
    )
    check.that("create_webhook shows the secret", made.get("secret", "").startswith("whsec_"), made)
    shown = {key: made[key] for key in ("name", "url", "event_types", "owner", "is_active", "project")}
    expected = {
        "name": "Kitchen",
        "url": "https://example.com/hook",
        "event_types": ["memory_add"],
        "owner": "local@example.com",
        "is_active": True,
        "project": "Default project",
    }
    check.equal("create_webhook", shown, expected)
    listed = [row for row in mem.get_webhooks(project_id=project) if row["webhook_id"] == made["webhook_id"]]
    check.equal("get_webhooks", listed, [{key: made[key] for key in made if key != "secret"}])
    answer = mem.update_webhook(made["webhook_id"], name="Pantry", event_types=["memory_delete"])
    check.equal("update_webhook", answer, {"message": "Webhook updated successfully"})
    listed = [row for row in mem.get_webhooks(project_id=project) if row["webhook_id"] == made["webhook_id"]]
    check.equal("it is changed", [(row["name"], row["event_types"]) for row in listed], [("Pantry", ["memory_delete"])])
    answer = mem.delete_webhook(made["webhook_id"])
    check.equal("delete_webhook", answer, {"message": "Webhook deleted successfully"})
    listed = [row["webhook_id"] for row in mem.get_webhooks(project_id=project)]
    check.that("it is gone", made["webhook_id"] not in listed, listed)
    check.raises("twice", MemoryNotFoundError, mem.delete_webhook, made["webhook_id"])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", required=True, type=loopback, help="the server's base URL")
    parser.add_argument("--api-key", required=True)
    arguments = parser.parse_args()
    # The clients log every refused request, and many are refused here on purpose.
    logging.getLogger("mem0").setLevel(logging.CRITICAL)

    check = Checks()
    loop = asyncio.new_event_loop()
    platform = Platform(arguments.host, arguments.api_key)
    for kind in (MemoryClient, AsyncMemoryClient):
        client = kind(api_key=arguments.api_key, host=arguments.host)
        mem = Official(kind.__name__, client, loop, check)
        for group in groups(sys.modules[__name__]):
            check.run(f"{mem.name} {group.__name__.removeprefix('check_')}", group, mem, check, platform)
        mem.close()
    loop.close()
    return check.end(f"the official Python client {version('mem0ai')}")


if __name__ == "__main__":
    sys.exit(main())
