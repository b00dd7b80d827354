"""Haystack's memory store, its writer and its retriever, in a pipeline as well."""

from scenario import play

from haystack import Pipeline
from haystack.dataclasses import ChatMessage
from haystack_integrations.components.retrievers.mem0 import Mem0MemoryRetriever
from haystack_integrations.components.writers.mem0 import Mem0MemoryWriter
from haystack_integrations.memory_stores.mem0 import Mem0MemoryStore, Mem0MemoryStoreError

PUPPY, TEA, TRAIN = "I have a puppy called Momo", "I like green tea", "The train leaves at nine"


def texts(messages):
    return sorted(message.text for message in messages)


def check_store(check, stored):
    store = Mem0MemoryStore()
    added = store.add_memories(
        messages=[ChatMessage.from_user(PUPPY), ChatMessage.from_assistant(TEA)],
        user_id="hanna",
        infer=False,
        metadata={"topic": "home"},
    )
    check.equal("add says what it stored", sorted(row["memory"] for row in added), [PUPPY, TEA])
    ids = {row["id"] for row in stored.rows(user_id="hanna")}
    check.equal("by its ids", {row["memory_id"] for row in added}, ids)

    [hit] = store.search_memories(query="her dog", user_id="hanna", top_k=1)
    check.equal("search finds the best", hit.text, PUPPY)
    check.equal("its metadata", hit.meta["topic"], "home")
    seen = hit.meta["mem0"]
    check.equal("whose it is", (seen["user_id"], seen["memory_id"] in ids), ("hanna", True))
    check.that("its score", 0 < seen["score"] <= 1, seen)
    check.equal("without a query: all", texts(store.search_memories(user_id="hanna")), [PUPPY, TEA])

    topic = {"field": "topic", "operator": "==", "value": "home"}
    check.equal("by metadata", texts(store.search_memories(user_id="hanna", filters=topic)), [PUPPY, TEA])
    other = {"field": "topic", "operator": "!=", "value": "home"}
    check.equal("and by its negation", store.search_memories(user_id="hanna", filters=other), [])
    either = {
        "operator": "OR",
        "conditions": [{"field": "topic", "operator": "contains", "value": "om"}, topic],
    }
    check.equal("or by either", texts(store.search_memories(user_id="hanna", filters=either)), [PUPPY, TEA])
    check.equal("a stranger has none", store.search_memories(query="dog", user_id="nobody"), [])
    nonsense = {"field": "memory_ids", "operator": ">", "value": "x"}
    check.raises(
        "a refusal is told", Mem0MemoryStoreError, store.search_memories, user_id="hanna", filters=nonsense
    )


def check_pipeline(check, stored):
    store = Mem0MemoryStore()
    pipeline = Pipeline()
    pipeline.add_component("writer", Mem0MemoryWriter(memory_store=store, infer=False))
    pipeline.add_component("retriever", Mem0MemoryRetriever(memory_store=store, top_k=3))
    written = pipeline.run(
        {
            "writer": {"messages": [ChatMessage.from_user(TRAIN)], "user_id": "hanna", "run_id": "r-1"},
            "retriever": {"query": "puppy", "user_id": "hanna", "filters": None},
        }
    )
    check.equal("the writer counts", written["writer"]["memories_written"], 1)
    check.that("the retriever finds", PUPPY in texts(written["retriever"]["memories"]), written)
    check.equal("the run's own", stored.texts(user_id="hanna", run_id="r-1"), [TRAIN])
    retriever = Mem0MemoryRetriever(memory_store=store)
    listed = retriever.run(query=None, run_id="r-1")
    check.equal("and the list of it", texts(listed["memories"]), [TRAIN])
    extracting = Mem0MemoryWriter(memory_store=store)
    queued = extracting.run(messages=[ChatMessage.from_user(TEA)], app_id="kitchen")
    check.equal("with inference it counts nothing yet", queued["memories_written"], 0)
    check.that("and stores", stored.become([TEA], app_id="kitchen"), stored.texts(app_id="kitchen"))


play(__name__, "mem0-haystack", "mem0ai")
