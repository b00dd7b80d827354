"""The other commands on the server, in groups of checks: status, entity, event and import."""

import json

from checks import until

from asserting import (
    CELLO,
    DOG,
    GREEN_TEA,
    UNKNOWN,
    VERSION,
    answers,
    envelope,
    fault,
    refuses,
    says,
    store,
    texts,
)


def check_access(cli, check, platform):
    says(check, "the version", cli.run("--version"), f"◆ Mem0 CLI v{VERSION}")
    hint = "Run 'mem0 init' or set MEM0_API_KEY environment variable."
    refuses(check, "without a key", cli.run("status"), "No API key configured.", hint)
    wrong = cli.run("status", "--api-key", "m0-wrong", "--base-url", platform.host)
    refuses(check, "with a wrong one", wrong, "Invalid or expired API key.", hint)
    connected = {"connected": True, "backend": "platform", "base_url": platform.host}
    says(check, "status", cli.served("status"), "● Connected", "Backend: platform", f"API URL: {platform.host}")
    answers(check, "status as JSON", cli.served("status", "--output", "json"), envelope("status", connected))
    answers(check, "status for an agent", cli.served("--agent", "status"), envelope("status", connected))
    cli.forget()
    by_variable = cli.run("--json", "status", MEM0_API_KEY=platform.api_key, MEM0_BASE_URL=platform.host)
    answers(check, "key and address from the environment", by_variable, envelope("status", connected))
    check.equal("what the server says of the key is kept", cli.config["platform"]["user_email"], "local@example.com")


def check_nothing_else_is_reached(cli, check, platform):
    """That whatever reaches elsewhere is refused and noticed; every other group checks that nothing was."""
    lost = cli.run("status", "--api-key", "m0-any", "--base-url", "http://192.0.2.1")
    says(check, "another address", lost, "Could not validate API key (network issue).", "● Disconnected")
    check.equal("was refused, the ping and the status", cli.reached_for(), ["192.0.2.1"] * 2)
    cli.forget()
    says(check, "with telemetry", cli.run("version", MEM0_TELEMETRY="true"), f"v{VERSION}")
    [sender] = cli.reached_for()
    check.that("its process was refused", "telemetry" in sender, sender)


def check_entities(cli, check, platform):
    names = {kind: cli.scope(f"entity-{kind}/1 ü") for kind in ("user", "agent", "app", "run")}
    for kind, name in names.items():
        store(platform, GREEN_TEA, **{f"{kind}_id": name})
    whole = {row["name"]: row for row in platform.request("GET", "/v1/entities/")[1]["results"]}
    for kind, name in names.items():
        says(
            check,
            f"{kind}s as a table",
            cli.served("entity", "list", f"{kind}s"),
            "Name / ID Created",
            f"{name} {whole[name]['created_at'][:10]}",
        )
    as_json = cli.served("entity", "list", "agents", "--output", "json").json
    brief = {"type": "agent", "name": names["agent"]}
    check.that(
        "as JSON",
        cli.either(whole[names["agent"]], brief) in (as_json if cli.name == "python" else as_json["data"]),
        as_json,
    )
    for_agent = cli.served("--json", "entity", "list", "agents").json
    check.that("for an agent", brief in for_agent["data"] and for_agent["count"] == len(for_agent["data"]), for_agent)

    everyone = [word for kind, name in names.items() for word in (f"--{kind}-id", name)]
    user = names["user"]
    dry = cli.served("entity", "delete", *everyone, "--dry-run")
    says(check, "a dry run", dry, f"Would delete entity user={user}, agent={names['agent']}", "No changes made")
    says(
        check,
        "No",
        cli.served("entity", "delete", "-u", user, typed="n\n"),
        f"Delete entity user={user} AND all its memories?",
        "Cancelled.",
    )
    unforced = cli.served("--json", "entity", "delete", "-u", user)
    check.equal(
        "for an agent without --force",
        (unforced.status, unforced.json),
        (1, fault("entity delete", "Destructive operation requires --force in agent mode.")),
    )
    check.equal("so far nothing is gone", texts(platform, user_id=user), [GREEN_TEA])
    deleted = cli.served("entity", "delete", *everyone, "--force", "--output", "json").json
    check.equal(
        "all four at once",
        {kind: answer["message"] for kind, answer in deleted.items()},
        dict.fromkeys(names, "Delete in progress. This may take some time."),
    )
    for kind, answer in deleted.items():
        event = platform.finished_event(answer["event_id"])
        check.equal(f"the {kind}'s event", (event["event_type"], event["status"]), ("DELETE_USER", "SUCCEEDED"))
        check.equal(f"the {kind}'s memories", texts(platform, **{f"{kind}_id": names[kind]}), [])
    refuses(
        check,
        "twice",
        cli.served("entity", "delete", "-u", user, "--force"),
        "Resource not found: /v2/entities/user/" + f"{cli.name}-entity-user%2F1%20%C3%BC/",
    )
    for what, command in [("by the entity command", ["entity", "delete"]), ("by delete", ["delete", "--entity"])]:
        store(platform, GREEN_TEA, user_id=user)
        says(check, what, cli.served(*command, "-u", user, "--force"), "Entity deleted with all memories")
        check.that("its memories are gone", until(lambda: texts(platform, user_id=user) == []))
    store(platform, GREEN_TEA, user_id=user)
    scope = cli.either({"scope": {"user_id": user}}, {})
    answers(
        check,
        "for an agent",
        cli.served("--json", "entity", "delete", "-u", user, "--force"),
        envelope("entity delete", {"deleted": True}, **scope),
    )


