"""The commands on memories, in groups of checks: add, search, get, list, update and delete."""

import json
import re

from checks import until

from asserting import (
    CELLO,
    DOG,
    GREEN_TEA,
    UNKNOWN,
    answers,
    envelope,
    fault,
    refuses,
    says,
    silent,
    store,
    stored,
    texts,
)


def check_add(cli, check, platform):
    user = cli.scope("add")
    queued = cli.served("add", GREEN_TEA, "--user-id", user)
    says(check, "is queued", queued, f"Scope: user_id={user}", "Memory queued — 1 event pending")
    event_id = re.search(r"event_id: (\S+)", queued.text)[1]
    event = platform.finished_event(event_id)
    check.equal("its event", [row["data"]["memory"] for row in event["results"]], [GREEN_TEA])
    check.equal("without an LLM", event["metadata"]["inference"], "none")
    queued = cli.served("add", CELLO, "-u", user, "--output", "json").json
    pending = queued[0] if cli.name == "python" else queued["results"][0]
    check.equal("as JSON", pending["status"], "PENDING")
    check.equal("done", platform.finished_event(pending["event_id"])["status"], "SUCCEEDED")
    queued = cli.served("--json", "add", DOG, "-u", user)
    [pending] = queued.json["data"]
    expected = envelope(
        "add", [{"status": "PENDING", "event_id": pending["event_id"]}], scope={"user_id": user}, count=1
    )
    answers(check, "for an agent", queued, expected)
    platform.finished_event(pending["event_id"])
    check.equal("all are stored", texts(platform, user_id=user), [DOG, CELLO, GREEN_TEA])
    silent(check, "quiet", cli.served("add", "Quietly", "-u", user, "-o", "quiet"))
    check.that("and stored", until(lambda: len(texts(platform, user_id=user)) == 4), texts(platform, user_id=user))


def check_add_verbatim(cli, check, platform):
    user = cli.scope("verbatim")

    def add(*arguments, **options):
        added = cli.served("add", *arguments, "-u", user, "--no-infer", "-o", "json", **options).json
        return added["status"], [result["data"]["memory"] for result in added["results"]]

    added = cli.served("add", GREEN_TEA, "-u", user, "--no-infer")
    # What stands behind "Added" is an object where the program expects a text: see row C55.
    memory = cli.either(f"{{'memory': '{GREEN_TEA}', 'role': 'user'}}", "[object Object]")
    says(check, "is stored at once", added, "Memory processed — 1 memory extracted", f"+ Added {memory}")
    check.equal("is stored", texts(platform, user_id=user), [GREEN_TEA])
    again = cli.served("add", GREEN_TEA, "-u", user, "--no-infer")
    says(check, "the same once more changes nothing", again, "No change")
    check.equal("and is stored once", texts(platform, user_id=user), [GREEN_TEA])
    check.equal("from standard input", add(typed=f"{CELLO}\n"), ("SUCCEEDED", [CELLO]))
    spoken = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": DOG},
        {"role": "assistant", "content": "寿司 🍣"},
    ]
    check.equal("messages", add("--messages", json.dumps(spoken)), ("SUCCEEDED", [DOG, "寿司 🍣"]))
    spoken = [{"role": "user", "content": "I am from Porto"}]
    check.equal("a file", add("--file", cli.file(json.dumps(spoken))), ("SUCCEEDED", ["I am from Porto"]))


def check_add_options(cli, check, platform):
    ids = {kind: cli.scope(f"options-{kind}") for kind in ("user", "agent", "app", "run")}
    scope = [word for kind, name in ids.items() for word in (f"--{kind}-id", name)]
    metadata = {"n": 1, "nested": {"a": [1, None]}}
    extraction = {
        "custom_instructions": "Only music",
        "agent_custom_instructions": "Only agents",
        "custom_categories": [{"music": "What they play"}],
        "structured_data_schema": {"type": "object"},
    }
    options = [
        word
        for name, value in extraction.items()
        for word in (f"--{name.replace('_', '-')}", value if isinstance(value, str) else json.dumps(value))
    ]
    dated = ["--expires", "2999-01-31", "--timestamp", "1700000000"]
    added = cli.served(
        "add",
        CELLO,
        *scope,
        "--metadata",
        json.dumps(metadata),
        "--immutable",
        *dated,
        *options,
        "--no-infer",
        "-o",
        "json",
    ).json
    memory_id = added["results"][0]["id"]
    fields = ["memory", "user_id", "agent_id", "app_id", "session_id", "metadata", "expiration_date", "created_at"]
    expected = [CELLO, *ids.values(), metadata, "2999-01-31", "2023-11-14T22:13:20.000000Z"]
    check.equal("all of them", stored(platform, memory_id, *fields), expected)
    payload = platform.finished_event(added["event_id"])["payload"]
    check.equal("what an LLM would need is kept", {name: payload.get(name) for name in extraction}, extraction)
    check.equal("and who sent it", payload["source"], "CLI")
    refuses(
        check,
        "an update",
        cli.served("update", memory_id, DOG),
        f'Bad request to /v1/memories/{memory_id}/: {{"error":"This memory was added as immutable: it can be deleted, but not updated."}}',
    )
    check.equal("changes nothing", stored(platform, memory_id, "memory"), [CELLO])
    # The program refuses this one itself.
    categories = cli.served("add", DOG, "-u", ids["user"], "--categories", "pets")
    refuses(check, "categories", categories, "--categories is not supported on add. Use --custom-categories instead.")


