"""cloudmask-aws has no gateway: masks and restores the text on standard input, and prints the time that it took."""

import json
import sys
import time

from cloudmask import CloudMask, CloudUnmask

text, rounds = sys.stdin.read(), int(sys.argv[1])
taken = []
for _ in range(rounds):
    start = time.perf_counter()
    mask = CloudMask(seed="bench")
    masked = mask.anonymize(text)
    restored = CloudUnmask(mapping=mask.get_mapping()).unanonymize(masked)
    taken.append(time.perf_counter() - start)
with open("/proc/self/status") as status:
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
print(json.dumps({"masked": masked, "restored": restored, "seconds": taken, "kilobytes": memory}))
