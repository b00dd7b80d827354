#!/usr/bin/env python3
"""The official Python clients against a local platform that learns, by the model of scripted_model.py.

    learning_client.py --host http://127.0.0.1:8888 --api-key KEY
"""

import argparse
import asyncio
import sys
from importlib.metadata import version

from checks import Checks, Platform, groups, loopback
from driving import AsyncMemoryClient, MemoryClient, Official

MARCH, JUNE, JULY = 1772323200, 1780617600, 1783000000


def learn(mem, platform, text, user, **options):
    """Adds a text to be learned of, and returns its event once it is done."""
    return platform.finished_event(mem.add(text, user_id=user, **options)["event_id"])


def memories(mem, user, **options):
    return [row["memory"] for row in mem.get_all(filters={"user_id": user}, **options)["results"]]


def check_facts(mem, check, platform):
    event = learn(mem, platform, "Hello! I work at Acme as a nurse.", mem.scope("ann"), metadata={"chat": 7}, timestamp=MARCH)
    check.equal("the event succeeds", event["status"], "SUCCEEDED")
    check.equal("its results", [(row["event"], row["data"]["memory"]) for row in event["results"]],
                [("ADD", "User works at Acme as a nurse")])
    check.equal("it names the model", event["metadata"]["model"].endswith("scripted"), True)
    check.equal("and counts the tokens", event["metadata"]["usage"], {"input_tokens": 100, "output_tokens": 10})
    row = mem.get_all(filters={"user_id": mem.scope("ann")})["results"][0]
    check.equal("the fact is listed", row["memory"], "User works at Acme as a nurse")
    check.equal("with its category", row["categories"], ["professional_details"])
    check.equal("and the add's metadata", row["metadata"], {"chat": 7})
    hit = mem.search("where does she work?", filters={"user_id": mem.scope("ann")})["results"][0]
    check.equal("and found", hit["id"], row["id"])
    found = mem.search("work", filters={"user_id": mem.scope("ann")}, categories=["professional_details"])["results"]
    check.equal("by its category too", [hit["id"] for hit in found], [row["id"]])
    one = mem.history(row["id"])[0]
    check.equal("history has what was said", one["input"][0]["content"], "Hello! I work at Acme as a nurse.")
    check.equal("small talk teaches nothing", learn(mem, platform, "ok thanks", mem.scope("ann"))["results"], [])


def check_a_change(mem, check, platform):
    learn(mem, platform, "I work at Acme as a nurse.", mem.scope("bea"), timestamp=MARCH)
    learn(mem, platform, "I started at Birch Clinic on Monday.", mem.scope("bea"), timestamp=JUNE)
    check.equal("both are listed", sorted(memories(mem, mem.scope("bea"))),
                ["User started at Birch Clinic", "User works at Acme as a nurse"])
    check.equal("the newer holds", memories(mem, mem.scope("bea"), latest_only=True), ["User started at Birch Clinic"])
    hits = mem.search("Does she work at Birch Clinic?", filters={"user_id": mem.scope("bea")}, latest_only=True)["results"]
    check.equal("in searches too", [hit["memory"] for hit in hits], ["User started at Birch Clinic"])
    rows = {row["memory"]: row for row in mem.get_all(filters={"user_id": mem.scope("bea")})["results"]}
    old, new = rows["User works at Acme as a nurse"], rows["User started at Birch Clinic"]
    one = mem.get(old["id"])
    check.equal("the older says what became of it", (one["lifecycle_state"], one["replaced_by"]),
                ("superseded", new["id"]))
    check.equal("the newer holds by itself", mem.get(new["id"])["lifecycle_state"], "active")
    check.equal("history tells of it", {row["event"] for row in mem.history(old["id"])}, {"ADD", "UPDATE"})
    check.that("the same again is stored once",
               learn(mem, platform, "I started at Birch Clinic!", mem.scope("bea"), timestamp=JULY)["results"][0]["event"] == "NOOP")


def check_what_only_adds(mem, check, platform):
    learn(mem, platform, "I play the cello.", mem.scope("cleo"))
    learn(mem, platform, "I've taken up tennis.", mem.scope("cleo"))
    check.equal("two hobbies both hold", sorted(memories(mem, mem.scope("cleo"), latest_only=True)),
                ["User has taken up tennis", "User plays the cello"])
    event = learn(mem, platform, "Please forget that I play the cello.", mem.scope("cleo"))
    check.equal("what is taken back is deleted", [row["event"] for row in event["results"]], ["DELETE"])
    check.equal("and the other stays", memories(mem, mem.scope("cleo")), ["User has taken up tennis"])


def check_a_correction(mem, check, platform):
    learn(mem, platform, "My flight is on the 12th.", mem.scope("dora"))
    before = mem.get_all(filters={"user_id": mem.scope("dora")})["results"][0]
    learn(mem, platform, "Sorry, I mistyped, my flight is on the 21st.", mem.scope("dora"))
    after = mem.get_all(filters={"user_id": mem.scope("dora")})["results"]
    check.equal("the memory is corrected", [(row["id"], row["memory"]) for row in after],
                [(before["id"], "User's flight is on the 21st")])
    update = [row for row in mem.history(before["id"]) if row["event"] == "UPDATE"][0]
    check.equal("history has what was wrong", (update["old_memory"], update["new_memory"]),
                ("User's flight is on the 12th", "User's flight is on the 21st"))


def check_languages(mem, check, platform):
    learn(mem, platform, "我对花生过敏。", mem.scope("elin"))
    check.equal("a fact is in the words of its message", memories(mem, mem.scope("elin")), ["我对花生过敏"])


def check_verbatim(mem, check, platform):
    added = mem.add("I work at Acme as a nurse.", user_id=mem.scope("fay"), infer=False)
    check.equal("infer=False stores what was said", added["results"][0]["data"]["memory"], "I work at Acme as a nurse.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True, type=loopback)
    parser.add_argument("--api-key", required=True)
    arguments = parser.parse_args()
    check = Checks()
    loop = asyncio.new_event_loop()
    platform = Platform(arguments.host, arguments.api_key)
    for kind in (MemoryClient, AsyncMemoryClient):
        client = kind(api_key=arguments.api_key, host=arguments.host)
        mem = Official(kind.__name__, client, loop, check)
        for group in groups(sys.modules[__name__]):
            check.run(f"{mem.name} {group.__name__.removeprefix('check_')}", group, mem, check, platform)
        mem.close()
    loop.close()
    return check.end(f"the official Python client {version('mem0ai')} where a model learns")


if __name__ == "__main__":
    sys.exit(main())
