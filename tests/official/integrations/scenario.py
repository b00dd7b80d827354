"""What the scenarios of foreign integrations share: how each reaches the server, and what is stored in truth."""

import argparse
import functools
import inspect
import logging
import os
import sys
import warnings
from importlib.metadata import version

# Nothing here may call anybody else; most of these are read when a package is imported.
os.environ.update(
    MEM0_TELEMETRY="False",
    AGNO_TELEMETRY="false",
    CREWAI_DISABLE_TELEMETRY="true",
    HAYSTACK_TELEMETRY_ENABLED="False",
    OTEL_SDK_DISABLED="true",
)

from checks import Checks, Platform, groups, loopback, until


class Stored:
    """The memories as plain HTTP shows them, so that no integration vouches for itself."""

    def __init__(self, platform):
        self.platform = platform

    def rows(self, **ids):
        filters = {"AND": [{name: value} for name, value in ids.items()]}
        status, answer = self.platform.request("POST", "/v3/memories/?page_size=100", {"filters": filters})
        if status != 200:
            raise RuntimeError(f"the list of {ids} is a {status}: {answer}")
        return answer["results"]

    def texts(self, **ids):
        return sorted(row["memory"] for row in self.rows(**ids))

    def become(self, texts, **ids):
        """Whether the scope has exactly these texts in the end: an add with inference is queued."""
        return until(lambda: self.texts(**ids) == sorted(texts))


def point(host, check):
    """Gives the server's address to each official client that is made without one.

    Most integrations make the client themselves and have no setting for its address.
    """
    from mem0 import AsyncMemoryClient, MemoryClient

    def remember(request, response):
        check.last_exchange = (
            f"{request.method} {request.url.raw_path.decode()} {request.content.decode()}"
            f" -> {response.status_code} {response.text}"
        )

    def remember_now(response):
        response.read()
        remember(response.request, response)

    async def remember_later(response):
        await response.aread()
        remember(response.request, response)

    for kind in (MemoryClient, AsyncMemoryClient):
        made = kind.__init__

        @functools.wraps(made)
        def pointed(self, *arguments, made=made, **options):
            named = inspect.signature(made).bind(self, *arguments, **options)
            named.arguments["host"] = host
            made(*named.args, **named.kwargs)
            if isinstance(self, MemoryClient):
                self.client.event_hooks["response"] = [remember_now]
            else:
                self.async_client.event_hooks["response"] = [remember_later]

        kind.__init__ = pointed


def play(module, *packages, named="integration"):
    """Runs each group of checks of the scenario, and ends the program: call it at the module's end."""
    parser = argparse.ArgumentParser(description=sys.modules[module].__doc__)
    parser.add_argument("--host", required=True, type=loopback, help="the server's base URL")
    parser.add_argument("--api-key", required=True)
    arguments = parser.parse_args()
    # Requests and refusals, which a failed check shows where it needs them.
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    check = Checks()
    point(arguments.host, check)
    stored = Stored(Platform(arguments.host, arguments.api_key))
    for group in groups(sys.modules[module]):
        check.run(group.__name__.removeprefix("check_"), group, check, stored)
    sys.exit(check.end(", ".join([named, *(f"{package} {version(package)}" for package in packages)])))
