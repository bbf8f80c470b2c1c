"""A scripted upstream: it speaks the APIs' wire formats, answers as it was told, and records what it received."""

from rig.upstream.blocks import Text, Thinking, Tool
from rig.upstream.scenario import Cut, Recorded, Reply, Scenario
from rig.upstream.server import Upstream

__all__ = ["Cut", "Recorded", "Reply", "Scenario", "Text", "Thinking", "Tool", "Upstream"]
