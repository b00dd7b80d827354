"""The official MCP server's tools, called over the protocol by the official MCP client."""

import asyncio
import json

from scenario import play

from mcp.shared.memory import create_connected_server_and_client_session
from mem0_mcp_server.server import create_server

PUPPY, TEA, TRAIN = "I have a puppy called Momo", "I like green tea", "The train leaves at nine"
# What the server takes where a call names nobody.
DEFAULT = "mem0-mcp"


def call(*calls):
    """The answers to these tools' calls, one session for all."""

    async def session():
        server = create_server()
        async with create_connected_server_and_client_session(server._mcp_server) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    answers = asyncio.run(session())
    return [json.loads(answer.content[0].text) for answer in answers]


def check_tools(check, stored):
    async def names():
        server = create_server()
        async with create_connected_server_and_client_session(server._mcp_server) as client:
            return sorted(tool.name for tool in (await client.list_tools()).tools)

    expected = [
        "add_memory",
        "delete_all_memories",
        "delete_entities",
        "delete_memory",
        "get_memories",
        "get_memory",
        "list_entities",
        "search_memories",
        "update_memory",
    ]
    check.equal("every tool is called below", asyncio.run(names()), expected)


def check_memories(check, stored):
    [puppy, tea] = call(
        ("add_memory", {"text": PUPPY, "user_id": "ann", "metadata": {"topic": "pets"}}),
        ("add_memory", {"text": "not kept", "messages": [{"role": "user", "content": TEA}], "user_id": "ann"}),
    )
    check.equal("adds are queued", [puppy.get("status"), tea.get("status")], ["PENDING", "PENDING"])
    check.that("and done", stored.become([PUPPY, TEA], user_id="ann"), stored.texts(user_id="ann"))

    [hits, nobody] = call(
        ("search_memories", {"query": "her dog", "filters": {"user_id": "ann"}, "limit": 1}),
        ("search_memories", {"query": "her dog", "filters": {"user_id": "nobody"}}),
    )
    check.equal("search finds it", [hit["memory"] for hit in hits["results"]], [PUPPY])
    check.equal("with its metadata", hits["results"][0]["metadata"], {"topic": "pets"})
    check.equal("a stranger finds nothing", nobody["results"], [])

    [both, page] = call(
        ("get_memories", {"filters": {"user_id": "ann"}}),
        ("get_memories", {"filters": {"user_id": "ann"}, "page": 2, "page_size": 1}),
    )
    check.equal("the list", sorted(row["memory"] for row in both["results"]), [PUPPY, TEA])
    check.equal("a page of it", (page["count"], len(page["results"])), (2, 1))

    memory_id = hits["results"][0]["id"]
    [updated, shown] = call(
        ("update_memory", {"memory_id": memory_id, "text": TRAIN}), ("get_memory", {"memory_id": memory_id})
    )
    check.equal("update answers with the new text", updated.get("memory"), TRAIN)
    check.equal("get shows it", (shown.get("id"), shown.get("memory")), (memory_id, TRAIN))

    [deleted, missing] = call(
        ("delete_memory", {"memory_id": memory_id}), ("get_memory", {"memory_id": memory_id})
    )
    check.equal("delete", deleted, {"message": "Memory deleted successfully!"})
    check.that("then get says so", "Memory not found" in missing.get("error", ""), missing)
    check.equal("the other stays", stored.texts(user_id="ann"), [TEA])


def check_scopes(check, stored):
    """A deletion of a scope sends the default user along with what is named."""
    call(
        ("add_memory", {"text": PUPPY, "app_id": "kitchen"}),
        ("add_memory", {"text": TEA}),
        ("add_memory", {"text": TRAIN, "user_id": "ann", "app_id": "kitchen"}),
    )
    check.that("an app's is the default user's", stored.become([PUPPY], user_id=DEFAULT, app_id="kitchen"))
    check.that("so is what names nobody", stored.become([PUPPY, TEA], user_id=DEFAULT))
    check.that("or it is the user's", stored.become([TRAIN], user_id="ann", app_id="kitchen"))
    [listed] = call(("list_entities", {}))
    names = {(row["type"], row["name"]) for row in listed["results"]}
    check.that("entities", {("user", DEFAULT), ("app", "kitchen"), ("user", "ann")} <= names, names)

    [deleted] = call(("delete_all_memories", {"app_id": "kitchen"}))
    check.that("a scope of two ids is deleted", "message" in deleted, deleted)
    check.that("where both fit", stored.become([TRAIN], app_id="kitchen"), stored.texts(app_id="kitchen"))
    check.equal("and only there", stored.texts(user_id=DEFAULT), [TEA])
    call(("delete_all_memories", {"user_id": "ann"}))
    check.that("a user's memories", stored.become([], user_id="ann"))

    [deleted] = call(("delete_entities", {"user_id": DEFAULT}))
    check.equal("delete_entities", deleted, {"message": "Entity deleted successfully."})
    check.that("takes the memories along", stored.become([], user_id=DEFAULT), stored.texts(user_id=DEFAULT))
    check.equal("of that one", stored.texts(app_id="kitchen"), [])


play(__name__, "mem0-mcp-server", "mem0ai")
