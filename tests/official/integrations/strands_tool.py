"""The tool mem0_memory of Strands, which is older than the official store for it and still used."""

import json
import os

from scenario import play

# Or it asks at a terminal before it stores or deletes.
os.environ["BYPASS_TOOL_CONSENT"] = "true"

from strands_tools.mem0_memory import Mem0MemoryTool

PUPPY, TEA = "I have a puppy called Momo", "I like green tea"


def call(tool, action, **options):
    answer = tool.mem0_memory({"toolUseId": "t-1", "name": "mem0_memory", "input": {"action": action, **options}})
    text = answer["content"][0]["text"]
    return answer["status"], json.loads(text) if text[:1] in "[{" else text


def check_tool(check, stored):
    tool = Mem0MemoryTool(user_id="ines")
    # The tool shows the texts that an add answers with, and fails after one that is queued, which has none yet.
    call(tool, "store", content=PUPPY, metadata={"topic": "pets", "user_id": "not kept"})
    call(tool, "store", content=TEA)
    check.that("store stores", stored.become([PUPPY, TEA], user_id="ines"), stored.texts(user_id="ines"))

    status, listed = call(tool, "list")
    check.equal("list", sorted(row["memory"] for row in listed), [PUPPY, TEA])
    status, hits = call(tool, "retrieve", query="her dog")
    check.equal("retrieve finds the best", (status, hits[0]["memory"]), ("success", PUPPY))
    check.equal("its metadata", hits[0]["metadata"], {"topic": "pets"})
    memory_id = hits[0]["id"]
    status, shown = call(tool, "get", memory_id=memory_id)
    check.equal("get", (status, shown["memory"], shown["user_id"]), ("success", PUPPY, "ines"))
    status, changes = call(tool, "history", memory_id=memory_id)
    check.equal("history", [(row["event"], row["new_memory"]) for row in changes], [("ADD", PUPPY)])

    stranger = Mem0MemoryTool(user_id="nobody")
    check.equal("a stranger may not get it", call(stranger, "get", memory_id=memory_id)[0], "error")
    check.equal("nor delete it", call(stranger, "delete", memory_id=memory_id)[0], "error")
    check.equal("and lists none", call(stranger, "list")[1], [])

    check.equal("delete", call(tool, "delete", memory_id=memory_id)[0], "success")
    check.equal("the other is left", stored.texts(user_id="ines"), [TEA])
    status, missing = call(tool, "get", memory_id=memory_id)
    check.that("then get says so", status == "error" and "not found" in str(missing).lower(), missing)


def check_agent(check, stored):
    tool = Mem0MemoryTool(agent_id="guide")
    call(tool, "store", content=TEA)
    check.that("an agent's memory", stored.become([TEA], agent_id="guide"))
    status, hits = call(tool, "retrieve", query="green tea")
    check.equal("is found", [hit["memory"] for hit in hits], [TEA])


play(__name__, "strands-agents-tools", "mem0ai")
