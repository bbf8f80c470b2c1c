"""The Python package `aws-masker`, built, installed into an empty environment, and used as its users do."""

import email
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aws_masker import artefacts
from aws_masker.artefacts import CHECKOUT
from rig.gateway import ON_KONG, Gateway
from rig.launched import Launched
from rig.two_conversations import plain, streamed
from rig.upstream import Upstream

pytestmark = pytest.mark.skipif(ON_KONG, reason="the package starts Envoy")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def built(folder: Path) -> Path:
    command = [CHECKOUT / "scripts" / "wheel", folder, artefacts.wasm(), artefacts.sidecar()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = folder.iterdir()
    return wheel


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The command in an environment in which there is nothing else, outside of the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    subprocess.run(install, check=True)
    return str(folder / "bin" / "aws-masker")


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """Nothing of this machine's user, and nothing of the checkout."""
    return {"PYTHONPATH": "", "HOME": str(tmp_path), "PATH": os.environ["PATH"]}


def test_the_same_files_give_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    assert built(tmp_path).read_bytes() == wheel.read_bytes()


def test_what_is_in_it(wheel: Path) -> None:
    name, version, python, abi, platform = wheel.stem.split("-")
    assert (name, python, abi) == ("aws_masker", "py3", "none")
    assert platform.startswith(("manylinux_2_", "macosx_15_0_"))
    with zipfile.ZipFile(wheel) as archive:
        packed = {path.name: path for path in map(Path, archive.namelist()) if path.parent.name == "packed"}
        assert set(packed) == {"aws_masker.wasm", "aws_masker.meta.json", "redis-sidecar", "envoy.yaml"}
        assert archive.getinfo(str(packed["redis-sidecar"])).external_attr >> 16 & 0o111
        assert archive.read(str(packed["aws_masker.wasm"])) == artefacts.wasm().read_bytes()
        about = email.message_from_bytes(archive.read(f"aws_masker-{version}.dist-info/METADATA"))
        assert f"aws_masker-{version}.dist-info/licenses/LICENSE" in archive.namelist()
    assert f'version = "{version}"' in (CHECKOUT / "Cargo.toml").read_text()
    # Exactly the Envoy with which these tests run.
    [envoy] = about.get_all("Requires-Dist")
    assert envoy in (CHECKOUT / "tests" / "requirements.lock").read_text().splitlines()


def test_the_demo_s_conversations_run_through_it(command: str, own: dict[str, str], upstream: Upstream) -> None:
    with Launched("--upstream", upstream.url, command=(command,), **own) as launched:
        served = Gateway(launched.wait_ready(), upstream)
        assert plain(served).is_right()
        assert streamed(served).is_right()
        page, token = launched.told("page").split("/#token=")
        operator = {"MASKER_URL": page, "MASKER_OPERATOR_TOKEN": token}
        done = asked(command, own | operator, "doctor", "--gateway", launched.url)
        assert done.returncode == 0, done.stdout
        assert "ok    the filter serves requests" in done.stdout
    # The secret is its user's, and outlives it: the same value keeps its placeholder.
    [secret] = Path(own["HOME"]).rglob("secret")
    assert secret == Path(own["HOME"], ".local", "state", "aws-masker", "secret")
    assert secret.stat().st_mode & 0o777 == 0o600


def test_scan_check_and_the_version(command: str, own: dict[str, str], tmp_path: Path) -> None:
    done = asked(command, own, "scan", "-", str(tmp_path), text="see i-0123456789abcdef0\n")
    assert (done.returncode, done.stdout) == (0, "-:1:5: ec2_instance (form) i-0123456789abcdef0\n")
    assert f"{tmp_path}: a folder, skipped" in done.stderr
    wrong = asked(command, own, "check", "-", text="mode: audit\nsidecar: s:1\n")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "mode: expected `mask` or `observe`" in wrong.stderr
    assert asked(command, own, "--version").stdout == f"aws-masker {version()}\n"


def version() -> str:
    [line] = [line for line in (CHECKOUT / "Cargo.toml").read_text().splitlines() if line.startswith("version = ")]
    return line.split('"')[1]


def asked(command: str, env: dict[str, str], *words: str, text: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([command, *words], env=env, input=text, capture_output=True, text=True, check=False)
