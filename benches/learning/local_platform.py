"""A local platform that learns, and a model for it, as processes and threads of a measurement."""

import json
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API_KEY = "m0-measured"


class Model:
    """A server with the protocol of OpenAI, on a free port of this machine.

    `answer` gets each path and request, and returns the answer as an object.
    """

    def __init__(self, answer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    status, answered = 200, answer(self.path, request)
                except urllib.error.HTTPError as error:
                    status, answered = error.code, json.loads(error.read() or b"{}")
                except OSError as error:
                    status, answered = 503, {"error": {"message": str(error)}}
                body = json.dumps(answered).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}/v1"


def completion(text, model="scripted", usage=None):
    """An answer of a model with this text."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    tokens = usage or {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {"id": "0", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": tokens}


def fact(text, quote, about="user", state=None, message=1):
    """A fact as the model is asked to tell it."""
    return {
        "message": message,
        "quote": quote,
        "text": text,
        "about": about,
        "state": state,
        "kind": "state" if state else "other",
        "denied": False,
        "when": None,
        "recurring": False,
        "categories": [],
        "relation": None,
        "to": None,
        "links": [],
    }


class Platform:
    """`mem0-server` with an empty folder and a model of its own, until it is closed."""

    def __init__(self, server, address, model, api_key="unused", **config):
        llm = {"provider": "openai"}
        llm["config"] = {"model": model, "api_key": api_key, "openai_base_url": address} | config
        self.folder = tempfile.TemporaryDirectory()
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+")
        options = ["--listen", "127.0.0.1:0", "--data-dir", f"{self.folder.name}/data", "--api-key", API_KEY]
        self.process = subprocess.Popen(
            [server, *options, "--llm", json.dumps(llm)], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        # It says on one line where it listens.
        for line in self.process.stdout:
            if at := re.search(r"127\.0\.0\.1:\d+", line):
                self.host = f"http://{at[0]}"
                break
        else:
            self.log.seek(0)
            raise SystemExit(f"{server} did not start:\n{self.log.read()}")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {API_KEY}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.host + path, method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def learn(self, messages, user, patience=60, **options):
        """Adds messages, and returns the event once it is done, or as it is when patience ends."""
        added = self.request("POST", "/v3/memories/add/", {"messages": messages, "user_id": user} | options)
        deadline = time.monotonic() + patience
        while True:
            event = self.request("GET", f"/v1/event/{added['event_id']}/")
            if event["status"] in ("SUCCEEDED", "FAILED") or time.monotonic() > deadline:
                return event
            time.sleep(0.02)

    def memories(self, user, **options):
        """All memories of a user, also those that do not hold any more."""
        rows, page = [], 1
        while True:
            body = {"filters": {"user_id": user}} | options
            found = self.request("POST", f"/v3/memories/?page={page}&page_size=100", body)
            rows += found["results"]
            if not found["next"]:
                return rows
            page += 1
