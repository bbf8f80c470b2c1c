"""`make pictures`: the sidecar's page as the documentation shows it, with ten minutes of invented traffic."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from aws_masker.artefacts import CHECKOUT, NotBuilt
from rig.chromium import chromium
from rig.filter import Filter, exchange, mapping, ten_minutes
from rig.redis_server import RedisServer
from rig.sidecar import Sidecar

FOLDER = CHECKOUT / "docs" / "images"
# Name, width, height, theme, and the section at the top.
PICTURES = [
    ("page", 1600, 1000, "light", None),
    ("page-dark", 1600, 1000, "dark", None),
    ("page-tablet", 1024, 1180, "dark", None),
    ("page-phone", 390, 844, "light", None),
    ("page-phone-dark", 390, 844, "dark", None),
    ("try-box", 1600, 760, "light", "#try"),
]


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aws-masker-pictures-") as directory, ExitStack() as stack:
        logs = Path(directory)
        redis = stack.enter_context(RedisServer("redis", logs))
        sidecar = stack.enter_context(Sidecar("sidecar", logs, redis.env))
        filters = [Filter(sidecar, f"kong-7d9f-w{n}") for n in (1, 2)]
        told = ten_minutes()
        for at in range(0, len(told), 100):
            filters[at // 100 % 2].call(exchanges=told[at : at + 100])
        known = mapping("AWS_S3_BUCKET_0Y4XSX7XPWX8", "acme-prod-logs", "platform", known=True)
        filters[0].call(mappings=[known], exchanges=[exchange(scope="platform", at_ms=told[-1]["at_ms"])])
        browser = stack.enter_context(chromium())
        for name, width, height, theme, section in PICTURES:
            for each in filters:
                each.call()
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            page.goto(sidecar.page())
            page.locator("#exchanges-rows tr").nth(10).wait_for()
            if section:
                page.locator(section).evaluate("section => section.scrollIntoView()")
                page.locator("#try-findings tr").first.wait_for()
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotBuilt as reason:
        sys.exit(f"error: {reason}")
