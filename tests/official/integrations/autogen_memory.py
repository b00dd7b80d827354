"""AutoGen's Mem0Memory, alone and in a model's context."""

import asyncio

from scenario import play

from autogen_core.memory import MemoryContent
from autogen_core.model_context import BufferedChatCompletionContext
from autogen_core.models import UserMessage
from autogen_ext.memory.mem0 import Mem0Memory

PUPPY, TEA = "I have a puppy called Momo", "I like green tea"


def add(memory, content, mime_type="text/plain", **metadata):
    asyncio.run(memory.add(MemoryContent(content=content, mime_type=mime_type, metadata=metadata)))


def check_memory(check, stored):
    memory = Mem0Memory(user_id="otto", limit=5)
    add(memory, PUPPY, topic="pets")
    add(memory, {"drink": "green tea"}, "application/json")
    json_text = '{"drink": "green tea"}'
    check.that("adds are stored", stored.become([PUPPY, json_text], user_id="otto"), stored.texts(user_id="otto"))

    [hit] = asyncio.run(memory.query("her dog", limit=1)).results
    check.equal("the limit holds, and the best comes", hit.content, PUPPY)
    check.equal("its metadata", hit.metadata["topic"], "pets")
    check.that("its score", 0 < hit.metadata["score"] <= 1, hit.metadata)
    check.equal("its time is one", hit.metadata["created_at"].tzinfo is None, False)
    every = asyncio.run(memory.query(MemoryContent(content="puppy or tea", mime_type="text/plain")))
    check.equal("all of it", sorted(hit.content for hit in every.results), sorted([PUPPY, json_text]))
    stranger = Mem0Memory(user_id="nobody")
    check.equal("a stranger finds nothing", asyncio.run(stranger.query("dog")).results, [])


def check_context(check, stored):
    memory = Mem0Memory(user_id="otto", limit=1)

    async def update():
        context = BufferedChatCompletionContext(buffer_size=5)
        await context.add_message(UserMessage(content="What is my dog called?", source="user"))
        updated = await memory.update_context(context)
        return updated, await context.get_messages()

    updated, messages = asyncio.run(update())
    check.equal("the memory is told", [hit.content for hit in updated.memories.results], [PUPPY])
    check.equal("and put last", messages[-1].content, f"\nRelevant memories:\n1. {PUPPY}")


def check_clear(check, stored):
    other = Mem0Memory(user_id="paul")
    add(other, TEA)
    check.that("another's is there", stored.become([TEA], user_id="paul"))
    asyncio.run(Mem0Memory(user_id="otto").clear())
    check.that("clear leaves nothing", stored.become([], user_id="otto"), stored.texts(user_id="otto"))
    check.equal("but the other's", stored.texts(user_id="paul"), [TEA])


play(__name__, "autogen-ext", "mem0ai")