def likes(cli, platform, purpose):
    """Three memories of a user, whose ids are returned with it."""
    user = cli.scope(purpose)
    ids = [
        store(platform, text, user_id=user, metadata={"topic": topic})
        for text, topic in [(GREEN_TEA, "drinks"), (CELLO, "music"), (DOG, "pets")]
    ]
    return user, ids


def check_search(cli, check, platform):
    user, [tea, cello, dog] = likes(cli, platform, "search")
    store(platform, "The wifi password is tangerine", user_id=user, expiration_date="2020-01-01")

    def found(query, *arguments, **options):
        return [
            hit["memory"] for hit in cli.served("search", query, "-u", user, *arguments, "-o", "json", **options).json
        ]

    hits = cli.served("search", "what does she drink, green tea?", "--user-id", user, "--output", "json").json
    check.equal(
        "the best hit",
        [hits[0][key] for key in ("id", "memory", "user_id", "metadata")],
        [tea, GREEN_TEA, user, {"topic": "drinks"}],
    )
    score = hits[0]["score"]
    check.that("all reach the program's threshold", all(0.3 <= hit["score"] <= 1 for hit in hits), hits)
    shown = cli.served("search", "green tea", "-u", user)
    says(
        check,
        "as text",
        shown,
        "Found 1 memories:",
        f"1. {GREEN_TEA} Score: 0.",
        f"ID: {tea[:8]}",
        f"1 result · user_id={user}",
    )
    says(
        check,
        "as a table",
        cli.served("search", "green tea", "-u", user, "-o", "table"),
        "ID Score Memory Category Created",
        f"{tea} 0.",
        GREEN_TEA,
    )
    for_agent = cli.served("--json", "search", "green tea", "-u", user)
    hit = for_agent.json["data"][0]
    check.equal(
        "for an agent: its fields",
        sorted(hit),
        ["categories", "created_at", "expiration_date", "id", "memory", "score"],
    )
    answers(check, "for an agent", for_agent, envelope("search", [hit], scope={"user_id": user}, count=1))
    silent(check, "quiet", cli.served("search", "green tea", "-u", user, "-o", "quiet"))
    check.equal(
        "from standard input",
        [row["memory"] for row in cli.served("search", "-u", user, "-o", "json", typed="what is my dog called?\n").json][:1],
        [DOG],
    )
    everything = found("green tea", "--threshold", "0", "--top-k", "50")
    check.equal("threshold 0 finds everything", sorted(everything), sorted([GREEN_TEA, CELLO, DOG]))
    check.equal("-k keeps the best", found("green tea", "--threshold", "0", "-k", "2"), everything[:2])
    if cli.name == "python":
        check.equal("--limit is the same", found("green tea", "--threshold", "0", "--limit", "2"), everything[:2])
    says(
        check,
        "a threshold above all",
        cli.served("search", "green tea", "-u", user, "--threshold", "0.99"),
        "No memories found matching your query.",
    )
    check.equal("expired", found("wifi password"), [])
    check.equal("shown when asked", found("wifi password", "--show-expired"), ["The wifi password is tangerine"])
    check.equal(
        "options of ranking",
        found("cello", "--rerank", "--keyword", "--latest-only", "--reference-date", "2023-01-01")[:1],
        [CELLO],
    )
    narrow = cli.served("search", "cello", "-u", user, "--fields", "id,memory", "-o", "json").json
    check.equal("fields", [(row["memory"], sorted(row)) for row in narrow], [(CELLO, ["created_at", "id", "memory"])])
    music, scope = {"metadata": {"topic": "music"}}, ["--threshold", "0"]
    check.equal("a filter beside the id", found("anything", "--filter", json.dumps(music), *scope), [CELLO])
    whole = {"AND": [{"user_id": user}, {"NOT": [music]}]}
    check.equal(
        "a whole filter", sorted(found("anything", "--filter", json.dumps(whole), *scope)), sorted([GREEN_TEA, DOG])
    )
    store(platform, "I answer briefly", agent_id=f"{user}-a", app_id=f"{user}-p", run_id=f"{user}-r")
    others = ["--agent-id", f"{user}-a", "--app-id", f"{user}-p", "--run-id", f"{user}-r", *scope]
    check.equal(
        "three other ids at once",
        [row["memory"] for row in cli.served("search", "brief", *others, "-o", "json").json],
        ["I answer briefly"],
    )
    check.equal("all four hold at once", found("brief", *others), [])
    check.that(
        "the score is the text's",
        f"Score: {score:.2f}" in cli.served("search", "what does she drink, green tea?", "-u", user).text,
        score,
    )


