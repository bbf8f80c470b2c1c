"""A DNS server that knows one name, or has forgotten it."""

import threading

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

from aws_masker.ports import LOOPBACK, free_port

# Seconds that an answer holds: as short as in a network of containers that come and go.
TTL = 1


class NameServer:
    def __init__(self, name: str):
        self.port = free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        self.asked = 0
        self._name = f"{name}."
        self._known = threading.Event()
        self._known.set()
        silent = DNSLogger(logf=lambda _line: None)
        self._server = DNSServer(_Resolver(self), address=LOOPBACK, port=self.port, logger=silent)

    def __enter__(self) -> "NameServer":
        self._server.start_thread()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._server.server.server_close()

    def forget(self) -> None:
        self._known.clear()

    def remember(self) -> None:
        self._known.set()

    def answer(self, question: DNSRecord) -> DNSRecord:
        self.asked += 1
        reply = question.reply()
        if str(question.q.qname) != self._name or not self._known.is_set():
            reply.header.rcode = RCODE.NXDOMAIN
        elif question.q.qtype == QTYPE.A:
            reply.add_answer(RR(self._name, QTYPE.A, rdata=A(LOOPBACK), ttl=TTL))
        return reply


class _Resolver(BaseResolver):
    def __init__(self, server: NameServer):
        self._server = server

    def resolve(self, request: DNSRecord, _handler: object) -> DNSRecord:
        return self._server.answer(request)
