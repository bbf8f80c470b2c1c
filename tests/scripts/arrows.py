"""Which files, modules and crates use which: read from the sources, and from the page that lists what may be.

Pure: takes texts and gives arrows, so that it is tested without a project.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# From, to: crates (`filter`), modules (`filter/host`) or files (`filter/src/host/abi.rs`).
Arrow = tuple[str, str]
Path = tuple[str, ...]

_TOKEN = re.compile(r"[A-Za-z_]\w*|::|[{}\[\](),;*#!=]|\S")
_NOT_CODE = re.compile(
    r"""//[^\n]*
    | /\*.*?\*/
    | \bb?c?r(?P<hashes>\#*)".*?"(?P=hashes)
    | \bb?c?"(?:\\.|[^"\\])*" | "(?:\\.|[^"\\])*"
    | b?'(?:\\[^\n']+|[^\\'\n])'
    """,
    re.DOTALL | re.VERBOSE,
)
# A page's line: `filter/host -> filter/config, filter/refusal`.
_LINE = re.compile(r"^(?P<source>[\w/-]+) -> (?P<targets>[\w/-]+(?:, [\w/-]+)*)$")


@dataclass
class Module:
    """One file of a crate, without its tests."""

    file: str
    path: Path
    # All paths that it names, as they are written, and for each import the name that it brings.
    paths: list[Path] = field(default_factory=list)
    imports: dict[str, Path] = field(default_factory=dict)


class Crate:
    """The modules of one crate, by their path in it; the root (`lib.rs`) has the empty path."""

    def __init__(self, name: str, files: Mapping[str, str]) -> None:
        """Takes the texts of the files below `src`, by their names there."""
        self.name = name
        self.modules: dict[Path, Module] = {}
        for file, text in sorted(files.items()):
            path = module_path(file)
            if path is not None:
                self.modules[path] = read(Module(file, path), text)

    def file_arrows(self) -> set[Arrow]:
        """The uses between files, each by the file in which the used name is defined."""
        used = ((module, self.resolve(module, path)) for module in self.modules.values() for path in module.paths)
        return {(module.file, target.file) for module, target in used if target and target is not module}

    def module_arrows(self) -> set[Arrow]:
        """The uses between the files and folders directly in `src`. The root only puts them together."""
        files = ((self._unit(source), self._unit(target)) for source, target in self.file_arrows())
        return {(source, target) for source, target in files if source and target and source != target}

    def naming(self, prefix: Path) -> set[str]:
        """The files that name something outside of the crate, such as `redis` or `std::env`."""
        modules = self.modules.values()
        return {
            m.file for m in modules for path in m.paths if path[: len(prefix)] == prefix and self._is_foreign(m, path)
        }

    def resolve(self, module: Module, path: Path, depth: int = 16) -> Module | None:
        """The module in which a path ends, through imports that are passed on; none for what is foreign."""
        start = self._start(module, path)
        if start is None or depth == 0:
            return None
        here, rest = start
        while rest:
            name, rest = rest[0], rest[1:]
            if (*here.path, name) in self.modules:
                here = self.modules[(*here.path, name)]
            elif name in here.imports and here.imports[name] != path:
                return self.resolve(here, (*here.imports[name], *rest), depth - 1) or here
            else:
                break
        return here

    def _start(self, module: Module, path: Path) -> tuple[Module, Path] | None:
        here, rest = module, path
        if path[0] == "crate":
            return self.modules[()], path[1:]
        if path[0] == "self":
            return module, path[1:]
        while rest and rest[0] == "super":
            here, rest = self.modules[here.path[:-1]], rest[1:]
        if here is not module:
            return here, rest
        is_child = (*module.path, path[0]) in self.modules
        return (module, path) if is_child else None

    def _is_foreign(self, module: Module, path: Path) -> bool:
        return self._start(module, path) is None and module.imports.get(path[0], path)[0] == path[0]

    def _unit(self, file: str) -> str | None:
        path = module_path(file)
        return f"{self.name}/{path[0]}" if path else None


def module_path(file: str) -> Path | None:
    """The module of a file below `src`; none for a file of tests."""
    *folders, last = file.removesuffix(".rs").split("/")
    if "tests" in (*folders, last):
        return None
    if last == "mod" or (not folders and last == "lib"):
        return tuple(folders)
    return (*folders, last)


def read(module: Module, text: str) -> Module:
    """Notes all paths that a file's code names outside of its tests."""
    tokens = without_tests(_TOKEN.findall(_NOT_CODE.sub(" 0 ", text)))
    at = 0
    while at < len(tokens):
        is_use = tokens[at] == "use"
        begins = is_use or (at + 1 < len(tokens) and tokens[at + 1] == "::" and _is_name(tokens[at]))
        if not begins or (at > 0 and tokens[at - 1] == "::"):
            at += 1
            continue
        trees, after = _tree(tokens, at + is_use)
        for path, name in trees:
            module.paths.append(path)
            if is_use:
                module.imports[name] = path
        at = max(after, at + 1)
    return module


def without_tests(tokens: list[str]) -> list[str]:
    """Leaves out the items that are compiled for tests only."""
    kept, at, mark = [], 0, ["#", "[", "cfg", "(", "test", ")", "]"]
    while at < len(tokens):
        if tokens[at : at + len(mark)] == mark:
            at = _after_item(tokens, at + len(mark))
        else:
            kept.append(tokens[at])
            at += 1
    return kept


def _after_item(tokens: list[str], at: int) -> int:
    depth = 0
    while at < len(tokens):
        token, at = tokens[at], at + 1
        depth += (token in "{([") - (token in "})]")
        if depth == 0 and token in (";", "}"):
            break
    return at


def _tree(tokens: list[str], at: int, prefix: Path = ()) -> tuple[list[tuple[Path, str]], int]:
    """The paths of a use tree, or the one path of an expression, each with the name that it brings."""
    path = prefix
    while at < len(tokens):
        token = tokens[at]
        if token == "{":
            found, at = [], at + 1
            while at < len(tokens) and tokens[at] != "}":
                if tokens[at] == ",":
                    at += 1
                    continue
                more, after = _tree(tokens, at, path)
                found += more
                at = max(after, at + 1)
            return found, at + 1
        if not _is_name(token) and token != "*":
            break
        if token != "*" and not (token == "self" and path):
            path = (*path, token)
        at += 1
        if at >= len(tokens) or tokens[at] != "::":
            break
        at += 1
    name = path[-1] if path else ""
    if at + 1 < len(tokens) and tokens[at] == "as":
        name, at = tokens[at + 1], at + 2
    return ([(path, name)] if path else []), at


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"


def page_arrows(page: str) -> set[Arrow]:
    """The arrows of the fenced block below `## Arrows`."""
    _, heading, section = page.partition("\n## Arrows\n")
    fences = section.partition("\n## ")[0].split("\n```")
    if not heading or len(fences) < 3:
        raise ValueError("there is no fenced block below '## Arrows'")
    arrows: set[Arrow] = set()
    for line in filter(None, fences[1].split("\n")[1:]):
        match = _LINE.match(line)
        if not match:
            raise ValueError(f"not a line of arrows: {line!r}")
        arrows |= {(match["source"], target) for target in match["targets"].split(", ")}
    return arrows


def crate_arrows(metadata: Mapping) -> set[Arrow]:
    """The dependencies between the workspace's own crates, those of their tests too, from `cargo metadata`."""
    packages = [package for package in metadata["packages"] if package["id"] in metadata["workspace_members"]]
    own = {package["name"] for package in packages}
    return {(p["name"], d["name"]) for p in packages for d in p["dependencies"] if d["name"] in own}


def differences(page: set[Arrow], code: set[Arrow]) -> Iterator[str]:
    for source, target in sorted(code - page):
        yield f"{source} -> {target}: the code has this arrow, ARCHITECTURE.md does not"
    for source, target in sorted(page - code):
        yield f"{source} -> {target}: ARCHITECTURE.md has this arrow, the code does not"


def is_within(file: str, other: str) -> bool:
    """Whether one of the files is the face of a folder (`mod.rs`, or the file of its name) in which the other is.

    These belong together: the face shows what the files define, and they use what the face defines for all of them.
    """
    faces = [module_path(name) or () for name in (file, other)]
    shorter, longer = sorted(faces, key=len)
    return bool(shorter) and longer[: len(shorter)] == shorter


def circles(arrows: Iterable[Arrow]) -> list[list[str]]:
    """The groups of places that reach one another, each sorted."""
    targets: dict[str, set[str]] = {}
    for source, target in arrows:
        targets.setdefault(source, set()).add(target)
    reach = {place: _reached(place, targets) for place in targets}
    groups = {tuple(sorted(o for o in reach[p] if p in reach.get(o, ()))) for p in reach if p in reach[p]}
    return [list(group) for group in sorted(groups)]


def _reached(place: str, targets: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [place]
    while waiting:
        new = targets.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
