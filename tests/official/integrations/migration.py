"""The official migration from the open-source store, scripts/oss-to-platform-migrate.sh of mem0ai/mem0.

That script is in no package, so this sends the requests that its import sends, decides as it decides, and counts as it
counts. MEM0_MIGRATION_SCRIPT=PATH runs the script itself through the same checks.
"""

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from scenario import play

COUNTS = ("Imported", "Skipped existing identical", "Changed existing", "Invalid", "Failed")
SOURCE = {"sdk": "python", "vector_store": "qdrant", "storage": "hosted", "collection": "mem0"}


def record(number, text, **fields):
    """One memory as the script's export writes it."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "memory": text,
        "hash": hashlib.md5(text.encode()).hexdigest(),
        "created_at": f"2025-03-0{number}T08:00:00+00:00",
        "source": "python_oss_qdrant",
        **fields,
    }


class Retold:
    """The script's import over plain HTTP."""

    def __init__(self, platform):
        self.platform = platform

    def run(self, records):
        status, ping = self.platform.request("GET", "/v1/ping/")
        if status != 200 or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", ping.get("user_email") or ""):
            raise RuntimeError(f"the script refuses this account's address: {ping}")
        counts = Counter()
        payloads = []
        for one in records:
            ids = {name: one[name] for name in ("user_id", "agent_id", "run_id") if one.get(name)}
            if ids:
                payloads.append(self.payload(one, ids))
            else:
                counts["Invalid"] += 1
        existing = {}
        for name, value in {self.scope(payload) for payload in payloads}:
            for row in self.listed({name: value}):
                key = (row.get("metadata") or {}).get("mem0_migration_import_key")
                if key:
                    existing[key] = row["metadata"].get("mem0_migration_local_hash")
        for payload in payloads:
            metadata = payload["metadata"]
            if metadata["mem0_migration_import_key"] not in existing:
                status, _ = self.platform.request("POST", "/v3/memories/add/", payload)
                counts["Imported" if status < 400 else "Failed"] += 1
            elif existing[metadata["mem0_migration_import_key"]] == metadata["mem0_migration_local_hash"]:
                counts["Skipped existing identical"] += 1
            else:
                counts["Changed existing"] += 1
        return [counts[name] for name in COUNTS]

    def scope(self, payload):
        """The first id that it has, by which the script looks for what is there already."""
        return next((name, payload[name]) for name in ("user_id", "agent_id", "run_id") if name in payload)

    def payload(self, one, ids):
        key = ":".join(["python", "qdrant", SOURCE["collection"], one["id"]])
        return {
            "messages": [{"role": "user", "content": one["memory"]}],
            "metadata": {
                **one.get("metadata", {}),
                "mem0_migration_source": one["source"],
                "mem0_migration_collection": SOURCE["collection"],
                "mem0_migration_local_id": one["id"],
                "mem0_migration_local_hash": one["hash"],
                "mem0_migration_import_key": hashlib.sha256(key.encode()).hexdigest(),
            },
            "infer": False,
            "source": "migration",
            **ids,
            "timestamp": int(datetime.fromisoformat(one["created_at"]).timestamp()),
        }

    def listed(self, scope):
        """Every memory of the scope, page by page."""
        page = 1
        while True:
            path = f"/v3/memories/?page={page}&page_size=100"
            status, answer = self.platform.request("POST", path, {"filters": scope, "source": "migration"})
            if status != 200:
                raise RuntimeError(f"{path} is a {status}: {answer}")
            yield from answer["results"]
            if not answer.get("next"):
                return
            page += 1


class Script:
    """The script itself, on an export's file."""

    def __init__(self, platform, path):
        self.platform = platform
        self.path = path

    def run(self, records):
        with tempfile.TemporaryDirectory() as folder:
            export = Path(folder) / "export.json"
            export.write_text(json.dumps({"version": 1, "source": SOURCE, "records": records}))
            options = ["--api-key", self.platform.api_key, "--base-url", self.platform.host, "--yes"]
            done = subprocess.run(
                ["bash", self.path, "--import-only", "--input", str(export), *options],
                capture_output=True,
                text=True,
                env={**os.environ, "MEM0_DIR": folder, "MEM0_TELEMETRY": "false"},
            )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return [int(re.search(rf"^{name}: (\d+)$", done.stdout, re.MULTILINE)[1]) for name in COUNTS]


def import_twice(check, stored, importer, suffix):
    """Everything is imported, a second run imports nothing, and a changed record is told."""
    rosa, guide = f"rosa-{suffix}", f"guide-{suffix}"
    records = [
        record(1, "I like green tea", user_id=rosa, metadata={"mood": "happy"}),
        # The open-source store may have a text twice.
        record(2, "I like green tea", user_id=rosa, metadata={"mood": "sad"}),
        record(3, "I like green tea", user_id=rosa, metadata={"mood": "happy"}),
        record(4, "Momo is a puppy", user_id=rosa, run_id="r-1"),
        record(5, "The train leaves at nine", agent_id=guide),
        record(6, "Nobody's"),
    ]
    check.equal("all are imported", importer.run(records), [5, 0, 0, 1, 0])
    rows = sorted(stored.rows(user_id=rosa), key=lambda row: row["metadata"]["mem0_migration_local_id"])
    check.equal("and are there", [row["memory"] for row in rows], [one["memory"] for one in records[:4]])
    moods = [row["metadata"].get("mood") for row in rows]
    check.equal("each with its metadata", moods, ["happy", "sad", "happy", None])
    moments = [row["created_at"][:19] + "+00:00" for row in rows]
    check.equal("and its moment", moments, [one["created_at"] for one in records[:4]])
    check.equal("the agent's", stored.texts(agent_id=guide), ["The train leaves at nine"])
    check.equal("a second run imports nothing", importer.run(records), [0, 5, 0, 1, 0])
    check.equal("nothing was added", len(stored.rows(user_id=rosa)), 4)

    records[3]["hash"] = "changed"
    check.equal("what has changed since is left", importer.run(records), [0, 4, 1, 1, 0])
    records.append(record(7, "I have moved", user_id=rosa))
    check.equal("what is new comes alone", importer.run(records), [1, 4, 1, 1, 0])
    check.equal("and is there", len(stored.rows(user_id=rosa)), 5)


def check_pages(check, stored):
    """A scope of more than one page is read to its end."""
    importer = Retold(stored.platform)
    records = [record(1, f"Fact {n}", user_id="many", metadata={"n": n}) for n in range(105)]
    for n, one in enumerate(records):
        one["id"] = f"many-{n}"
    check.equal("all are imported", importer.run(records), [105, 0, 0, 0, 0])
    check.equal("a second run imports nothing", importer.run(records), [0, 105, 0, 0, 0])


def check_import(check, stored):
    import_twice(check, stored, Retold(stored.platform), "retold")


if script := os.environ.get("MEM0_MIGRATION_SCRIPT"):

    def check_script(check, stored):
        import_twice(check, stored, Script(stored.platform, script), "script")


play(__name__, named="migration")
