"""The official memory store for Strands agents, alone and under Strands' memory manager."""

import asyncio

from scenario import play

from mem0_strands import Mem0MemoryStore
from strands.memory import MemoryManager

PUPPY, TEA, TRAIN = "I have a puppy called Momo", "I like green tea", "The train leaves at nine"


def store(**options):
    return Mem0MemoryStore(**{"user_id": "stella", **options})


def check_store(check, stored):
    one = store(metadata={"kept": "by strands"})
    added = asyncio.run(one.add(PUPPY, {"topic": "pets"}))
    check.equal("add stores it word for word", added["results"][0]["data"]["memory"], PUPPY)
    again = asyncio.run(one.add(PUPPY, {"topic": "pets"}))
    check.equal("and once only", (again["status"], stored.texts(user_id="stella")), ("SUCCEEDED", [PUPPY]))
    turns = [
        {"role": "user", "content": [{"text": TEA}, {"toolUse": {"name": "kettle"}}]},
        {"role": "assistant", "content": [{"toolUse": {"name": "kettle"}}]},
    ]
    asyncio.run(one.add_messages(turns))
    check.that("add_messages takes the texts", stored.become([PUPPY, TEA], user_id="stella"))

    [entry] = asyncio.run(one.search("her dog", {"max_search_results": 1}))
    check.equal("search finds the best", entry.content, PUPPY)
    seen = {name: entry.metadata.get(name) for name in ("user_id", "topic", "kept")}
    check.equal("its metadata", seen, {"user_id": "stella", "topic": "pets", "kept": "by strands"})
    check.equal("a stranger finds nothing", asyncio.run(store(user_id="nobody").search("dog")), [])


def check_manager(check, stored):
    kitchen = store(name="kitchen", agent_id="guide", app_id="kitchen")
    manager = MemoryManager(stores=[store(name="home"), kitchen])
    asyncio.run(manager.add(TRAIN, {"stores": ["kitchen"], "metadata": {"topic": "trains"}}))
    check.equal("every id is stored", stored.texts(user_id="stella", agent_id="guide", app_id="kitchen"), [TRAIN])
    found = asyncio.run(manager.search("train", {"stores": ["kitchen"]}))
    check.equal("and searched by", [(entry.content, entry.store_name) for entry in found], [(TRAIN, "kitchen")])
    check.equal("the metadata with it", found[0].metadata["topic"], "trains")
    found = asyncio.run(manager.search("puppy"))
    check.that("every store is asked", PUPPY in [entry.content for entry in found], found)


play(__name__, "mem0-strands", "strands-agents", "mem0ai")
