"""What mkdocs cannot do by itself: pages of the repository that are not below docs/, and links to its files.

`README.md` and its like stay where people and forges look for them. Each becomes a page of the site under its own name,
and what a page links to, such as `kong/kong.conf`, is copied next to them. A link to nothing stays as it is, so that the
strict build names it.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "deploy/helm/aws-masker/README.md",
    "launcher/README.md",
    "redis-sidecar/README.md",
    "tests/README.md",
]
# `](target#anchor)`, but for addresses and anchors of the page itself.
LINK = re.compile(r"(?<!\\)(\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for name in PAGES:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    linked = {target for page in files.documentation_pages() for target in targets(page)}
    for target in sorted(linked):
        if files.get_file_from_path(served(target)) is None and (ROOT / target).is_file():
            files.append(File.generated(config, served(target), abs_src_path=str(ROOT / target)))
    return files


def targets(page: File) -> set[str]:
    """The files of the repository outside of docs/ that a page links to."""
    text = FENCE.sub("", page.content_string)
    found = {in_repository(place(page.src_uri), match[2]) for match in LINK.finditer(text)}
    listed = {name for target in found if target for name in listing(target)}
    return {target for target in found | listed if target and not target.startswith("docs/")}


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    parts = FENCE.split(markdown)
    here = page.file.src_uri
    return "".join(part if part.startswith("```") else LINK.sub(lambda it: moved(it, here), part) for part in parts)


def moved(link: re.Match[str], here: str) -> str:
    """A link, from the place of its page in the repository to that in the site."""
    target = in_repository(place(here), link[2])
    if target is None:
        return link[0]
    inside = listing(target) if (ROOT / target).is_dir() else []
    there = inside[0] if inside else target
    there = served(there.removeprefix("docs/"))
    return f"{link[1]}{relpath(there, PurePosixPath(here).parent.as_posix())}{link[3] or ''})"


def served(target: str) -> str:
    """The place of a file in the site: mkdocs, and many a server, leaves out what begins with a dot."""
    return "/".join(part.lstrip(".") for part in target.split("/"))


def place(src_uri: str) -> str:
    """Where a page of the site is in the repository."""
    return src_uri if src_uri in PAGES else f"docs/{src_uri}"


def in_repository(page: str, link: str) -> str | None:
    target = normpath(f"{PurePosixPath(page).parent}/{link}")
    return target if not target.startswith("..") and (ROOT / target).exists() else None


def listing(target: str) -> list[str]:
    """The files of a folder: a link to it leads to the one that explains it, else to the first."""
    folder = ROOT / target
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    names.sort(key=lambda name: not name.startswith("README"))
    return [f"{target}/{name}" for name in names]
