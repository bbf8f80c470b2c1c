"""scripts/settings, the first step of `make up`: it completes .env and writes the containers' files from it."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("AWS_MASKER_TOKEN", "MASKER_OPERATOR_TOKEN", "MASKER_SECRET", "REDIS_PASSWORD")

Settings = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("scripts/settings", "kong/upstream", "kong/kong.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def settings(project: Path) -> Settings:
    def run(**env: str) -> subprocess.CompletedProcess:
        command = [project / "scripts/settings"]
        env = {"PATH": os.environ["PATH"]} | env
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    return run


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(project: Path) -> dict[str, str]:
    return {name: (project / ".secrets" / name.lower()).read_text().rstrip("\n") for name in NAMES}


def test_from_nothing(project: Path, settings: Settings) -> None:
    done = settings()
    assert done.returncode == 0
    assert "Keep MASKER_SECRET" in done.stdout
    made = files(project)
    assert len(set(made.values())) == len(NAMES)
    assert all(len(secret) == 64 for secret in made.values())
    assert (mode(project / ".env"), mode(project / ".secrets")) == (0o600, 0o700)
    # Mounted one by one into containers with other users; on this machine only the owner can enter the folder.
    assert {mode(file) for file in (project / ".secrets").iterdir()} == {0o444}
    before = (project / ".env").read_text()
    again = settings()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (files(project), (project / ".env").read_text()) == (made, before)


def test_what_is_there_is_kept(project: Path, settings: Settings) -> None:
    """As it was written by earlier versions, by hand, and read by Compose."""
    (project / ".env").write_text(
        '# ours\nAWS_MASKER_TOKEN=0123456789abcdef\nexport MASKER_OPERATOR_TOKEN = "an operator\'s" # theirs\n'
        "MASKER_SECRET='pa$$ \"word'\nMASKER_SECRET='the $last'\nREDIS_PASSWORD=plain # not secret\n"
    )
    (project / ".env").chmod(0o644)
    before = (project / ".env").read_text()
    done = settings()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(files(project).values()) == ["0123456789abcdef", "an operator's", "the $last", "plain"]
    assert (project / ".env").read_text() == before
    assert mode(project / ".env") == 0o600


def test_what_is_missing_is_added(project: Path, settings: Settings) -> None:
    (project / ".env").write_text("MASKER_SECRET=of-long-ago\nREDIS_PASSWORD=\n# the last line has no end\nOTHER=1")
    done = settings()
    assert done.returncode == 0
    for name in NAMES:
        assert (name in done.stdout.split("Keep")[0]) == (name != "MASKER_SECRET")
    written = (project / ".env").read_text()
    assert written.startswith("MASKER_SECRET=of-long-ago\n# the last line has no end\nOTHER=1\n")
    made = files(project)
    assert made["MASKER_SECRET"] == "of-long-ago"
    for name in set(NAMES) - {"MASKER_SECRET"}:
        assert f"\n{name}='{made[name]}'\n" in written
    assert settings().stdout == ""


def test_a_master_secret_is_not_made_twice(project: Path, settings: Settings) -> None:
    settings()
    made = files(project)
    (project / ".env").unlink()
    settings()
    assert files(project) == made


def test_the_environment_goes_first(project: Path, settings: Settings) -> None:
    (project / ".env").write_text("REDIS_PASSWORD=said\n")
    settings(REDIS_PASSWORD="given", MASKER_SECRET="given too")
    made = files(project)
    assert (made["REDIS_PASSWORD"], made["MASKER_SECRET"]) == ("given", "given too")
    settings()
    made = files(project)
    assert (made["REDIS_PASSWORD"], made["MASKER_SECRET"]) == ("said", "given too")


@pytest.mark.parametrize("line", ["MASKER_SECRET=pa$$word", 'MASKER_SECRET="a\\nb"'])
def test_what_compose_would_read_otherwise_is_told(project: Path, settings: Settings, line: str) -> None:
    (project / ".env").write_text(f"{line}\n")
    done = settings()
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "MASKER_SECRET in .env" in done.stderr
    assert f"{line}\n" in (project / ".env").read_text()


@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_wrong_upstream_is_told_before_anything_is_built(project: Path, settings: Settings, place: str) -> None:
    settings()
    with (project / ".env").open("a") as file:
        file.write(f"AWS_MASKER_UPSTREAM={'llm.example.com' if place == 'file' else 'https://llm.example.com'}\n")
    done = settings() if place == "file" else settings(AWS_MASKER_UPSTREAM="llm.example.com")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "error: AWS_MASKER_UPSTREAM" in done.stderr
    assert settings(AWS_MASKER_UPSTREAM="http://mock:80").returncode == 0
