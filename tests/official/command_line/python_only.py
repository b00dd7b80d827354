"""What only the Python program is asked: help, configuration, setting up, and what is refused.

A command of the Node.js program takes half a second, so that it is asked only what the server has to do with.
"""

import json

from asserting import (
    DOG,
    GREEN_TEA,
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
    check.equal("and the commands", sorted(described.get("commands", [])), python)
    says(check, "nothing to do: the help", cli.run(), "The Memory Layer for AI Agents", status=2)


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
        "platform": {"api_key": key, "base_url": platform.host, "user_email": "local@example.com", "agent_mode": False}
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
    server, not_found = {"MEM0_BASE_URL": platform.host}, '{"detail":"Not found. The API has no such path."}'
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
    refuses(
        check,
        "identify",
        cli.run("identify", "check"),
        "Identify failed: " + '{"detail":"Not found. The API has no such path."}',
    )
    for command in (["add", "I enjoy solving constraint-satisfaction problems."], ["search", "problems"]):
        refuses(check, f"agent-rush {command[0]}", cli.run("agent-rush", *command), "AGENTRUSH error: unknown")


def check_refused_adds(cli, check, platform):
    user = cli.scope("refused")
    refusal = 'Bad request to /v3/memories/add/: {"details":{"message":"At least one entity ID is required (user_id, agent_id, app_id, or run_id)."},"error":"400 Bad Request"}'
    refuses(check, "without an id", cli.served("add", GREEN_TEA), refusal)
    for_agent = cli.served("--json", "add", GREEN_TEA)
    # The Python program says nothing to an agent when an add, or a question about events, fails.
    check.equal("for an agent", (for_agent.status, for_agent.out and for_agent.json), (1, ""))
    spoken = ["--messages", '[{"role": "user", "content": 1}]']
    refuses(
        check,
        "a message of another type",
        cli.served("add", *spoken, "-u", user),
        "Bad request to /v3/memories/add/: {",
    )
    check.equal("nothing is stored", texts(platform, user_id=user), [])


def check_refused_searches(cli, check, platform):
    user = cli.scope("refused-search")
    ids = r'{"error":"Filters are required and cannot be empty. Name a user_id, agent_id, app_id or run_id inside filters, for example {\"filters\": {\"user_id\": \"alice\"}}."}'
    refuses(check, "without an id", cli.served("search", "tea"), f"Bad request to /v3/memories/search/: {ids}")
    answered = cli.served("--json", "search", "tea")
    check.equal(
        "for an agent",
        (answered.status, answered.json),
        (1, fault("search", f"Bad request to /v3/memories/search/: {ids}")),
    )
    refuses(
        check,
        "a blank one",
        cli.served("search", " ", "-u", user),
        "Search query cannot be empty.",
    )
    for what, arguments, words in [
        ("an unknown field", ["--filter", '{"colour": "red"}'], "Bad request to /v3/memories/search/: filters:"),
        (
            "a day that is none",
            ["--reference-date", "someday"],
            "Bad request to /v3/memories/search/: reference_date: must be a date (YYYY-MM-DD)",
        ),
    ]:
        refuses(check, what, cli.served("search", "tea", "-u", user, *arguments), words)


def check_what_the_program_refuses_itself(cli, check, platform):
    """None of this reaches the server."""
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
