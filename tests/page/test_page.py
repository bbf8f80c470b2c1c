"""What a person sees and does on the sidecar's page."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from page.conftest import Visiting
from rig import planted
from rig.filter import Filter, exchange, mapping, ten_minutes
from rig.gateway import Gateway
from rig.redis_server import RedisServer
from rig.sidecar import OPERATOR_TOKEN, Sidecar
from rig.upstream import Scenario, Text

PLACEHOLDER = "AWS_S3_BUCKET_0Y4XSX7XPWX8"


def test_an_exchange_through_the_gateway_appears(visit: Visiting, gate: Gateway, sidecar: Sidecar):
    seen = visit(sidecar.page())
    # Other tests may have had trouble with this sidecar in the last minute.
    expect(seen.page.locator("#truth-state")).to_have_text(re.compile("Protecting|Degraded|Refusing"))
    question = f"Why is {planted.ec2(71)} in {planted.vpc(72)} down?"
    gate.send({"messages": [{"role": "user", "content": question}]}, Scenario(says=(Text("«0» has no route."),)))
    row = seen.page.locator("#exchanges-rows tr").first
    expect(row.locator("[data-name=Masked]")).to_have_text("2")
    expect(row.locator("[data-name=Restored]")).to_have_text("1")
    expect(row.locator("[data-name=Scope]")).to_have_text("default")
    expect(seen.page.locator("figure", has_text="Values masked").locator(".legend")).to_contain_text("ec2_instance")
    assert seen.page.url == f"{sidecar.url}/", "the token stays in the address"
    assert seen.values() == []
    assert OPERATOR_TOKEN not in seen.page.content()


def test_the_line_of_truth_turns_with_redis_and_back(visit: Visiting, logs: Path):
    with RedisServer("redis-page", logs) as redis, Sidecar("sidecar-redis-page", logs, redis.env) as own:
        caller = Filter(own, "w1")
        caller.call()
        seen = visit(own.page())
        seen.show("Protecting")
        seen.page.evaluate(TURNS)
        redis.process.kill()
        seen.show("Refusing")
        expect(seen.page.locator("#truth-why")).to_contain_text("Redis does not answer")
        expect(seen.page.locator("#health-facts")).to_contain_text("does not answer")
        redis.start()
        caller.call()
        seen.show("Protecting")
        assert seen.page.evaluate("window.turns") == ["Refusing", "Protecting"]


def test_a_self_check_that_fails_is_told(visit: Visiting, logs: Path, alone: Sidecar):
    # What answers there is no gateway.
    check = {"MASKER_SELFCHECK_URL": f"{alone.url}/v1/messages"}
    with Sidecar("sidecar-check-page", logs, check) as own:
        caller = Filter(own, "w1")
        caller.call()
        seen = visit(own.page())
        seen.show("Degraded")
        expect(seen.page.locator("#truth-why")).to_contain_text("The self-check fails")
        facts = seen.page.locator("#health-facts div", has_text="Self-check")
        expect(facts.locator("dd")).to_contain_text("the gateway refuses it")


TURNS = """() => {
  window.turns = [];
  new MutationObserver(() => window.turns.push(document.getElementById("truth-state").textContent))
    .observe(document.getElementById("truth-state"), { childList: true, characterData: true, subtree: true });
}"""


def test_one_value_is_revealed_with_a_reason_and_hidden_again(visit: Visiting, alone: Sidecar):
    value, reason = planted.bucket(73), "incident 4711"
    body = json.dumps({"messages": [{"role": "user", "content": f"Who may read {PLACEHOLDER}?"}]})
    seen = visit(alone.page())
    told = exchange(masked=[["s3_bucket", 1]], masked_body=body)
    Filter(alone, "w-reveal").call(mappings=[mapping(PLACEHOLDER, value, known=True)], exchanges=[told])
    page = seen.page
    page.locator("#exchanges-rows button.open").first.click()
    expect(page.locator("#exchange pre")).to_contain_text(f"Who may read {PLACEHOLDER}?")
    page.locator("#exchange .placeholder").click()
    page.locator("#reveal-show").click()
    expect(page.locator("#reveal-value")).to_be_hidden()
    assert page.locator("#reveal-reason:invalid").count() == 1, "a reason is required"
    page.locator("#reveal-reason").fill(reason)
    assert seen.values() == []
    page.locator("#reveal-show").click()
    expect(page.locator("#reveal-value")).to_have_text(value)
    assert value in page.content()
    page.locator("#reveal-hide").click()
    expect(page.locator("#reveal-value")).to_be_hidden()
    assert seen.values() == [], "a hidden value is in the document"
    audit = [line for line in alone.process.log.read_text().splitlines() if 'audit="/v1/lookup"' in line]
    assert f'placeholder="{PLACEHOLDER}"' in audit[-1]
    assert f'reason="{reason}"' in audit[-1]
    assert "count=1" in audit[-1]


def test_what_is_known_is_listed_by_name_and_forgotten_after_a_question(visit: Visiting, alone: Sidecar):
    names = [f"AWS_S3_BUCKET_0Y4XSX7XPW{n}X" for n in range(2)]
    known = [mapping(name, planted.bucket(74 + n), "team-f", known=True) for n, name in enumerate(names)]
    caller = Filter(alone, "w-forget")
    caller.call(mappings=known, exchanges=[exchange(scope="team-f")])
    seen = visit(alone.page())
    page = seen.page
    scope = page.locator("#mappings-rows tr", has_text="team-f")
    expect(scope.locator("td").first).to_have_text("2")
    scope.get_by_role("button", name="Known team-f").click()
    expect(page.locator("#known-names li")).to_have_count(2)
    page.get_by_role("button", name=f"Forget {names[0]}").click()
    page.locator("#forget-form button.danger").click()
    expect(page.locator("#forget")).to_be_hidden()
    expect(scope.locator("td").first).to_have_text("1")
    scope.get_by_role("button", name="Forget team-f").click()
    page.locator("#forget-name").fill("team-g")
    page.locator("#forget-form button.danger").click()
    expect(page.locator("#forget")).to_be_visible()
    expect(scope.locator("td").first).to_have_text("1")
    page.locator("#forget-name").fill("team-f")
    page.locator("#forget-form button.danger").click()
    expect(page.locator("#forget")).to_be_hidden()
    expect(scope.locator("td").first).to_have_text("0")
    assert seen.values() == []


def test_a_text_is_tried_in_the_browser_alone(visit: Visiting, alone: Sidecar):
    seen = visit(alone.page())
    page = seen.page
    page.locator("#try-text").scroll_into_view_if_needed()
    expect(page.locator("#try-findings tr")).not_to_have_count(0)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(f"{request.url} {request.post_data or ''}"))
    mine = f"Acme-Lake: is {planted.ec2(76)} reading s3://{planted.bucket(77)}/x ?"
    page.locator("#try-text").fill(mine)
    rows = page.locator("#try-findings tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("ec2_instance")
    expect(rows.first).to_contain_text("its own form")
    expect(rows.last).to_contain_text("s3_bucket")
    expect(page.locator("#try-masked")).to_have_text(
        re.compile(r"^Acme-Lake: is AWS_EC2_\w{12} reading s3://AWS_S3_BUCKET_\w{12}/x \?$")
    )
    rows.first.get_by_role("button", name="Never mask").click()
    expect(rows).to_have_count(1)
    expect(page.locator("#try-lists .line")).to_have_text(re.compile(rf'never_mask: \["{planted.ec2(76)}"\]'))
    page.locator("#try-always").fill("Acme-Lake")
    page.locator("#try-always").press("Enter")
    expect(rows).to_have_count(2)
    expect(page.locator("#try-lists .line").first).to_contain_text('always_mask: ["Acme-Lake"]')
    assert not any(planted.shown(request.encode()) for request in posted), "the text left the browser"


@pytest.mark.parametrize("width", [390, 1024, 1600])
def test_no_width_scrolls_sideways(visit: Visiting, alone: Sidecar, width: int):
    Filter(alone, "w-width").call(exchanges=ten_minutes()[-150:])
    page = visit(alone.page(), width=width).page
    expect(page.locator("#exchanges-rows tr").nth(20)).to_be_attached()
    page.locator("#try-text").scroll_into_view_if_needed()
    expect(page.locator("#try-findings tr")).not_to_have_count(0)
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]


def test_everything_is_reached_by_the_keyboard(visit: Visiting, alone: Sidecar):
    Filter(alone, "w-keys").call(exchanges=[exchange(route="by-keyboard")])
    page = visit(alone.url).page
    expect(page.locator("#token")).to_be_focused()
    page.keyboard.type(OPERATOR_TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("#exchanges-rows tr").first).to_be_visible()
    page.reload()
    expect(page.locator("#exchanges-rows tr").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    pressed = [tabbed(page) for _ in range(3)]
    assert pressed[:2] == ["exchanges-only", "exchanges-hold"], pressed
    page.keyboard.press("Enter")
    expect(page.locator("#exchange")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#exchange")).to_be_hidden()
    page.locator("#tab-0").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#setup-panel pre")).to_contain_text("model_providers")
    chart = page.get_by_role("img", name=re.compile("^Requests"))
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("figure", has_text="Requests").locator("figcaption")).to_contain_text(
        re.compile(r"\d\d:\d\d:\d\d")
    )


def tabbed(page: Page) -> str:
    page.keyboard.press("Tab")
    return page.evaluate("document.activeElement.id || document.activeElement.className")


def test_a_session_ends_when_one_signs_out(visit: Visiting, alone: Sidecar):
    page = visit(alone.page()).page
    expect(page.locator("#page")).to_be_visible()
    page.reload()
    expect(page.locator("#page")).to_be_visible()
    page.locator("#sign-out").click()
    expect(page.locator("#sign-in")).to_be_visible()
    page.reload()
    expect(page.locator("#sign-in")).to_be_visible()
    page.locator("#token").fill("wrong-token-0123456789")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-wrong")).to_have_text("This is not an operator’s token.")


def test_numbers_fit_together(visit: Visiting, logs: Path):
    with Sidecar("sidecar-sums-page", logs) as own:
        # None of them leaves the window while one looks.
        told = [each for each in ten_minutes() if each["at_ms"] > (time.time() - 500) * 1000]
        caller = Filter(own, "w1")
        for at in range(0, len(told), 200):
            caller.call(exchanges=told[at : at + 200])
        page = visit(own.page()).page
        requests = page.locator("figure", has=page.get_by_text("Requests", exact=True)).locator(".number")
        values = page.locator("figure", has=page.get_by_text("Values masked", exact=True)).locator(".number")
        expect(requests).to_have_text(f"{len(told):,}")
        expect(values).to_have_text(f"{sum(n for each in told for _, n in each['masked']):,}")
