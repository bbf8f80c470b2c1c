"""The sidecar's page in a real browser. Everything that the browser fetched and said is checked after each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from rig import planted
from rig.chromium import chromium
from rig.sidecar import Sidecar

# Milliseconds in which the page has to show what happened. On a loaded machine even a click takes long.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# Calls whose answer has a value, because somebody asked for it.
SHOWING = "/v1/lookup"


@dataclass
class Visit:
    """One page of a browser: what it fetched, and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    fetched: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("requestfinished", lambda request: self._keep(request.response()))
        self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('CSP', e.effectiveDirective))"
        )

    def show(self, state: str) -> None:
        expect(self.page.locator("#truth-state")).to_have_text(state)

    def values(self) -> list[str]:
        """Planted values in the page as it is now, in all its properties, and in what it fetched."""
        texts = [self.page.content().encode(), self._inputs().encode()]
        texts += [body for url, body in self.fetched if not url.endswith(SHOWING)]
        return [found for text in texts for found in planted.shown(text)]

    def _inputs(self) -> str:
        return self.page.evaluate("[...document.querySelectorAll('input, textarea')].map(e => e.value).join('\\n')")

    def _note(self, kind: str, text: str) -> None:
        # Chromium reports each answer of 4xx as an error of its own.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def _keep(self, response: Response | None) -> None:
        # A stream of events has no end to wait for.
        if response is not None and response.status == 200 and not response.url.endswith("/v1/live"):
            self.fetched.append((response.url, response.body()))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


Visiting = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visiting]:
    """Opens pages, each in a browser of its own."""
    with ExitStack() as stack:
        visits = []

        def visiting(address: str, width: int = 1280, height: int = 900, **how) -> Visit:
            context = browser.new_context(viewport={"width": width, "height": height}, **how)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            visits.append(Visit(context.new_page()))
            visits[-1].page.goto(address)
            return visits[-1]

        yield visiting
        for each in visits:
            assert each.complaints == []


@pytest.fixture(scope="session")
def alone(logs: Path) -> Iterator[Sidecar]:
    """A sidecar of these tests' own, on its embedded store."""
    with Sidecar("sidecar-page", logs) as process:
        yield process
