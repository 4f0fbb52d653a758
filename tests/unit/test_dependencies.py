"""What is needed is what is named: floors above known holes, and a lock with hashes for all."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {name: (ROOT / "requirements" / f"{name}.txt") for name in ("run", "dev")}
NEEDED_BY_OTHERS = {"tzdata": "zoneinfo, where the system has no zones", "urllib3": "requests"}
"""Dependencies that no module of ours imports, and what needs them."""


def locked(name: str) -> dict[str, Requirement]:
    """The packages of a lock, by their names."""
    text = LOCKS[name].read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line.split("--hash")[0].strip() for line in text.splitlines() if "==" in line]
    found = [Requirement(line) for line in lines]
    assert found
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def named(requirements: list[str]) -> list[Requirement]:
    """The packages that requirements name, with those of our own extras."""
    found: list[Requirement] = []
    for requirement in map(Requirement, requirements):
        if requirement.name == "mlcollage":
            found += named([each for extra in requirement.extras for each in EXTRAS[extra]])
        else:
            found.append(requirement)
    return found


def version_of(requirement: Requirement) -> str:
    (specifier,) = requirement.specifier
    assert specifier.operator == "=="
    return specifier.version


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_each_package_in_one_version_with_hashes_and_nothing_of_this_machine(
    name: str,
) -> None:
    text = LOCKS[name].read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=\S)", re.sub(r"^#.*\n(?:\s+#.*\n)*", "", text, flags=re.M)):
        lines = entry.strip().split(" \\\n")
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", lines[0]), lines[0]
        assert len(lines) > 1, lines[0]
        assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}", line) for line in lines[1:])
    assert "://" not in text
    assert not re.search(r"(^|\s)/\w|file:|--index|--find-links|@", text)
    assert str(Path.home()) not in text


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("run", [*PROJECT["dependencies"], *EXTRAS["desk"]]),
        ("dev", [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]),
    ],
)
def test_a_lock_has_all_that_the_project_names(name: str, requirements: list[str]) -> None:
    packages = locked(name)
    for requirement in named(requirements):
        found = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version_of(found)), requirement


def test_both_locks_have_the_same_versions() -> None:
    run, dev = locked("run"), locked("dev")
    assert {name: version_of(run[name]) for name in run} == {
        name: version_of(dev[name]) for name in run
    }


def test_what_builds_the_project_is_locked_as_well() -> None:
    assert {"hatchling", "editables"} <= locked("run").keys()


@pytest.mark.parametrize(
    ("name", "holes"), [("Pillow", ["12.0.0", "12.1.1"]), ("urllib3", ["2.5.0", "2.7.0"])]
)
def test_releases_with_known_holes_are_excluded(name: str, holes: list[str]) -> None:
    (requirement,) = [each for each in named(PROJECT["dependencies"]) if each.name == name]
    assert not [version for version in holes if requirement.specifier.contains(version)]


def imported() -> Iterator[str]:
    """The packages that modules of ours import, by their first names."""
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    yield from (alias.name.partition(".")[0] for alias in names)
                case ast.ImportFrom(module=str(module)):
                    yield module.partition(".")[0]


def test_what_is_imported_is_named_and_what_is_named_is_needed() -> None:
    by_module = metadata.packages_distributions()
    modules = {*imported()} - {*sys.stdlib_module_names, "bot"}
    used = {canonicalize_name(name) for module in modules for name in by_module[module]}
    dependencies = {canonicalize_name(each.name) for each in named(PROJECT["dependencies"])}
    extras = [*EXTRAS["desk"], *EXTRAS["mcp"], *EXTRAS["postgresql"]]
    optional = {canonicalize_name(each.name) for each in named(extras)}
    assert used <= dependencies | optional
    assert dependencies - used == NEEDED_BY_OTHERS.keys()


def test_one_library_calls_over_http() -> None:
    libraries = {"requests", "httpx", "aiohttp", "urllib3", "pycurl"}
    assert libraries & {*imported()} == {"requests"}