def check_get(cli, check, platform):
    user, [tea, _, _] = likes(cli, platform, "get")
    whole = platform.request("GET", f"/v1/memories/{tea}/")[1]
    day = whole["created_at"][:10]
    says(
        check,
        "as text",
        cli.served("get", tea),
        GREEN_TEA,
        f"ID: {tea}",
        f"Created: {day}",
        f"Updated: {day}",
        cli.either('Metadata: {"topic": "drinks"}', 'Metadata: {"topic":"drinks"}'),
    )
    answers(check, "as JSON", cli.served("get", tea, "--output", "json"), whole)
    fields = ["id", "memory", "created_at", "updated_at", "categories", "metadata", "expiration_date"]
    answers(
        check,
        "for an agent",
        cli.served("--json", "get", tea),
        envelope("get", {field: whole[field] for field in fields}),
    )
    refuses(check, "an unknown one", cli.served("get", UNKNOWN), f"Resource not found: /v1/memories/{UNKNOWN}/")
    refuses(
        check,
        "what is no id",
        cli.served("get", "a/b"),
        'Bad request to /v1/memories/a%2Fb/: {"error":"memory_id should be a valid UUID"}',
    )
    failed = cli.served("--json", "get", UNKNOWN)
    check.equal(
        "for an agent, unknown",
        (failed.status, failed.json),
        (1, fault("get", f"Resource not found: /v1/memories/{UNKNOWN}/")),
    )


def check_list(cli, check, platform):
    user, [tea, cello, dog] = likes(cli, platform, "list")
    store(platform, "The wifi password is tangerine", user_id=user, expiration_date="2020-01-01")

    def listed(*arguments):
        return [row["memory"] for row in cli.served("list", "-u", user, *arguments, "-o", "json").json["data"]]

    shown = cli.served("list", "--user-id", user)
    says(
        check,
        "as a table",
        shown,
        "ID Memory Category Created",
        f"{tea} {GREEN_TEA} —",
        f"3 results · page 1 · user_id={user}",
    )
    says(
        check,
        "as text",
        cli.served("list", "-u", user, "--output", "text"),
        "Found 3 memories:",
        f"1. {DOG} ID: {dog[:8]}",
        f"3. {GREEN_TEA}",
    )
    for what, ran in [
        ("as JSON", cli.served("list", "-u", user, "-o", "json")),
        ("for an agent", cli.served("--json", "list", "-u", user)),
    ]:
        fields = ["id", "memory", "created_at", "categories", "expiration_date"]
        rows = [dict(zip(fields, stored(platform, memory_id, *fields))) for memory_id in (dog, cello, tea)]
        answers(check, what, ran, envelope("list", rows, scope={"user_id": user}, count=3))
    silent(check, "quiet", cli.served("list", "-u", user, "-o", "quiet"))
    check.equal("the second page", listed("--page", "2", "--page-size", "2"), [GREEN_TEA])
    refuses(
        check, "one beyond the last", cli.served("list", "-u", user, "--page", "9"), "Resource not found: /v3/memories/"
    )
    check.equal("expired ones too", listed("--show-expired", "--latest-only")[0], "The wifi password is tangerine")
    check.equal("between two days", listed("--after", "2020-01-01", "--before", "2999-01-01"), [DOG, CELLO, GREEN_TEA])
    check.equal("before all", listed("--before", "2020-01-01"), [])
    says(
        check, "a category that none has", cli.served("list", "-u", user, "--category", "sports"), "No memories found."
    )
    store(platform, "I answer briefly", agent_id=f"{user}-a", app_id=f"{user}-p", run_id=f"{user}-r")
    both = cli.served("list", "--agent-id", f"{user}-a", "--app-id", f"{user}-p", "-o", "json").json["data"]
    by_run = cli.served("list", "--run-id", f"{user}-r", "-o", "json").json["data"]
    check.equal(
        "by other ids", [[row["memory"] for row in rows] for rows in (both, by_run)], [["I answer briefly"]] * 2
    )
    ids = r'{"error":"Filters are required and cannot be empty. Name a user_id, agent_id, app_id or run_id inside filters, for example {\"filters\": {\"user_id\": \"alice\"}}."}'
    refuses(check, "without an id", cli.served("list"), f"Bad request to /v3/memories/: {ids}")
    for what, arguments, words in [
        ("a page of 500", ["--page-size", "500"], "Bad request to /v3/memories/: page_size: must be between 1 and 200"),
        (
            "a day that is none",
            ["--after", "someday"],
            "Bad request to /v3/memories/: filters: 'created_at' must be compared with a date (YYYY-MM-DD)",
        ),
    ]:
        refuses(check, what, cli.served("list", "-u", user, *arguments), words)


