"""The other commands, in groups of checks: from help to what only the hosted service has."""

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
    stored,
    texts,
)


def check_help(cli, check, platform):
    for arguments in (["--version"], ["version"]):
        says(check, f"{arguments}", cli.run(*arguments), f"◆ Mem0 CLI v{VERSION}")
    overview = cli.run("help")
    says(check, "help", overview, f"CLI v{VERSION}", "Usage: mem0 <command> [OPTIONS]")
    says(check, "lists the commands", overview, "event Inspect background events (list, status)")
    described = cli.run("help", "--json").json
    check.equal("help --json: the version", (described["name"], described["version"]), ("mem0", VERSION))
    python = ["add", "config get", "config set", "config show", "delete", "entity", "event", "get", "import", "init"]
    python += ["list", "search", "status", "update"]
    check.equal("and the commands", sorted(described.get("commands", [])), cli.either(python, []))
    says(check, "nothing to do: the help", cli.run(), "The Memory Layer for AI Agents", status=cli.either(2, 1))


def check_access(cli, check, platform):
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
    check.equal("what the server says of the key is kept", cli.config["platform"]["user_email"], "local@localhost")


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


def check_config(cli, check, platform):
    user, key = cli.scope("config"), platform.api_key
    hidden = f"{key[:4]}...{key[-4:]}"
    says(
        check,
        "at first",
        cli.run("config", "show"),
        "defaults.user_id (not set)",
        "platform.api_key (not set)",
        "platform.base_url https://api.mem0.ai",
    )
    says(check, "set, key hidden", cli.run("config", "set", "platform.api_key", key), f"platform.api_key = {hidden}")
    says(
        check, "set by a short name", cli.run("config", "set", "base_url", platform.host), f"base_url = {platform.host}"
    )
    answers(
        check,
        "set for an agent",
        cli.run("--json", "config", "set", "defaults.user_id", user),
        envelope("config set", {"key": "defaults.user_id", "value": user}),
    )
    says(check, "get, key hidden", cli.run("config", "get", "api_key"), hidden)
    answers(
        check,
        "get for an agent",
        cli.run("--json", "config", "get", "user_id"),
        envelope("config get", {"key": "user_id", "value": user}),
    )
    shown = envelope(
        "config show",
        {
            "defaults": {"user_id": user, "agent_id": None, "app_id": None, "run_id": None},
            "platform": {"api_key": hidden, "base_url": platform.host},
        },
    )
    for what, ran in [
        ("as JSON", cli.run("config", "show", "--output", "json")),
        ("for an agent", cli.run("--json", "config", "show")),
    ]:
        answers(check, f"show {what}", ran, shown)
    check.that("the key is never shown", key not in cli.run("config", "show").text)
    check.equal(
        "only its owner reads the file",
        [oct(path.stat().st_mode & 0o777) for path in (cli.config_file.parent, cli.config_file)],
        ["0o700", "0o600"],
    )
    added = cli.run("add", GREEN_TEA, "--no-infer", "-o", "json").json
    check.equal(
        "is what a command without options uses", stored(platform, added["results"][0]["id"], "user_id"), [user]
    )
    found = cli.run("search", "tea", "-o", "json", MEM0_USER_ID=f"{user}-not").json
    check.equal("a variable comes first", found, [])
    check.equal("nothing else is in the home", [path.name for path in cli.home.iterdir()], [".mem0"])


def check_init(cli, check, platform):
    user, key, server = cli.scope("init"), platform.api_key, {"MEM0_BASE_URL": platform.host}
    saved = ["Connected to mem0 Platform!", "Configuration saved to ~/.mem0/config.json"]
    says(check, "with a key and a user", cli.run("init", "--api-key", key, "--user-id", user, **server), *saved)
    expected = {
        "version": 1,
        "defaults": {"user_id": user, "agent_id": "", "app_id": "", "run_id": ""},
        "platform": {"api_key": key, "base_url": platform.host, "user_email": "local@localhost", "agent_mode": False}
        | {"created_via": "api_key", "agent_caller": "", "claimed_at": "", "default_user_id": ""},
        "telemetry": {"anonymous_id": ""},
        "agent_rush": {"acknowledged_at": ""},
    }
    check.equal("what it saves", cli.config, expected)
    again = ["init", "--api-key", "m0-wrong"]
    refuses(
        check, "again", cli.run(*again, **server), "Existing config would be overwritten.", "Use --force to overwrite."
    )
    check.equal("keeps what there is", cli.config, expected)
    reused = "Existing API key in config is valid; reusing it. No new Agent Mode key was minted."
    says(check, "as an agent", cli.run("init", "--agent", "--agent-caller", "check", **server), reused)
    data = {
        "api_key_saved": False,
        "api_key_source": "config",
        "agent_mode": False,
        "message": "Existing Mem0 API key found and reused. No Agent Mode key was created.",
    }
    answers(check, "as an agent, for one", cli.run("init", "--agent", "--json", **server), envelope("init", data))
    forced = cli.run(*again, "--force", **server)
    says(check, "by force, with a wrong key", forced, "Could not connect: Authentication failed.", saved[1])
    check.equal(
        "saves that key for the system's user",
        (cli.config["platform"]["api_key"], cli.config["defaults"]["user_id"]),
        ("m0-wrong", "somebody"),
    )
    cli.forget()
    refuses(
        check,
        "without a terminal",
        cli.run("init", **server),
        "Non-interactive terminal detected and --api-key is required.",
    )
    check.that("none of them saves anything", not cli.config_file.exists())


