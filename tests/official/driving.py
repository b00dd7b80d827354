"""The official Python clients, driven alike."""

import inspect
import os
import tempfile

# The package reads these when it is imported.
os.environ["MEM0_TELEMETRY"] = "False"
os.environ.setdefault("MEM0_DIR", os.path.join(tempfile.gettempdir(), "mem0-official"))
os.environ.pop("MEM0_API_KEY", None)

from mem0 import AsyncMemoryClient, MemoryClient


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
