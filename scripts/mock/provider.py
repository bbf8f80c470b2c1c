"""The scripted provider in a container, for `make smoke`: answers like the Anthropic API, prints what it was sent.

It listens on loopback only: the container shares the network of the gateway that stands before it.
"""

import time

from rig.upstream import Scenario, Text, Upstream

PORT = 8090
ANSWER = (Text("Check the route table of «1»: «0» at «3» may not reach «2»."),)


def main() -> None:
    with Upstream(PORT) as upstream:
        upstream.set_default(Scenario(says=ANSWER))
        shown = 0
        while True:
            for request in upstream.journal[shown:]:
                shown += 1
                print(request.body.decode(errors="replace"), flush=True)
            time.sleep(0.1)


if __name__ == "__main__":
    main()
