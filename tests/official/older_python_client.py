#!/usr/bin/env python3
"""An older official Python client, unmodified, against a local platform: what it sends is v1 and v2.

    older_python_client.py --host http://127.0.0.1:8888 --api-key KEY

Versions 0.1.98 and 1.0.0 run the same checks, each with the calls that it documents.
"""

import argparse
import logging
import sys
import warnings
from importlib.metadata import version

from checks import Checks, Platform, until
from driving import MemoryClient

PUPPY, TEA = "I have a puppy called Momo", "I like green tea"


def rows(answer):
    """The memories of an answer, which is a bare list or has an envelope."""
    return answer["results"] if isinstance(answer, dict) else answer


def texts(answer):
    return sorted(row["memory"] for row in rows(answer))


def check_add(mem, check, platform, user):
    for content, options in [(PUPPY, {"metadata": {"topic": "pets"}}), (TEA, {})]:
        added = mem.add([{"role": "user", "content": content}], user_id=user, **options)
        [queued] = rows(added)
        check.equal("an add is queued", queued["status"], "PENDING")
        check.equal("and done", platform.finished_event(queued["event_id"])["status"], "SUCCEEDED")


def check_v1(mem, check, user):
    check.equal("get_all of v1", texts(mem.get_all(user_id=user)), [PUPPY, TEA])
    check.equal("one of them", len(mem.get_all(user_id=user, limit=1)), 1)
    hits = mem.search("her dog", user_id=user)
    check.equal("search of v1", hits[0]["memory"], PUPPY)
    check.equal("its metadata", hits[0]["metadata"], {"topic": "pets"})
    check.equal("a stranger finds nothing", mem.search("her dog", user_id=f"{user}-not"), [])


def check_v2(mem, check, user, options):
    filters = {"AND": [{"user_id": user}]}
    check.equal("get_all of v2", texts(mem.get_all(filters=filters, **options)), [PUPPY, TEA])
    paged = mem.get_all(filters=filters, page=2, page_size=1, **options)
    check.equal("a page of them", texts(paged), [PUPPY])
    hits = rows(mem.search("her puppy", filters=filters, **options))
    check.equal("search of v2", hits[0]["memory"], PUPPY)
    check.that("with a score", 0 < hits[0]["score"] <= 1, hits)


def check_changes(mem, check, user, memory_id):
    check.equal("get", mem.get(memory_id)["user_id"], user)
    check.equal("update", mem.update(memory_id, "I like black tea")["memory"], "I like black tea")
    check.equal("history", [change["event"] for change in mem.history(memory_id)], ["ADD", "UPDATE"])
    answer = mem.batch_update([{"memory_id": memory_id, "text": "I like coffee"}])
    check.equal("batch_update", answer, {"message": "Successfully updated 1 memories"})
    check.equal("is stored", mem.get(memory_id)["memory"], "I like coffee")
    check.equal("delete", mem.delete(memory_id), {"message": "Memory deleted successfully!"})


def check_deletions(mem, check, platform, user):
    check.equal("users", [entity["name"] for entity in mem.users()["results"]], [user])
    answer = mem.delete_all(user_id=user)
    check.equal("delete_all", platform.finished_event(answer["event_id"])["status"], "SUCCEEDED")
    left = {"filters": {"user_id": user}}
    check.equal("nothing is left", platform.request("POST", "/v3/memories/", left)[1]["count"], 0)
    mem.delete_users()
    check.that("delete_users", until(lambda: mem.users()["count"] == 0), mem.users())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", required=True)
    parser.add_argument("--api-key", required=True)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    check, user = Checks(), "older"
    installed = version("mem0ai")
    check.group = installed
    platform = Platform(arguments.host, arguments.api_key)
    mem = MemoryClient(api_key=arguments.api_key, host=arguments.host)
    check_add(mem, check, platform, user)
    if installed == "0.1.98":
        check_v1(mem, check, user)
        check_v2(mem, check, user, {"version": "v2"})
        [memory_id] = [row["id"] for row in mem.get_all(user_id=user) if row["memory"] == TEA]
    else:
        check_v2(mem, check, user, {})
        listed = mem.get_all(filters={"user_id": user})
        [memory_id] = [row["id"] for row in rows(listed) if row["memory"] == TEA]
    check_changes(mem, check, user, memory_id)
    check_deletions(mem, check, platform, user)
    return check.end(f"the official Python client {installed}")


if __name__ == "__main__":
    sys.exit(main())
