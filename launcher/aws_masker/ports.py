"""Free loopback ports, from below the range that the kernel gives to outgoing connections.

A port of that range could be taken by a client while the process that it is meant for restarts.
"""

import random
import socket

LOOPBACK = "127.0.0.1"
_given: set[int] = set()


def free_port() -> int:
    for _ in range(1000):
        port = random.randrange(20_000, 32_000)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise RuntimeError("no free loopback port between 20000 and 32000")


def is_free(port: int, address: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
