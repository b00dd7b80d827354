"""What both programs are asked and what is expected of them."""

VERSION = "0.2.13"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
GREEN_TEA, CELLO, DOG = "I like green tea", "I play the cello", "My dog is called Momo"


def store(platform, text, **fields):
    """Stores the text verbatim and returns its id."""
    status, added = platform.request("POST", "/v3/memories/add/", {"messages": text, "infer": False, **fields})
    if status != 200:
        raise RuntimeError(f"{status} {added}")
    return added["results"][0]["id"]


def stored(platform, memory_id, *fields):
    """These fields of a memory, or its status if it cannot be read."""
    status, memory = platform.request("GET", f"/v1/memories/{memory_id}/")
    return [memory[field] for field in fields] if status == 200 else status


def texts(platform, **ids):
    """The texts of everything under one id, the latest first."""
    body = {"filters": ids, "show_expired": True}
    return [row["memory"] for row in platform.request("POST", "/v3/memories/", body)[1]["results"]]


def says(check, what, ran, *words, status=0):
    """The command ended with `status`, and all of these stand in what it printed."""
    missing = [some for some in words if some not in ran.text]
    check.that(what, ran.status == status and not missing, f"{ran!r}\n        without {missing}")


def refuses(check, what, ran, *words):
    says(check, what, ran, "Error:", *words, status=1)


def answers(check, what, ran, expected):
    """The command succeeded and printed this JSON; the time that an envelope says it took is left out."""
    found = ran.json
    if isinstance(found, dict):
        found.pop("duration_ms", None)
    check.equal(what, (ran.status, found), (0, expected))


def silent(check, what, ran):
    check.equal(what, (ran.status, ran.out), (0, ""))


def envelope(command, data, **more):
    return {"status": "success", "command": command, **more, "data": data}


def fault(command, error):
    return {"status": "error", "command": command, "error": error, "data": None}
