"""Pipecat's memory service, a processor between two others of a pipeline."""

import asyncio

from scenario import play

from pipecat.frames.frames import LLMContextFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.mem0.memory import Mem0MemoryService
from pipecat.tests.utils import run_test

PUPPY, NOTED, TEA = "I have a puppy called Momo", "Noted: Momo is a puppy", "I like green tea"
HEAD = "Based on previous conversations, I recall:"


def talk(messages, **scope):
    """The messages as they are after the service."""
    context = LLMContext(messages=[dict(message) for message in messages])

    async def through():
        service = Mem0MemoryService(api_key=None, **scope)
        await run_test(service, frames_to_send=[LLMContextFrame(context)], expected_down_frames=[LLMContextFrame])
        return await service.get_memories()

    memories = asyncio.run(through())
    return context.get_messages(), sorted(memory["memory"] for memory in memories)


def said(role, content):
    return {"role": role, "content": content}


def check_service(check, stored):
    system = said("system", "You are kind")
    messages, _ = talk([system, said("user", PUPPY), said("assistant", NOTED)], user_id="pia")
    check.equal("nothing is known yet", [message["role"] for message in messages], ["system", "user", "assistant"])
    check.that("user and assistant are stored", stored.become([PUPPY, NOTED], user_id="pia"))
    metadata = [row["metadata"] for row in stored.rows(user_id="pia")]
    check.equal("with its metadata", metadata, [{"platform": "pipecat"}] * 2)

    messages, listed = talk([system, said("user", "What is my puppy called?")], user_id="pia")
    check.equal("memories come second", [message["role"] for message in messages], ["system", "developer", "user"])
    check.that("with the text", HEAD in messages[1]["content"] and PUPPY in messages[1]["content"], messages[1])
    check.that("get_memories lists them", {PUPPY, NOTED} <= set(listed), listed)
    messages, listed = talk([said("user", "puppy?")], user_id="nobody")
    check.equal("a stranger has none", len(messages), 1)


def check_scopes(check, stored):
    """Several ids are stored together, and searched as either."""
    talk([said("user", TEA)], user_id="pia", agent_id="guide", run_id="r-1")
    check.that("what a user says is the user's, of the run", stored.become([TEA], user_id="pia", run_id="r-1"))
    messages, listed = talk([said("user", "Is there green tea?")], user_id="else", run_id="r-1")
    check.that("either finds it", TEA in messages[1]["content"], messages)
    check.that("and lists it", TEA in listed, listed)


play(__name__, "pipecat-ai", "mem0ai")
