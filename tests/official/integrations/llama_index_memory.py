"""LlamaIndex's Mem0Memory: what is put is stored, and what is asked has the memories before it."""

from scenario import play

from llama_index.core.llms import ChatMessage
from llama_index.core.memory import Memory
from llama_index.memory.mem0 import Mem0Memory
from mem0 import MemoryClient

PUPPY, TEA, NOTED = "I have a puppy called Momo", "I like green tea", "Noted: Momo is a puppy"


def of(**context):
    """Made with a client: `from_client` names parameters that the client has no more since 2.2."""
    return Mem0Memory(
        primary_memory=Memory.from_defaults(), context=context, client=MemoryClient(), search_msg_limit=2
    )


def check_memory(check, stored):
    memory = of(user_id="lena")
    memory.put(ChatMessage(role="user", content=PUPPY))
    memory.put(ChatMessage(role="assistant", content=NOTED))
    check.that("put stores", stored.become([PUPPY, NOTED], user_id="lena"), stored.texts(user_id="lena"))
    history = [(message.role.value, message.content) for message in memory.get_all()]
    check.equal("and keeps the chat", history, [("user", PUPPY), ("assistant", NOTED)])

    messages = memory.get(input="What is my dog's name?")
    check.equal("get has the chat after the memories", len(messages), 3)
    check.equal("which a system message says", messages[0].role.value, "system")
    check.that("with the text", PUPPY in messages[0].content, messages[0].content)

    memory.set([*memory.get_all(), ChatMessage(role="user", content=TEA)])
    check.that("set stores what is new", stored.become([PUPPY, NOTED, TEA], user_id="lena"))
    memory.reset()
    check.equal("reset ends the chat", memory.get_all(), [])
    check.that("and not the memories", TEA in memory.get(input="green tea?")[0].content)


def check_scopes(check, stored):
    """A context of two ids is one scope, and another user's memories are not in it."""
    memory = of(user_id="lena", run_id="r-1")
    [message] = memory.get(input="green tea")
    check.that("no memories of the user alone", TEA not in message.content, message.content)
    memory.put(ChatMessage(role="user", content=TEA))
    check.that("put names both", stored.become([TEA], user_id="lena", run_id="r-1"))
    check.that("get finds it", TEA in memory.get(input="green tea")[0].content)
    stranger = of(user_id="nobody")
    check.that("a stranger gets nothing", PUPPY not in stranger.get(input="puppy Momo")[0].content)


play(__name__, "llama-index-memory-mem0", "mem0ai")