def check_update(cli, check, platform):
    user, [tea, _, _] = likes(cli, platform, "update")
    says(check, "a text", cli.served("update", tea, "I like black tea"), f"Memory {tea[:8]} updated")
    check.equal("is stored", stored(platform, tea, "memory", "metadata"), ["I like black tea", {"topic": "drinks"}])
    dated = ["--expires", "2999-01-31", "--timestamp", "1600000000"]
    updated = cli.served("update", tea, "--metadata", '{"k": 2}', *dated, "--output", "json")
    answers(check, "everything else, as JSON", updated, platform.request("GET", f"/v1/memories/{tea}/")[1])
    expected = ["I like black tea", {"k": 2, "topic": "drinks"}, "2999-01-31", "2020-09-13T12:26:40.000000Z"]
    check.equal("is stored too", stored(platform, tea, "memory", "metadata", "expiration_date", "created_at"), expected)
    expected = {"id": tea, "memory": "I like coffee", "expiration_date": "2999-01-31"}
    answers(check, "for an agent", cli.served("--json", "update", tea, "I like coffee"), envelope("update", expected))
    silent(check, "quiet", cli.served("update", tea, "I like mate", "-o", "quiet"))
    check.equal("is stored as well", stored(platform, tea, "memory"), ["I like mate"])
    says(check, "from standard input", cli.served("update", tea, typed="I like water\n"), f"Memory {tea[:8]} updated")
    changes = platform.request("GET", f"/v1/memories/{tea}/history/")[1]
    check.equal(
        "the history",
        [change["new_memory"] for change in changes if change["new_memory"] != change["old_memory"]],
        [GREEN_TEA, "I like black tea", "I like coffee", "I like mate", "I like water"],
    )
    path = f"/v1/memories/{tea}/"
    refuses(
        check,
        "nothing",
        cli.served("update", tea),
        f'Bad request to {path}: {{"error":"text: is required unless metadata, expiration_date or timestamp is given"}}',
    )
    refuses(check, "an unknown one", cli.served("update", UNKNOWN, "x"), f"Resource not found: /v1/memories/{UNKNOWN}/")
    refuses(
        check,
        "what is no id",
        cli.served("update", "nope", "x"),
        'Bad request to /v1/memories/nope/: {"error":"memory_id should be a valid UUID"}',
    )


