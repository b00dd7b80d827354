"""The official Python clients, driven alike, with a count of what passed."""

import inspect
import json
import os
import tempfile
import time
import urllib.error
import urllib.request

# The package reads these when it is imported.
os.environ["MEM0_TELEMETRY"] = "False"
os.environ.setdefault("MEM0_DIR", os.path.join(tempfile.gettempdir(), "mem0-official"))
os.environ.pop("MEM0_API_KEY", None)

from mem0 import AsyncMemoryClient, MemoryClient

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


class Official:
    """One of the two official clients; the asynchronous one's coroutines are run to their end."""

    def __init__(self, name, client, loop, checks):
        self.name = name
        self.client = client
        self.loop = loop
        self.remember_exchanges(checks)

    def __getattr__(self, method):
        def call(*arguments, **options):
            answer = getattr(self.client, method)(*arguments, **options)
            return self.loop.run_until_complete(answer) if inspect.isawaitable(answer) else answer

        return call

    def scope(self, purpose):
        """An id of this client's own, so that the two don't see each other's memories."""
        return f"{self.name}-{purpose}"

    def remember_exchanges(self, checks):
        def describe(request, response):
            checks.last_exchange = (
                f"{request.method} {request.url.raw_path.decode()} {request.content.decode()}"
                f" -> {response.status_code} {response.text}"
            )

        def remember(response):
            response.read()
            describe(response.request, response)

        async def remember_async(response):
            await response.aread()
            describe(response.request, response)

        if isinstance(self.client, MemoryClient):
            self.client.client.event_hooks["response"] = [remember]
        else:
            self.client.async_client.event_hooks["response"] = [remember_async]

    def close(self):
        if isinstance(self.client, AsyncMemoryClient):
            self.loop.run_until_complete(self.client.__aexit__(None, None, None))


class Platform:
    """Plain HTTP for what the official clients have no method for."""

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
