"""The scripts that install what is missing, on machines that lack one thing or another.

Each runs in a copy of its own, and with programs that only log their calls, so nothing is downloaded.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("Cargo.toml", "rust-toolchain.toml", "tests/scripts")
# The programs of a machine on which nothing is installed.
BASE = ("cat", "cmp", "cp", "cut", "dirname", "grep", "head", "mkdir", "rm", "sed", "sh", "sort", "touch", "tr")


@dataclass(frozen=True)
class Machine:
    project: Path
    programs: Path

    def has(self, name: str, says: str = "") -> "Machine":
        """Adds a program of that name, which logs its call and then runs the shell text `says`."""
        program = self.programs / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.project}/calls"\n{says}\n')
        program.chmod(0o755)
        return self

    def runs(self, script: str, **env: str) -> subprocess.CompletedProcess:
        command = [str(self.project / "tests" / "scripts" / script)]
        env = {"PATH": str(self.programs), "ROOT": str(self.project)} | env
        return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def calls(self, program: str) -> list[str]:
        """Returns the calls of a program since the last look."""
        log = self.project / "calls"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    project, programs = tmp_path / "project", tmp_path / "programs"
    programs.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, project / name)
    for name in BASE:
        (programs / name).symlink_to(shutil.which(name))
    return Machine(project, programs)


# A Rust whose sysroot is a folder of the project: what lies there is what it has.
RUSTC = """case "$*" in
--version) echo "rustc $(cat "$ROOT/rust/version") (0123456 2026-01-01)" ;;
"--print sysroot") echo "$ROOT/rust" ;;
"--print target-libdir --target "*) echo "$ROOT/rust/$4" ;;
esac"""
# A rustup that adds to it.
RUSTUP = """[ ! -e "$ROOT/offline" ] || case "$1 $2" in *list) ;; *) echo "error: no network" >&2; exit 1 ;; esac
case "$1 $2" in
"toolchain list") cat "$ROOT/toolchains" ;;
"toolchain install") echo "$3-x86_64-unknown-linux-gnu (active)" >>"$ROOT/toolchains" ;;
"target add") shift 4; for name; do mkdir -p "$ROOT/rust/$name"; done ;;
"component add") shift 4; for name; do touch "$ROOT/rust/bin/$name"; chmod +x "$ROOT/rust/bin/$name"; done ;;
esac"""


@pytest.fixture
def rust(machine: Machine) -> Machine:
    """Everything that is required, in the pinned version."""
    folder = machine.project / "rust"
    (folder / "bin").mkdir(parents=True)
    (folder / "wasm32-wasip1").mkdir()
    (folder / "version").write_text("1.95.0")
    for program in ("cargo-clippy", "rustfmt"):
        (folder / "bin" / program).touch(mode=0o755)
    (machine.project / "toolchains").write_text("stable-x86_64-unknown-linux-gnu\n1.95.0-x86_64-unknown-linux-gnu\n")
    return (
        machine.has("cargo")
        .has("cc")
        .has("rustc", RUSTC)
        .has("rustup", RUSTUP)
        .has("chmod", f'{shutil.which("chmod")} "$@"')
    )


INSTALL = "toolchain install 1.95.0 --no-self-update --profile minimal"
TARGET = "target add --toolchain 1.95.0 wasm32-wasip1"
COMPONENTS = "component add --toolchain 1.95.0 clippy rustfmt"


@pytest.mark.parametrize(
    ("lacks", "asks"),
    [
        ([], []),
        (["rust/wasm32-wasip1"], [TARGET]),
        (["rust/bin/cargo-clippy"], [COMPONENTS]),
        (["rust/bin/rustfmt"], [COMPONENTS]),
        (["rust/wasm32-wasip1", "rust/bin/rustfmt"], [TARGET, COMPONENTS]),
        (["toolchains"], [INSTALL]),
        (["toolchains", "rust/wasm32-wasip1", "rust/bin/rustfmt"], [INSTALL, TARGET, COMPONENTS]),
    ],
)
def test_rustup_adds_what_is_missing_and_no_more(rust: Machine, lacks: list[str], asks: list[str]) -> None:
    for name in lacks:
        lose(rust.project / name)
    done = rust.runs("rust.sh")
    assert (done.returncode, done.stderr) == (0, "")
    assert rust.calls("rustup") == ["toolchain list", *asks]
    again = rust.runs("rust.sh")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert rust.calls("rustup") == ["toolchain list"]


@pytest.mark.parametrize("lost", ["rust/wasm32-wasip1", "rust/bin/rustfmt", "toolchains"])
def test_rustup_without_a_network(rust: Machine, lost: str) -> None:
    lose(rust.project / lost)
    (rust.project / "offline").touch()
    done = rust.runs("rust.sh")
    reason, ours = done.stderr.splitlines()
    assert (done.returncode, reason) == (1, "error: no network")
    assert ours.startswith("error: rustup could not ")


def test_a_toolchain_that_the_caller_chose(rust: Machine) -> None:
    (rust.project / "toolchains").write_text("nightly-x86_64-unknown-linux-gnu\n")
    lose(rust.project / "rust/wasm32-wasip1")
    assert rust.runs("rust.sh", RUSTUP_TOOLCHAIN="nightly").returncode == 0
    assert rust.calls("rustup") == ["toolchain list", TARGET.replace("1.95.0", "nightly")]


@pytest.mark.parametrize(
    ("lacks", "version", "says"),
    [
        ([], "1.95.0", None),
        ([], "1.104.0", None),
        # Only `make lint` needs them.
        (["rust/bin/cargo-clippy", "rust/bin/rustfmt"], "1.95.0", None),
        (["rust/wasm32-wasip1"], "1.95.0", "cannot build for wasm32-wasip1 and there is no rustup to add it"),
        ([], "1.94.1", "Rust 1.95 or later is required, but this is 1.94.1"),
    ],
)
def test_without_rustup(rust: Machine, lacks: list[str], version: str, says: str | None) -> None:
    (rust.programs / "rustup").unlink()
    (rust.project / "rust" / "version").write_text(version)
    for name in lacks:
        lose(rust.project / name)
    expect(rust.runs("rust.sh"), says)


@pytest.mark.parametrize(
    ("program", "says"), [("cargo", "there is no cargo in PATH"), ("cc", "Rust needs a C compiler to link with")]
)
def test_without_one_program(rust: Machine, program: str, says: str) -> None:
    (rust.programs / program).unlink()
    expect(rust.runs("rust.sh"), says)


# Real environments without packages: the script must tell an incomplete one from a complete one.
@pytest.fixture
def python(machine: Machine) -> Machine:
    (machine.programs / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    for name in ("requirements.txt", "requirements.lock"):
        (machine.project / "tests" / name).write_text("# nothing\n")
    return machine


def test_an_environment_is_made_once(python: Machine) -> None:
    first = python.runs("venv.sh")
    assert (first.returncode, "takes about a minute" in first.stdout) == (0, True), first.stderr
    kept = python.project / ".venv" / "kept"
    kept.touch()
    expect(python.runs("venv.sh"), None)
    (python.project / "tests" / "requirements.lock").write_text("# something else\n")
    changed = python.runs("venv.sh")
    assert (changed.returncode, "changed" in changed.stdout, kept.exists()) == (0, True, True), changed.stderr
    expect(python.runs("venv.sh"), None)


def test_an_environment_that_is_broken_is_made_again(python: Machine) -> None:
    venv = python.project / ".venv"
    faults = {
        "it was interrupted before pip came": lambda: bare(venv),
        "its Python went away": lambda: [(venv / "bin" / name).unlink() for name in ("python", "python3")],
        "the project was moved": lambda: (venv / "installed").write_text(f"{python.project.parent}/elsewhere\n"),
    }
    for why, happens in faults.items():
        happens()
        (venv / "left").touch()
        done = python.runs("venv.sh")
        assert (done.returncode, "making it again" in done.stdout) == (0, True), (why, done.stderr)
        assert not (venv / "left").exists(), why
        expect(python.runs("venv.sh"), None)


def test_an_environment_without_a_python(python: Machine) -> None:
    (python.programs / "python3").unlink()
    expect(python.runs("venv.sh"), "Python 3.11 or later is required")
    python.has("python3", "exit 1")
    expect(python.runs("venv.sh"), "Python 3.11 or later is required")


def test_an_environment_that_python_cannot_make(python: Machine) -> None:
    (python.programs / "python3").unlink()
    python.has("python3", 'case "$*" in *venv*) mkdir .venv; echo "no ensurepip" >&2; exit 1 ;; esac')
    done = python.runs("venv.sh")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "no ensurepip"
    assert "error: this Python could not make .venv" in done.stderr


@pytest.fixture
def node(machine: Machine) -> Machine:
    folder = machine.project / "tests" / "node"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}")
    npm = '[ ! -e "$ROOT/offline" ] || { echo "no network" >&2; exit 1; }\nrm -rf node_modules; mkdir node_modules'
    return machine.has("node").has("npm", npm)


def test_node_modules_are_made_once_and_again_when_half_made(node: Machine) -> None:
    folder = node.project / "tests" / "node"
    (folder / "node_modules").mkdir()
    for change in (
        lambda: None,
        lambda: (folder / "package-lock.json").write_text('{"lockfileVersion": 3}'),
        lambda: lose(folder / "node_modules" / "installed"),
    ):
        change()
        assert node.runs("node.sh").returncode == 0
        assert len(node.calls("npm")) == 1
        expect(node.runs("node.sh"), None)
        assert node.calls("npm") == []


def test_node_modules_without_a_network(node: Machine) -> None:
    (node.project / "offline").touch()
    for _ in range(2):
        done = node.runs("node.sh")
        assert (done.returncode, done.stderr.splitlines()[0]) == (1, "no network")


def test_an_old_node(node: Machine) -> None:
    node.has("node", "exit 1")
    expect(node.runs("node.sh"), "Node 20 or later")


def expect(done: subprocess.CompletedProcess, says: str | None) -> None:
    """One line that gives the reason for a failure, or nothing at all."""
    if says is None:
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    else:
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert done.stderr.startswith("error: ")
        assert says in done.stderr


def lose(path: Path) -> None:
    if path.name == "toolchains":
        path.write_text("stable-x86_64-unknown-linux-gnu\n")
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def bare(venv: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", venv], check=True)


def test_a_browser_is_installed_once(machine: Machine) -> None:
    machine.has("id", "echo 0").has("env", 'shift; "$@"')
    machine.has("apt-get", 'case "$*" in *install*) cp "$ROOT/../programs/id" "$ROOT/../programs/chromium" ;; esac')
    assert machine.runs("chromium.sh").returncode == 0
    assert machine.calls("apt-get") == ["install -qq -y --no-install-recommends chromium fonts-inter"]
    assert machine.runs("chromium.sh").returncode == 0
    assert machine.calls("apt-get") == []


def test_no_browser_and_nobody_to_install_it(machine: Machine) -> None:
    run = machine.runs("chromium.sh")
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "apt-get install chromium" in run.stderr
