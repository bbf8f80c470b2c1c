"""The provider of `make smoke`: prints what it was sent, and answers like the Anthropic API by repeating it.

Only the gateway that stands before it is on its network. The end-to-end tests have a richer one (tests/rig/upstream),
which needs more than Python's own library.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = ("0.0.0.0", 8090)


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        print(body.decode(errors="replace"), flush=True)
        said = json.loads(body)["messages"][-1]["content"]
        answer = {
            "id": "msg_mock",
            "type": "message",
            "role": "assistant",
            "model": "mock",
            "content": [{"type": "text", "text": f"You said: {said}"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
        answered = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answered)))
        self.end_headers()
        self.wfile.write(answered)

    def log_message(self, *_: object) -> None:
        """The log is what was sent, and nothing else."""


if __name__ == "__main__":
    ThreadingHTTPServer(ADDRESS, Provider).serve_forever()
