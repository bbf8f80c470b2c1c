"""The pages of the documentation: they build strictly, every link leads somewhere, nothing is loaded from elsewhere."""

import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from rig.artefacts import ROOT

MKDOCS = ROOT / ".run" / "docs" / "bin" / "mkdocs"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [str(MKDOCS), "build", "--strict", "--site-dir", str(folder)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "WARNING" in done.stderr) == (0, False), done.stderr
    return folder


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loads += [given[name] for name in ("src", "href") if tag in ("img", "script", "link") and name in given]


def pages(site: Path) -> dict[Path, Links]:
    return {page: Links(page.read_text()) for page in sorted(site.rglob("*.html")) if page.name != "404.html"}


def test_every_link_leads_somewhere(site):
    read = pages(site)
    assert len(read) > 20
    dead = []
    for page, found in read.items():
        for link in found.links:
            there = urlsplit(link)
            if there.scheme:
                assert there.scheme in ("https", "http", "mailto"), (page.name, link)
                continue
            target = (page.parent / unquote(there.path)).resolve() if there.path else page
            target = target / "index.html" if target.is_dir() else target
            missing = there.fragment and target in read and unquote(there.fragment) not in read[target].ids
            if not target.exists() or missing:
                dead.append(f"{page.relative_to(site)}: {link}")
    assert not dead


def test_nothing_is_loaded_from_elsewhere(site):
    for page, found in pages(site).items():
        assert not [it for it in found.loads if urlsplit(it).netloc], page.name


def test_every_page_of_the_repository_is_in_the_site():
    """A page that nobody lists is one that nobody finds; mkdocs itself only checks those below docs/."""
    listed = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    command = ["git", "ls-files", "*.md", ":!masking/tests", ":!.github"]
    tracked = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    pages = {name.removeprefix("docs/") for name in tracked}
    assert pages == listed


def test_the_theme_asks_no_other_host():
    theme = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["theme"]
    assert theme["font"] is False
