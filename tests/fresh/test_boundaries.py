"""The check of ARCHITECTURE.md's arrows: what it reads in sources, and what it objects to."""

import pytest

from scripts import arrows, boundaries
from scripts.arrows import Crate

# Each use is written in another way.
SOURCES = {
    "lib.rs": "mod a;\nmod b;\nmod c;\npub use b::Inner;\n",
    "a.rs": "use crate::{b::deep::{self, Deep as D}, c};\nuse serde::Serialize;\nuse std::{env, fmt};\n",
    "b/mod.rs": "mod deep;\npub use self::deep::Deep;\npub struct Inner;\n",
    "b/deep.rs": "use super::Inner;\n",
    "c.rs": "",
}


def crate(**changed: str) -> Crate:
    return Crate("k", SOURCES | {name.replace("__", "/") + ".rs": text for name, text in changed.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("use crate::c::X;", {"k/c"}),
        ("use crate::{\n    b::Inner,\n    c::{X, Y},\n};", {"k/b", "k/c"}),
        ("use super::c;", {"k/c"}),
        ("fn f() { crate::c::g(); }", {"k/c"}),
        ("fn f(x: &super::b::Inner) {}", {"k/b"}),
        ("use crate::Inner;", {"k/b"}),
        ("pub(crate) use crate::c::X as Y;", {"k/c"}),
        ("// use crate::c::X;\n/* crate::c */\n/// [`crate::c`]\nstruct S;", set()),
        ('const TEXT: &str = "crate::c::X";\nconst QUOTE: char = \'"\';\nuse crate::b;', {"k/b"}),
        ('const TEXT: &str = r#"use "crate::c";"#;', set()),
        ("#[cfg(test)]\nmod tests {\n    use crate::c::X;\n}\nuse crate::b;", {"k/b"}),
        ("#[cfg(test)]\nuse crate::c::X;\nfn f<'a>(x: &'a crate::b::Inner) {}", {"k/b"}),
        ("use other::c;", set()),
        ("use self::X;", set()),
    ],
)
def test_uses_between_modules(text: str, expected: set[str]) -> None:
    assert {target for source, target in crate(a=text).module_arrows() if source == "k/a"} == expected


def test_uses_between_files_end_where_the_name_is_defined() -> None:
    found = crate(c="use crate::b::Deep;\n").file_arrows()
    assert ("c.rs", "b/deep.rs") in found
    assert ("c.rs", "b/mod.rs") not in found


def test_files_of_tests_are_left_out() -> None:
    assert not crate(a="", c__tests="use crate::a::X;", c__tests__more="use crate::a::X;").module_arrows()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("use redis::Client;", {"a.rs"}),
        ("fn f() -> redis::RedisResult<()> {}", {"a.rs"}),
        ("use {redis::Client, std::fmt};", {"a.rs"}),
        ("use crate::b::redis;\nfn f() { redis::parse(); }", set()),
        ("use my_redis::Client;\nuse std::redis;", set()),
    ],
)
def test_what_a_file_names_outside_of_its_crate(text: str, expected: set[str]) -> None:
    assert crate(a=text).naming(("redis",)) == expected


def test_a_module_of_the_same_name_is_not_meant() -> None:
    assert crate(b__redis="", b__mod="mod redis;\npub use redis::X;").naming(("redis",)) == set()
    assert crate().naming(("std", "env")) == {"a.rs"}


PAGE = "# P\n\n## Arrows\n\nText.\n\n```\na -> b, c/d\nc/d -> b\n```\n\n## Next\n\n```\nx -> y\n```\n"


def test_the_page() -> None:
    assert arrows.page_arrows(PAGE) == {("a", "b"), ("a", "c/d"), ("c/d", "b")}
    for broken in ("# P\n\n## Next\n", PAGE.replace("## Arrows", "## Others"), PAGE.replace("a -> b,", "a => b,")):
        with pytest.raises(ValueError, match=r"arrows|Arrows"):
            arrows.page_arrows(broken)


def test_an_arrow_on_one_side_only_is_told() -> None:
    both, page, code = ("a", "b"), ("a", "c"), ("b", "c")
    told = list(arrows.differences({both, page}, {both, code}))
    assert [line.partition(":")[0] for line in told] == ["b -> c", "a -> c"]


def test_circles() -> None:
    line = [("a", "b"), ("b", "c"), ("a", "c")]
    assert arrows.circles(line) == []
    assert arrows.circles([*line, ("c", "b")]) == [["b", "c"]]
    assert arrows.circles([*line, ("c", "a"), ("x", "y"), ("y", "x")]) == [["a", "b", "c"], ["x", "y"]]


def test_a_folder_and_its_face_belong_together() -> None:
    for file, other, expected in [
        ("b/mod.rs", "b/deep.rs", True),
        ("b/deep/x.rs", "b.rs", True),
        ("b/deep.rs", "b/other.rs", False),
        ("a.rs", "ab.rs", False),
        ("lib.rs", "a.rs", False),
    ]:
        assert arrows.is_within(file, other) is expected, (file, other)


def test_crates_and_their_tests() -> None:
    package = lambda name, *uses: {"id": name, "name": name, "dependencies": [{"name": u, "kind": None} for u in uses]}  # noqa: E731
    metadata = {"packages": [package("a", "b", "serde"), package("b"), package("serde", "b")]}
    assert arrows.crate_arrows(metadata | {"workspace_members": ["a", "b"]}) == {("a", "b")}


def test_a_name_in_the_wrong_place_and_a_place_without_it() -> None:
    place = boundaries.Place("reason", "k", ("redis",), ("b/", "c.rs"))
    told = list(boundaries.misplaced(place, crate(a="use redis::X;", b__deep="use redis::Y;")))
    assert [line.partition(" ")[0] for line in told] == ["k/src/a.rs", "k/src/c.rs"]


def test_a_circle_is_told() -> None:
    assert len(list(boundaries.told_circles(crate(a="use crate::c;", c="use crate::a;")))) == 1
    assert not list(boundaries.told_circles(crate(a="use crate::c;", c="")))
