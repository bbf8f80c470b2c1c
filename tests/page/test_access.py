"""The page for those who do not see it, or not well: what axe-core finds wrong in each of its states."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from page.conftest import Visiting
from rig import planted
from rig.artefacts import ROOT
from rig.filter import Filter, exchange, mapping, ten_minutes
from rig.sidecar import Sidecar

AXE = ROOT / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
PLACEHOLDER = "AWS_S3_BUCKET_0Y4XSX7XPWX8"


def violations(page: Page) -> list[str]:
    """In the words of axe, each with the elements that it is about."""
    page.evaluate(AXE.read_text())
    # Colours are what they are when nothing moves any more.
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{each['id']}: {each['help']}: {[node['html'][:120] for node in each['nodes']]}" for each in found]


def an_exchange(page: Page) -> None:
    page.locator("#exchanges-rows button.open").first.click()
    expect(page.locator("#exchange pre")).to_be_visible()


def a_question(page: Page) -> None:
    an_exchange(page)
    page.locator("#exchange .placeholder").click()
    expect(page.locator("#reveal-reason")).to_be_focused()


def a_text(page: Page) -> None:
    page.locator("#try-text").scroll_into_view_if_needed()
    expect(page.locator("#try-findings tr")).not_to_have_count(0)


def what_is_known(page: Page) -> None:
    page.get_by_role("button", name="Known default").click()
    expect(page.locator("#known-names li")).not_to_have_count(0)


def whether_to_forget(page: Page) -> None:
    page.get_by_role("button", name="Forget default").click()
    expect(page.locator("#forget-name")).to_be_visible()


def nothing_more(page: Page) -> None:
    pass


@pytest.fixture(scope="module")
def busy(alone: Sidecar) -> Sidecar:
    caller = Filter(alone, "w-access")
    caller.call(exchanges=ten_minutes()[-120:])
    body = f"Who may read {PLACEHOLDER}?"
    told = exchange(masked=[["s3_bucket", 1]], masked_body=body, refused="AWS_MASKER_2012", unresolved=3)
    caller.call(mappings=[mapping(PLACEHOLDER, planted.bucket(91), known=True)], exchanges=[told])
    return alone


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "opened",
    [nothing_more, an_exchange, a_question, a_text, what_is_known, whether_to_forget],
    ids=lambda it: it.__name__,
)
def test_axe_has_no_complaint(
    visit: Visiting, busy: Sidecar, theme: str, width: int, opened: Callable[[Page], None]
) -> None:
    page = visit(busy.page(), width=width, color_scheme=theme).page
    expect(page.locator("#exchanges-rows tr").nth(20)).to_be_attached()
    opened(page)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_no_complaint_of_the_way_in(visit: Visiting, alone: Sidecar, theme: str) -> None:
    page = visit(alone.url, color_scheme=theme).page
    page.locator("#token").fill("wrong-token-0123456789")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-wrong")).not_to_be_empty()
    assert violations(page) == []