def check_events(cli, check, platform):
    user = cli.scope("events")
    queued = platform.request("POST", "/v3/memories/add/", {"messages": GREEN_TEA, "user_id": user})[1]
    event_id = queued["event_id"]
    event = platform.finished_event(event_id)
    [added] = event["results"]
    moment = event["created_at"][:19].replace("T", " ")
    says(
        check,
        "list",
        cli.served("event", "list"),
        "Event ID Type Status Latency Created",
        f"{event_id[:8]} ADD SUCCEEDED",
        moment,
    )
    whole = next(row for row in platform.request("GET", "/v1/events/")[1]["results"] if row["id"] == event_id)
    brief = {field: whole[field] for field in ("id", "event_type", "status", "latency", "created_at")}
    as_json = cli.served("event", "list", "--output", "json").json
    check.that(
        "list as JSON", cli.either(whole, brief) in (as_json if cli.name == "python" else as_json["data"]), as_json
    )
    for_agent = cli.served("--json", "event", "list").json
    check.that(
        "list for an agent", brief in for_agent["data"] and for_agent["count"] == len(for_agent["data"]), for_agent
    )
    shown = cli.served("event", "status", event_id)
    says(
        check,
        "status",
        shown,
        f"Event ID: {event_id}",
        "Type: ADD",
        "Status: SUCCEEDED",
        f"Created: {moment}",
        "Results (1):",
        f"ADD {GREEN_TEA} (user_id={user}) ({added['id'][:8]})",
    )
    result = {"id": added["id"], "event": "ADD", "user_id": user, "memory": GREEN_TEA}
    brief = envelope("event status", {**brief, "updated_at": event["updated_at"], "results": [result]})
    answers(
        check, "status as JSON", cli.served("event", "status", event_id, "--output", "json"), cli.either(event, brief)
    )
    answers(check, "status for an agent", cli.served("--json", "event", "status", event_id), brief)
    for unknown in (UNKNOWN, "nope"):
        refuses(
            check,
            f"status of {unknown}",
            cli.served("event", "status", unknown),
            f"Resource not found: /v1/event/{unknown}/",
        )
    failed = cli.served("--json", "event", "status", UNKNOWN)
    expected = fault("event status", f"Resource not found: /v1/event/{UNKNOWN}/")
    check.equal("for an agent, unknown", (failed.status, failed.out and failed.json), (1, cli.either("", expected)))


def check_import(cli, check, platform):
    user, agent, named = (cli.scope(f"import{kind}") for kind in ("", "-agent", "-named"))
    rows = [
        {"memory": GREEN_TEA, "metadata": {"n": 1}},
        {"text": CELLO},
        {"content": DOG},
        {"nothing": 1},
        {"memory": "I am named", "user_id": named},
    ]
    path = cli.file(json.dumps(rows))
    imported = cli.served("import", path, "--user-id", user)
    says(check, "as text", imported, "Imported 4 memories", "1 memories failed to import.")
    check.that("all are stored", until(lambda: len(texts(platform, user_id=user)) == 4), texts(platform, user_id=user))
    listed = platform.request("POST", "/v3/memories/", {"filters": {"user_id": user}})[1]["results"]
    check.equal(
        "with metadata",
        {row["memory"]: row["metadata"] for row in listed},
        {GREEN_TEA: {"n": 1}, CELLO: None, DOG: None, "I am named": None},
    )
    scope = cli.either({"scope": {"agent_id": agent}}, {})
    answers(
        check,
        "for an agent's, as JSON",
        cli.served("import", path, "--agent-id", agent, "--output", "json"),
        envelope("import", {"added": 4, "failed": 1}, **scope),
    )
    check.that(
        "are the agent's", until(lambda: len(texts(platform, agent_id=agent)) == 3), texts(platform, agent_id=agent)
    )
    # The rows that name nobody are refused by the server.
    answers(
        check, "whoever they name", cli.served("--json", "import", path), envelope("import", {"added": 1, "failed": 4})
    )
    check.that(
        "are theirs", until(lambda: texts(platform, user_id=named) == ["I am named"]), texts(platform, user_id=named)
    )
    one = cli.file(json.dumps({"memory": GREEN_TEA, "user_id": f"{named}-one"}))
    answers(check, "a single one", cli.served("--json", "import", one), envelope("import", {"added": 1, "failed": 0}))