def check_delete(cli, check, platform):
    user, [tea, cello, dog] = likes(cli, platform, "delete")
    dry = cli.served("delete", tea, "--dry-run")
    says(
        check,
        "a dry run",
        dry,
        cli.either(f"{GREEN_TEA} ID: {tea}", f"Would delete memory {tea[:8]}: {GREEN_TEA}"),
        "No changes made",
    )
    refuses(
        check,
        "a dry run of an unknown one",
        cli.served("delete", UNKNOWN, "--dry-run"),
        f"Resource not found: /v1/memories/{UNKNOWN}/",
    )
    check.equal("leaves it", stored(platform, tea, "memory"), [GREEN_TEA])
    answers(
        check,
        "with what is linked, as JSON",
        cli.served("delete", tea, "--delete-linked", "--output", "json"),
        {"message": "Memory deleted successfully!", "cascade_count": 0},
    )
    check.equal("is gone", stored(platform, tea), 404)
    refuses(check, "twice", cli.served("delete", tea), f"Resource not found: /v1/memories/{tea}/")
    answers(
        check, "for an agent", cli.served("--json", "delete", cello), envelope("delete", {"id": cello, "deleted": True})
    )
    says(check, "as text", cli.served("delete", dog, "--force"), f"Memory {dog[:8]} deleted")
    silent(check, "quiet", cli.served("delete", store(platform, DOG, user_id=user), "-o", "quiet"))
    check.equal("nothing is left", texts(platform, user_id=user), [])


def check_delete_all(cli, check, platform):
    user, _ = likes(cli, platform, "delete-all")
    other, _ = likes(cli, platform, "delete-all-not")
    delete = ["delete", "--all", "--user-id", user]
    says(check, "a dry run counts", cli.served(*delete, "--dry-run"), "Would delete 3 memories.", "No changes made")
    # Asked at the end of its input, the Node.js program just ends.
    says(
        check,
        "nobody to ask",
        cli.served(*delete),
        f"Delete ALL memories for user={user}? This cannot be undone.",
        status=cli.either(1, 0),
    )
    says(check, "No", cli.served(*delete, typed="n\n"), "Cancelled.")
    unforced = cli.served("--json", *delete)
    check.equal(
        "for an agent without --force",
        (unforced.status, unforced.json),
        (1, fault("delete-all", "Destructive operation requires --force in agent mode.")),
    )
    # No memory has both.
    says(check, "two ids", cli.served(*delete, "--agent-id", "a", "--force"), "Deletion started.")
    none = 'Bad request to /v1/memories/: {"error":"One of the filters: user_id, agent_id, app_id or run_id is required, and nothing was deleted."}'
    refuses(check, "no id", cli.served("delete", "--all", "--force"), none)
    check.equal("so far nothing is gone", len(texts(platform, user_id=user)), 3)
    says(
        check, "Yes", cli.served(*delete, typed="y\n"), "Deletion started. Memories will be removed in the background."
    )
    check.that("all are gone", until(lambda: texts(platform, user_id=user) == []))
    app, run = cli.scope("delete-app"), cli.scope("delete-run")
    store(platform, GREEN_TEA, app_id=app)
    store(platform, GREEN_TEA, run_id=run)
    answer = cli.served("delete", "--all", "--app-id", app, "--force", "-o", "json").json
    check.equal("as JSON", answer["message"], "Delete in progress. This may take some time.")
    event = platform.finished_event(answer["event_id"])
    check.equal("its event", (event["event_type"], event["status"]), ("DELETE_ALL", "SUCCEEDED"))
    check.equal("the app's are gone", texts(platform, app_id=app), [])
    answered = cli.served("--json", "delete", "--all", "--run-id", run, "--force")
    queued = {"message": answer["message"], "event_id": answered.json["data"].get("event_id")}
    answers(
        check,
        "for an agent",
        answered,
        cli.either(envelope("delete-all", {"deleted": True}, scope={"run_id": run}), envelope("delete-all", queued)),
    )
    check.that("the run's are gone", until(lambda: texts(platform, run_id=run) == []))
    check.equal("another user's stay", len(texts(platform, user_id=other)), 3)


def whole_project(cli, check, platform):
    """Deletes everything, so that no other group may run beside it."""
    user = cli.scope("last")
    delete = ["delete", "--all", "--project"]
    store(platform, GREEN_TEA, user_id=user)
    says(check, "No", cli.served(*delete, typed="n\n"), "Delete ALL memories across the ENTIRE project?", "Cancelled.")
    check.equal("leaves them", texts(platform, user_id=user), [GREEN_TEA])
    says(
        check,
        "by force",
        cli.served(*delete, "--force"),
        "Deletion started. Memories will be removed in the background.",
    )
    check.that("nothing is left", until(lambda: texts(platform, user_id="*") == []), texts(platform, user_id="*"))
    store(platform, GREEN_TEA, user_id=user)
    deleted = cli.served(*delete, "--force", "-o", "json").json
    check.equal("as JSON", platform.finished_event(deleted["event_id"])["event_type"], "DELETE_ALL")
    check.equal("nothing is left again", texts(platform, user_id="*"), [])
