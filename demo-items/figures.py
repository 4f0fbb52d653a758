"""Draws the figures of the demo's collages: python demo-items/figures.py

They are kept beside it, so that `make demo` need not draw them; the same typst draws the same.
"""

import io
import re
from pathlib import Path

import typst
from PIL import Image

HERE = Path(__file__).parent
SOURCE = HERE / "figures.typ"
FOLDER = HERE / "figures"
PIXELS_PER_INCH = 190


def names() -> list[str]:
    """The figures that the source knows."""
    table = SOURCE.read_text(encoding="utf-8").partition("#let FIGURES")[2]
    return re.findall(r'"([a-z-]+)": ', table)


def draw(name: str) -> bytes:
    """One figure as a PNG; fonts are only those that typst brings, the same everywhere."""
    drawn = typst.compile(
        SOURCE,
        format="png",
        ppi=PIXELS_PER_INCH,
        sys_inputs={"figure": name},
        ignore_system_fonts=True,
    )
    assert isinstance(drawn, bytes)
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    out = io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in names():
        (FOLDER / f"{name}.png").write_bytes(draw(name))
