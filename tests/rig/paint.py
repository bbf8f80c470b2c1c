"""`make bench`: how soon the page of a sidecar is there on a first visit, and how much travels for it."""

import statistics
import sys
import tempfile
from pathlib import Path

from rig.artefacts import NotBuilt
from rig.chromium import chromium
from rig.filter import Filter, ten_minutes
from rig.sidecar import Sidecar

LOADS = 15
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# The page allows no text as a script, so that nothing can be asked again and again: it is watched from its beginning.
WATCH = """new MutationObserver((_, watching) => {
  if (!document.querySelector('#exchanges-rows tr')) return;
  window.shown = performance.now();
  watching.disconnect();
}).observe(document, { childList: true, subtree: true })"""
BYTES = """performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
  .filter((entry) => !entry.name.includes('/v1/')).reduce((sum, entry) => sum + entry.transferSize, 0)"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="aws-masker-paint-") as logs, Sidecar("sidecar", Path(logs)) as sidecar:
        caller, told = Filter(sidecar, "w1"), ten_minutes()
        for at in range(0, len(told), 200):
            caller.call(exchanges=told[at : at + 200])
        paints, numbers, sizes = [], [], []
        with chromium() as browser:
            for _ in range(LOADS):
                # Nothing is cached: each visit is a first one.
                context = browser.new_context(viewport={"width": 1280, "height": 900})
                page = context.new_page()
                page.add_init_script(WATCH)
                page.goto(sidecar.page())
                page.locator("#exchanges-rows tr").first.wait_for()
                numbers.append(page.evaluate("window.shown"))
                paints.append(page.evaluate(PAINT))
                sizes.append(page.evaluate(BYTES))
                context.close()
    print(f"the page, first visit, {LOADS} times:")
    for what, found in (("first paint", paints), ("numbers of ten minutes", numbers)):
        print(f"  {what}: {statistics.median(found):.0f} ms (median), {max(found):.0f} ms (slowest)")
    print(f"  its own files: {statistics.median(sizes) / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotBuilt as reason:
        sys.exit(f"error: {reason}")