def check_what_the_server_does_not_have(cli, check, platform):
    """Signing up, agent mode and its game are the hosted service's alone: row C89."""
    server, not_found = {"MEM0_BASE_URL": platform.host}, cli.either('{"detail":"Not found."}', "Not found.")
    refuses(
        check,
        "a code by e-mail",
        cli.run("init", "--email", "a@example.com", **server),
        f"Failed to send code: {not_found}",
    )
    with_code = cli.run("init", "--email", "a@example.com", "--code", "123456", **server)
    refuses(check, "a login with it", with_code, f"Verification failed: {not_found}")
    signed_up = cli.run("init", "--agent", "--agent-caller", "check", "--source", "check", **server)
    refuses(check, "an agent's account", signed_up, "Bootstrap failed: Not found.")
    check.that("none of them saves anything", not cli.config_file.exists())

    refuses(check, "identify without a key", cli.run("identify", "check"), "No API key configured.")
    refuses(
        check,
        "whoami without an account",
        cli.run("whoami"),
        "No default_user_id found. Run `mem0 init --agent` first.",
    )
    cli.run("init", "--api-key", platform.api_key, "--user-id", "somebody", **server)
    refuses(
        check,
        "identify with a key that is no agent's",
        cli.run("identify", "check"),
        "This command only works on unclaimed agent-mode keys.",
    )
    config = cli.config
    config["platform"] |= {"agent_mode": True, "default_user_id": "user_check"}
    cli.config_file.write_text(json.dumps(config))
    says(check, "whoami", cli.run("whoami"), "Your AGENTRUSH identifier: user_check")
    # The Node.js program shows the status where a refusal has no `error`.
    refuses(
        check,
        "identify",
        cli.run("identify", "check"),
        "Identify failed: " + cli.either('{"detail":"Not found."}', "Not Found"),
    )
    for command in (["add", "I enjoy solving constraint-satisfaction problems."], ["search", "problems"]):
        refuses(check, f"agent-rush {command[0]}", cli.run("agent-rush", *command), "AGENTRUSH error: unknown")


def check_what_the_program_refuses_itself(cli, check, platform):
    """None of this reaches the server, so that only the Python program, which takes less time, is asked for it."""
    user, server = cli.scope("itself"), {"MEM0_BASE_URL": platform.host}
    memory_id = store(platform, GREEN_TEA, user_id=user)
    past, broken = "--expires date must be in the future.", "Invalid JSON in --metadata."
    for arguments, words in [
        (["add"], "No content provided. Pass text, --messages, --file, or pipe via stdin."),
        (["add", DOG, "--expires", "2020-01-01"], past),
        (["add", DOG, "--expires", "tomorrow"], "Invalid date format for --expires. Use YYYY-MM-DD (e.g. 2025-12-31)."),
        (["add", DOG, "-m", "{"], broken),
        (["add", DOG, "--custom-categories", "{"], "Invalid JSON in --custom-categories."),
        (["add", DOG, "--structured-data-schema", "{"], "Invalid JSON in --structured-data-schema."),
        (["add", "--messages", "{"], "Invalid JSON in --messages:"),
        (["add", "-f", "/nonexistent"], "Failed to read file:"),
        (["search"], "Search query cannot be empty."),
        (["search", "tea", "--filter", "{"], "Invalid JSON in --filter."),
        (["search", "tea", "-k", "0"], "--top-k must be >= 1."),
        (["search", "tea", "--threshold", "2"], "--threshold must be between 0.0 and 1.0."),
        (["list", "--page", "0"], "--page must be >= 1."),
        (["list", "--page-size", "0"], "--page-size must be >= 1."),
        (["delete"], "Provide a memory ID, --all, or --entity."),
        (["delete", memory_id, "--all"], "Only one of memory ID, --all, or --entity may be used at a time."),
        (["delete", memory_id, "--entity"], "Only one of memory ID, --all, or --entity may be used at a time."),
    ]:
        refuses(check, " ".join(arguments), cli.served(*arguments, "-u", user), words)
    for arguments, words in [
        (["update", memory_id, "--expires", "2001-01-01"], past),
        (["update", memory_id, "-m", "{"], broken),
        (["entity", "list", "teams"], "Invalid entity type: teams. Use:"),
        (["entity", "delete"], "Provide at least one of --user-id, --agent-id, --app-id, --run-id."),
        (["import", "/nonexistent"], "Failed to read file:"),
        (["import", cli.file("{")], "Failed to read file:"),
    ]:
        refuses(check, " ".join(arguments[:2]), cli.served(*arguments), words)
    cli.forget()
    refuses(check, "init with a code alone", cli.run("init", "--code", "1", **server), "--code requires --email.")
    refuses(check, "init with no address", cli.run("init", "--email", "me", **server), "Invalid email address: 'me'")
    for arguments in (["get", "colour"], ["set", "colour", "red"]):
        ran = cli.run("config", *arguments)
        says(check, f"config {arguments[0]}", ran, "Error: Unknown config key: colour")
    for arguments, words in [
        (["remember"], "No such command 'remember'."),
        (["list", "--sideways"], "No such option: --sideways"),
        (["get"], "Missing argument 'memory_id'."),
    ]:
        says(check, " ".join(arguments), cli.run(*arguments), words, status=2)
    says(check, "the installed script", cli.installed("version"), f"◆ Mem0 CLI v{VERSION}")
    check.equal("nothing has changed", texts(platform, user_id=user), [GREEN_TEA])
