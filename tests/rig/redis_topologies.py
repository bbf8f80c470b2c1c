"""Redis with replicas: a cluster, or a primary that sentinels watch. Real processes that lose a primary."""

import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

import redis

from aws_masker.ports import LOOPBACK, free_port
from aws_masker.process import Process
from aws_masker.waiting import wait_for
from rig.redis_server import PASSWORD, RedisServer, program

PATIENCE = 60.0
# As quick as a loaded machine allows without taking a slow node for a dead one.
DOWN_AFTER_MS = 2_000
# A write is in the append-only file before it is answered; to flush the disk matters for a power cut only.
USUAL = (f"masterauth {PASSWORD}", "appendfsync no", "repl-diskless-sync-delay 0")
SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))
NAME = "main"


class Replicated:
    """Some nodes, of which `victim` is a primary. The nodes are started by the `with`, and ended by pid."""

    def __init__(self, name: str, directory: Path):
        self.name = name
        self.nodes: list[RedisServer] = []
        self._directory = directory
        self._stack = ExitStack()

    def __enter__(self) -> "Replicated":
        with ExitStack() as stack:
            self._stack = stack
            self._build()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def victim(self) -> RedisServer:
        return self.nodes[0]

    @property
    def env(self) -> dict[str, str]:
        raise NotImplementedError

    def _build(self) -> None:
        raise NotImplementedError

    def moved(self) -> bool:
        """Returns whether another node has taken the victim's place."""
        return any(is_primary(node) for node in self._heirs())

    def placeholders(self) -> set[str]:
        """Returns the placeholders that the current primaries hold."""
        primaries = [node for node in self.nodes if node.process.alive() and is_primary(node)]
        return set().union(*(node.placeholders() for node in primaries))

    def acknowledged_by_victim(self) -> set[str]:
        """Returns what the dead primary had written to its file before it answered: everything it ever acknowledged."""
        with RedisServer(f"{self.name}-autopsy", self._directory, ("appendfsync no",)) as reader:
            reader.process.kill()
            shutil.rmtree(reader.volume)
            shutil.copytree(self.victim.volume, reader.volume)
            return reader.start().placeholders()

    def _heirs(self) -> list[RedisServer]:
        return self.nodes[1:]

    def _node(self, *settings: str) -> RedisServer:
        node = RedisServer(f"{self.name}-{len(self.nodes)}", self._directory, (*USUAL, *settings))
        self.nodes.append(self._stack.enter_context(node))
        return node


class Cluster(Replicated):
    """Three primaries, and a replica of each."""

    @property
    def env(self) -> dict[str, str]:
        nodes = ",".join(f"{LOOPBACK}:{node.port}" for node in self.nodes)
        return {"REDIS_CLUSTER": nodes, "REDIS_PASSWORD": PASSWORD}

    def _heirs(self) -> list[RedisServer]:
        return [self.nodes[3]]

    def _build(self) -> None:
        for _ in range(6):
            bus = free_port()
            node = self._node(
                "cluster-enabled yes",
                f"cluster-port {bus}",
                f"cluster-node-timeout {DOWN_AFTER_MS}",
                "cluster-replica-validity-factor 0",
            )
            self.nodes[0].client.execute_command("CLUSTER MEET", LOOPBACK, node.port, bus)
        for node, (first, last) in zip(self.nodes, SLOTS, strict=False):
            node.client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
        for primary, replica in zip(self.nodes[:3], self.nodes[3:], strict=True):
            wait_for(f"{replica.process.name} is a replica", lambda p=primary, r=replica: follows(p, r), PATIENCE)
        for node in self.nodes:
            wait_for(f"{node.process.name} finds the cluster whole", lambda node=node: is_whole(node), PATIENCE)
        for replica in self.nodes[3:]:
            wait_for(f"{replica.process.name} is in step", lambda replica=replica: in_step(replica), PATIENCE)


class Sentinels(Replicated):
    """A primary with two replicas, and three sentinels, of which two must agree."""

    def __init__(self, name: str, directory: Path):
        super().__init__(name, directory)
        self._sentinels: list[redis.Redis] = []

    @property
    def env(self) -> dict[str, str]:
        ports = [sentinel.connection_pool.connection_kwargs["port"] for sentinel in self._sentinels]
        sentinels = ",".join(f"{LOOPBACK}:{port}" for port in ports)
        return {"REDIS_SENTINELS": sentinels, "REDIS_SENTINEL_PRIMARY": NAME, "REDIS_PASSWORD": PASSWORD}

    def _build(self) -> None:
        primary = self._node()
        for _ in range(2):
            replica = self._node(f"replicaof {LOOPBACK} {primary.port}")
            wait_for(f"{replica.process.name} is in step", lambda replica=replica: in_step(replica), PATIENCE)
        for number in range(3):
            self._sentinels.append(self._sentinel(f"{self.name}-sentinel-{number}", primary.port))
        for sentinel in self._sentinels:
            wait_for("a sentinel knows all others", lambda sentinel=sentinel: knows_all(sentinel), PATIENCE)

    def _sentinel(self, name: str, primary: int) -> redis.Redis:
        port, config = free_port(), self._directory / f"{name}.conf"
        config.write_text(
            f"port {port}\nbind {LOOPBACK}\n"
            f"sentinel monitor {NAME} {LOOPBACK} {primary} 2\nsentinel auth-pass {NAME} {PASSWORD}\n"
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}\nsentinel failover-timeout {NAME} 10000\n"
        )
        process = Process(name, [program(), str(config), "--sentinel"], self._directory)
        self._stack.callback(process.kill)
        client = self._stack.enter_context(redis.Redis(LOOPBACK, port, socket_timeout=5))
        process.start().wait_ready(f"{name} answers PING", lambda: asked(client, "PING"))
        return client


def asked(client: redis.Redis, *command: object) -> object:
    """Returns the answer, or nothing if there is no answer yet."""
    with suppress(redis.RedisError):
        return client.execute_command(*command)
    return None


def is_primary(node: RedisServer) -> bool:
    role = asked(node.client, "ROLE")
    return bool(role) and role[0] == b"master"


def follows(primary: RedisServer, replica: RedisServer) -> bool:
    """Makes it a replica, which fails until it has heard of the primary."""
    return bool(asked(replica.client, "CLUSTER REPLICATE", primary.client.execute_command("CLUSTER MYID").decode()))


def is_whole(node: RedisServer) -> bool:
    told = str(asked(node.client, "CLUSTER INFO")) + str(asked(node.client, "CLUSTER NODES"))
    return ("cluster_state:ok" in told or "'cluster_state': 'ok'" in told) and told.count("slave") == 3


def in_step(replica: RedisServer) -> bool:
    role = asked(replica.client, "ROLE")
    return bool(role) and role[0] == b"slave" and role[3] == b"connected"


def knows_all(sentinel: redis.Redis) -> bool:
    with suppress(redis.RedisError):
        state = sentinel.sentinel_master(NAME)
        return (state["num-slaves"], state["num-other-sentinels"]) == (2, 2)
    return False
