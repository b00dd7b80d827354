#!/usr/bin/env python3
"""A language model that answers from a script, over the protocols of OpenAI and Ollama, on a loopback port.

    scripted_model.py [PORT]

Prints its address, with a port of its own choice where none is given, and answers until it is ended. A word of the new messages picks what it says; a fact whose `to` is
a text points to the known memory with that text.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def fact(text, quote, state=None, **others):
    return {
        "message": 1,
        "quote": quote,
        "text": text,
        "about": "user",
        "state": state,
        "kind": "state",
        "denied": False,
        "when": None,
        "recurring": False,
        "categories": [],
        "relation": None,
        "to": None,
        "links": [],
    } | others


ACME = "User works at Acme as a nurse"

SCRIPT = {
    "forget": [
        fact("User wants the cello forgotten", "forget that I play the cello", relation="retracts", to="User plays the cello")
    ],
    "at Acme": [fact(ACME, "I work at Acme as a nurse", "employer", categories=["professional_details"])],
    "Birch": [
        fact("User started at Birch Clinic", "I started at Birch Clinic", "employer", relation="replaces", to=ACME)
    ],
    "cello": [fact("User plays the cello", "I play the cello", "hobby", categories=["hobbies"])],
    "tennis": [
        fact("User has taken up tennis", "I've taken up tennis", "hobby", relation="replaces", to="User plays the cello")
    ],
    "the 12th": [fact("User's flight is on the 12th", "My flight is on the 12th", "flight_date")],
    "the 21st": [
        fact(
            "User's flight is on the 21st",
            "I mistyped, my flight is on the 21st",
            "flight_date",
            relation="corrects",
            to="User's flight is on the 12th",
        )
    ],
    "花生": [fact("我对花生过敏", "我对花生过敏", "allergy")],
}


def answer(request):
    lines = "\n".join(message["content"] for message in request["messages"]).splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    new = " ".join(row["text"] for row in rows if "message" in row)
    known = {row["text"]: row["memory"] for row in rows if "memory" in row}
    facts = next((said for word, said in SCRIPT.items() if word in new), [])
    return {"facts": [one | {"to": known.get(one["to"])} for one in facts]}


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_question = "New messages:" in str(request["messages"])
        text = json.dumps(answer(request), ensure_ascii=False) if is_question else "yes"
        message = {"role": "assistant", "content": text}
        if self.path == "/api/chat":
            said = {"message": message, "done": True, "done_reason": "stop", "prompt_eval_count": 100, "eval_count": 10}
        else:
            said = {
                "id": "scripted",
                "object": "chat.completion",
                "created": 0,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }
        body = json.dumps({"model": request["model"]} | said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Model)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()
