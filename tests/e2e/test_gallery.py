"""The gallery and the demo's figures are what the program draws now, within a tolerance."""

import importlib.util
import io
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.pictures import typeset
from tests.conftest import ROOT
from tests.gallery.__main__ import FIGURES, GALLERY, written

DIFFERENCE = 3.0
"""Of 255, on average: what encoders and the edges of letters may make."""
LARGEST = {"gallery": 150_000, "figure": 60_000}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    written(folder, FIGURES)
    return folder


def difference(one: Image.Image, other: Image.Image) -> float:
    assert one.size == other.size
    pair = (one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(ImageChops.difference(*pair)).mean) / 3


@pytest.mark.slow
def test_the_gallery_shows_what_is_drawn_now(drawn: Path) -> None:
    kept = {file.name: file for file in GALLERY.iterdir()}
    assert kept.keys() == {file.name for file in drawn.iterdir()}
    page = (drawn / "README.md").read_text(encoding="utf-8")
    assert kept.pop("README.md").read_text(encoding="utf-8") == page
    without_chinese = typeset.unshown(["视觉变换器"])
    for name, file in kept.items():
        assert f"({name})" in page
        assert file.stat().st_size < LARGEST["gallery"]
        if without_chinese and name.startswith(("chinese", "cover")):
            continue
        differs = difference(Image.open(file), Image.open(drawn / name))
        assert differs < DIFFERENCE, f"{name}: look at it, then: make gallery"


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", ROOT / "demo-items" / "figures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_demos_figures_are_small_and_those_that_its_source_draws(figures: ModuleType) -> None:
    kept = {file.stem: file for file in FIGURES.iterdir()}
    assert kept.keys() == set(figures.names())
    assert all(file.stat().st_size < LARGEST["figure"] for file in kept.values())
    used = "".join(file.read_text() for file in (ROOT / "demo-items").glob("*.md"))
    assert {f"{name}.png" for name in kept if f"figures/{name}.png" not in used} == {
        "tall-layers.png"
    }


@pytest.mark.slow
def test_the_demos_figures_are_drawn_from_their_source(figures: ModuleType) -> None:
    for name in figures.names():
        now = Image.open(io.BytesIO(figures.draw(name)))
        assert difference(now, Image.open(FIGURES / f"{name}.png")) < DIFFERENCE, name
