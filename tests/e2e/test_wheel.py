"""The wheel alone, in an empty environment outside the checkout: nothing of it may lean on the
checkout.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT, write_item
from tests.e2e.process import ENVIRONMENT

pytestmark = pytest.mark.slow

NAMES = ["alpha", "beta", "gamma", "delta"]
WITHOUT_CHECKOUT = {name: value for name, value in ENVIRONMENT.items() if name != "PYTHONPATH"}


def call(*command: object, folder: Path) -> str:
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=WITHOUT_CHECKOUT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    call(
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "--target",
        "wheel",
        "--directory",
        folder,
        folder=ROOT,
    )
    [made] = folder.glob("*.whl")
    return made


def required(requirements: list[str], known: set[str]) -> Iterator[metadata.Distribution]:
    """The packages these requirements name and those these need in turn, without extras."""
    for requirement in map(Requirement, requirements):
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name.lower() not in known:
            known.add(requirement.name.lower())
            package = metadata.distribution(requirement.name)
            yield package
            yield from required(package.requires or [], known)


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment with the wheel installed by pip, and what it declares to need.

    So that this works offline, the needed packages are links to those that run the tests: only the
    declared ones, and not our own package, which could be the checkout.
    """
    folder = tmp_path_factory.mktemp("environment")
    call(sys.executable, "-m", "venv", "--without-pip", folder / "env", folder=folder)
    python = folder / "env/bin/python"
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "--disable-pip-version-check",
        "install",
        "--quiet",
    )
    call(*pip, "--no-index", "--no-deps", wheel, folder=folder)
    packages = folder / "packages"
    packages.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        [described] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        declared = metadata.PathDistribution(
            zipfile.Path(archive, described.removesuffix("METADATA"))
        )
        needed = list(required(declared.requires or [], {"mlcollage"}))
    # Two ways to spell a package's name lead to the same files.
    files = {
        name: package
        for package in needed
        for name in {file.parts[0] for file in package.files or []}
    }
    for name, package in files.items():
        if name not in {"..", "__pycache__"}:
            (packages / name).symlink_to(Path(str(package.locate_file(name))).resolve())
    [installed] = (folder / "env").glob("lib/python*/site-packages")
    (installed / "packages.pth").write_text(f"{packages}\n", encoding="utf-8")
    return folder / "env"


def test_the_program_comes_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    ask = (
        "import bot; from bot.composing import templates; "
        "print(bot.__file__); print(templates.shipped())"
    )
    for place in call(environment / "bin/python", "-c", ask, folder=tmp_path).splitlines():
        assert Path(place).is_relative_to(environment)


def test_a_month_can_be_played_with_the_wheel_alone(environment: Path, tmp_path: Path) -> None:
    def mlcollage(*args: object) -> str:
        return call(environment / "bin/mlcollage", *args, folder=tmp_path)

    mlcollage("init")
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == example
    mlcollage("simulate", "--in", "sim", "--from", "2021-08-01")
    files = [write_item(tmp_path, name) for name in NAMES]
    mlcollage("--config", "sim/config.toml", "add", *files)
    mlcollage("simulate", "--in", "sim", "--to", "2021-08-31")
    posted = sorted(folder.name for folder in (tmp_path / "sim/outbox").iterdir())
    days = ["2021-08-04", "2021-08-11", "2021-08-18", "2021-08-25"]
    named = [f"{day}-{name}" for day, name in zip(days, NAMES, strict=True)]
    assert posted == [*named, "2021-08-31-roundup-2021-09"]
    [roundup] = json.loads(mlcollage("--config", "sim/config.toml", "roundup", "list", "--json"))
    assert roundup["state"] == "announced"
    page = tmp_path / "sim/site" / roundup["slug"] / "index.html"
    assert roundup["title"] in page.read_text(encoding="utf-8")


def test_the_wheel_holds_what_the_checkout_holds_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = {
        path
        for path in (ROOT / "bot").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    templates = {path for path in (ROOT / "templates").rglob("*") if path.is_file()}
    expected = {str(path.relative_to(ROOT)) for path in package}
    expected |= {
        f"bot/{path.relative_to(ROOT)}" for path in (*templates, ROOT / "config.example.toml")
    }
    assert held == expected
    assert any(name.startswith("bot/storage/migrations/versions/") for name in held)
