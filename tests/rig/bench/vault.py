"""How many new mappings the sidecar stores in a Redis, beside the keys that `redis-benchmark` sets in the same one."""

import csv
import json
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path

import httpx2

from aws_masker.ports import LOOPBACK
from rig.bench.figures import Figures
from rig.filter import batch, mapping
from rig.redis_server import PASSWORD, RedisServer
from rig.sidecar import TOKEN, Sidecar

# As many mappings as one call may have, and so many calls.
MAPPINGS, CALLS = 2_000, 40
ROUNDS = 3
# Bytes of a sealed mapping.
SEALED = 100


def figures(logs: Path) -> Figures:
    taken: dict[str, list[float]] = {}
    numbers = count()
    with RedisServer("vault-redis", logs) as redis, Sidecar("vault-sidecar", logs, redis.env) as sidecar:
        for _ in range(ROUNDS):
            calls = [json.dumps(call(numbers)).encode() for _ in range(CALLS)]
            taken.setdefault("sidecar", []).append(MAPPINGS * CALLS / seconds(sidecar, calls))
            if shutil.which("redis-benchmark"):
                taken.setdefault("redis-benchmark", []).append(keys_a_second(redis))
    return {"a second, of the fastest run": {"new mappings, keys": {by: max(rates) for by, rates in taken.items()}}}


def call(numbers: "count[int]") -> dict[str, object]:
    fresh = [next(numbers) for _ in range(MAPPINGS)]
    mappings = [mapping(f"AWS_S3_BUCKET_Z{n:011d}", f"acme-{n:011d}-logs") for n in fresh]
    return batch("w-vault", fresh[0] + 1, mappings=mappings)


def seconds(sidecar: Sidecar, calls: list[bytes]) -> float:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    with httpx2.Client(base_url=sidecar.url, headers=headers, timeout=60) as http:
        start = time.perf_counter()
        for body in calls:
            answer = http.post("/v1/sync", content=body).raise_for_status().json()
            if not answer["acknowledged"]:
                raise RuntimeError(f"the sidecar stored nothing: {answer}")
        return time.perf_counter() - start


def keys_a_second(redis: RedisServer) -> float:
    """One client that sends as many commands at a time as the sidecar does."""
    commands = str(MAPPINGS * CALLS)
    command = ["redis-benchmark", "-h", LOOPBACK, "-p", str(redis.port), "-a", PASSWORD, "-t", "set", "--csv"]
    command += ["-c", "1", "-n", commands, "-P", str(MAPPINGS), "-d", str(SEALED), "-r", commands]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    [rates] = [row for row in csv.DictReader(said.splitlines()) if row["test"] == "SET"]
    return float(rates["rps"])
