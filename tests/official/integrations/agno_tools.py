"""Agno's Mem0Tools, called as an agent calls its tools."""

import json

from scenario import play

from agno.run import RunContext
from agno.tools.mem0 import Mem0Tools

PUPPY, TEA = "I have a puppy called Momo", "I like green tea"


def context(user):
    return RunContext(run_id="r-1", session_id="s-1", user_id=user)


def call(tools, name, user, **arguments):
    return tools.functions[name].entrypoint(context(user), **arguments)


def check_tools(check, stored):
    tools = Mem0Tools(infer=False)
    check.equal(
        "every tool is called below",
        sorted(tools.functions),
        ["add_memory", "delete_all_memories", "get_all_memories", "search_memory"],
    )
    for content in (PUPPY, {"drink": "green tea"}):
        added = json.loads(call(tools, "add_memory", "agnes", content=content))
        check.equal("add is done", [row["status"] for row in added["results"]], ["SUCCEEDED"])
    check.equal("an object as JSON", stored.texts(user_id="agnes"), sorted([PUPPY, '{"drink": "green tea"}']))

    hits = json.loads(call(tools, "search_memory", "agnes", query="her dog"))
    check.equal("search finds the best", hits[0]["memory"], PUPPY)
    check.equal("whose it is", hits[0]["user_id"], "agnes")
    listed = json.loads(call(tools, "get_all_memories", "agnes"))
    check.equal("the list", sorted(row["memory"] for row in listed), stored.texts(user_id="agnes"))
    check.equal("a stranger has none", call(tools, "get_all_memories", "nobody"), "[]")
    check.equal("and finds none", call(tools, "search_memory", "nobody", query="dog"), "[]")

    call(tools, "add_memory", "bert", content=TEA)
    deleted = call(tools, "delete_all_memories", "agnes")
    check.equal("delete", deleted, "Successfully deleted all memories for user_id: agnes.")
    check.that("nothing is left", stored.become([], user_id="agnes"), stored.texts(user_id="agnes"))
    check.equal("but the other's", stored.texts(user_id="bert"), [TEA])


def check_inference(check, stored):
    tools = Mem0Tools(user_id="carl")
    queued = json.loads(call(tools, "add_memory", "not carl", content=TEA))
    check.equal("an add is queued", [row["status"] for row in queued["results"]], ["PENDING"])
    check.that("and done, for the tools' own user", stored.become([TEA], user_id="carl"))


play(__name__, "agno", "mem0ai")
