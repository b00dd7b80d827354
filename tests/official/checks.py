"""What the drivers share: counting what passed, and plain HTTP beside what is driven."""

import argparse
import json
import time
import urllib.error
import urllib.parse
import urllib.request

DEADLINE_SECONDS = 30


class Checks:
    """Counts what passed and failed, one printed line each."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.group = ""
        self.last_exchange = None

    def that(self, what, holds, shown=""):
        """`holds` is true; `shown` explains a failure."""
        if holds:
            self.passed += 1
            print(f"ok      {self.group}: {what}")
            return
        self.failed += 1
        print(f"FAILED  {self.group}: {what}\n        {shown}\n        last exchange: {self.last_exchange}")

    def equal(self, what, found, expected):
        self.that(what, found == expected, f"found    {found!r}\n        expected {expected!r}")

    def raises(self, what, expected, call, *arguments, saying="", **options):
        """The call raises exactly the class `expected`, with `saying` in its message; returns the exception."""
        try:
            answer = call(*arguments, **options)
        except Exception as error:
            right = type(error) is expected and saying in str(error)
            self.that(what, right, f"raised {error!r}, not {expected.__name__} with {saying!r}")
            return error
        self.that(what, False, f"answered {answer!r} where {expected.__name__} was due")
        return None

    def run(self, name, group, *arguments):
        """Runs one group. One that breaks off has failed, and so has one that checks nothing."""
        self.group = name
        before = self.passed + self.failed
        try:
            group(*arguments)
        except Exception as error:
            self.that("runs to its end", False, repr(error))
        if self.passed + self.failed == before:
            self.that("checks something", False)

    def end(self, what):
        """Prints the line that `run` reads the count from, and returns the exit status."""
        print(f"{self.passed} passed, {self.failed} failed: {what}")
        return 1 if self.failed else 0


def groups(module):
    """Every function of the module that is a group of checks, in order: none can be left out of a list."""
    return [value for name, value in vars(module).items() if name.startswith("check_")]


def loopback(url):
    """The address without a trailing slash, or an error that argparse shows."""
    if urllib.parse.urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise argparse.ArgumentTypeError("the checks delete everything, so the host must be a loopback address")
    return url.rstrip("/")


class Platform:
    """Plain HTTP, for what is driven has no way to do or to see."""

    def __init__(self, host, api_key):
        self.host = host
        self.api_key = api_key

    def request(self, method, path, body=None):
        """The status and the decoded body."""
        request = urllib.request.Request(
            self.host + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Token {self.api_key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def finished_event(self, event_id):
        """The event once it is no longer queued or running."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            status, event = self.request("GET", f"/v1/event/{event_id}/")
            if status != 200 or event["status"] in ("SUCCEEDED", "FAILED"):
                return event
            if time.monotonic() > deadline:
                raise TimeoutError(f"event {event_id} is still {event['status']}")
            time.sleep(0.05)


def until(condition):
    """Whether the condition came true before the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
