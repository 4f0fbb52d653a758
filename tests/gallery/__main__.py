"""Draws the gallery: python -m tests.gallery [--figures FOLDER] [FOLDER]

Without arguments it is docs/gallery, drawn from the demo's figures, which the project has made
itself. With other figures, such as those of real papers, it goes into a folder of yours to be
looked at.
"""

import argparse
import hashlib
import io
import itertools
import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from bot import config
from bot.composing import covers, slides
from bot.config import Config
from bot.core import month, network
from bot.core.collage import Collage, Picture, State
from bot.core.paper import Paper
from bot.core.slide import Figure, Slide
from bot.intake import items
from bot.pictures import read

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo-items" / "1-auto-sklearn.md"
FIGURES = ROOT / "demo-items" / "figures"
GALLERY = ROOT / "docs" / "gallery"
WIDTH = 1_200
"""Pixels of a picture in the gallery; a slide has 2,560."""

HEAD = """# Gallery

Slides, covers and cards as the program draws them, half as large as they go out. `make gallery` \
draws them again, from the [figures of the demo](../../demo-items/figures), which the project has \
made itself; the papers are real, the figures are drawn after what they say.
"""


class Case(NamedTuple):
    """A picture of the gallery: its file's name, what it shows, and how the series looks."""

    name: str
    what: str
    item: Collage
    look: str = ""
    language: str = "en"


class Shot(NamedTuple):
    """A picture as it was drawn, with its alt text."""

    name: str
    what: str
    png: bytes
    alt: str


def paper(title: str, *authors: str, year: int = 2021) -> Paper:
    return Paper(title, authors, len(authors) == 1, year)


def collage(about: Paper, figures: Sequence[Figure] = (), takeaways: Sequence[str] = ()) -> Collage:
    return Collage(
        id=1,
        series="mlcollage",
        state=State.READY,
        position=1,
        name="gallery",
        paper=about,
        caption="Figures drawn for this gallery",
        slide=Slide(tuple(figures), tuple(takeaways)),
    )


def settings(look: str, language: str) -> Config:
    text = f'[series.mlcollage]\nlanguage = "{language}"\n[series.mlcollage.slide]\n{look}\n'
    return config.parse(text, ROOT / "config.toml")


class Figures:
    """The figures of a folder, in the order in which cases take them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = sorted(file for file in folder.iterdir() if file.suffix in read_suffixes())
        self._files = itertools.cycle(found)

    def named(self, name: str, caption: str = "") -> Figure:
        """The figure of that name; the folder's next one where it has none of that name."""
        file = self._folder / f"{name}.png"
        if not file.is_file():
            file = next(self._files)
        return Figure(str(file), caption, hashlib.sha256(file.read_bytes()).hexdigest())


def read_suffixes() -> frozenset[str]:
    return frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})


def bytes_of(figure: Figure) -> slides.Stored:
    mime = mimetypes.guess_type(figure.file)[0] or "image/png"
    return slides.Stored(Path(figure.file).read_bytes(), mime)


def cases(of: Figures) -> Iterator[Case]:
    """The slides of the gallery."""
    see = paper("Do Vision Transformers See Like Convolutional Neural Networks?", "Maithra Raghu")
    fisher = paper(
        "Catastrophic Fisher Explosion: Early Phase Fisher Matrix Impacts Generalization",
        "Stanisław Jastrzębski",
    )
    yield Case(
        "one-figure",
        "One figure, nothing else",
        collage(
            paper("Auto-Sklearn 2.0: Hands-free AutoML via Meta-Learning", "Matthias Feurer"),
            [of.named("auto-sklearn-time", "Error over an hour of search")],
        ),
    )
    yield Case(
        "six-figures",
        "Six figures with captions",
        collage(
            paper("What Networks See, How They Learn, and When They Fail", "Ada Example"),
            [
                of.named("see-vit", "Layers of a ViT"),
                of.named("see-resnet", "Layers of a ResNet"),
                of.named("see-distance", "How far heads look"),
                of.named("fisher-trace", "The trace explodes"),
                of.named("vit-recipes", "Recipes by size of model"),
                of.named("fisher-labels", "Labels learned by heart"),
            ],
            ["Six figures find their places by themselves.", "None is distorted."],
        ),
    )
    yield Case(
        "long-title",
        "A title of three lines",
        collage(
            paper(
                "On the Long and Winding Road to a Title that Fills a Slide: A Study of "
                "Typesetting, Fonts, Lines, and the Patience of Everybody who Reads All of It "
                "to Its Very Last Word",
                "Ada Example",
            ),
            [
                of.named("fisher-minima", "Sharp and flat minima"),
                of.named("vit-transfer", "Fine-tuning and training from scratch"),
            ],
            ["A long title is set smaller, in lines of the same length.", "Nothing is cut."],
        ),
    )
    yield Case(
        "very-wide",
        "A very wide figure",
        collage(
            paper("Auto-Sklearn 2.0: Hands-free AutoML via Meta-Learning", "Matthias Feurer"),
            [of.named("auto-sklearn-pipeline", "From a portfolio to an ensemble")],
            [
                "Two numbers replace dozens of meta-features.",
                "A portfolio comes first, then Bayesian optimisation.",
                "Ten minutes beat an hour.",
            ],
        ),
    )
    yield Case(
        "very-tall",
        "A very tall figure beside a wide one",
        collage(
            see,
            [
                of.named("tall-layers", "Twelve layers, from the patches up"),
                of.named("see-distance", "How far the heads of each layer look"),
            ],
            ["What is tall stands, what is wide lies.", "Both are as large as they can be."],
        ),
    )
    yield Case(
        "chinese",
        "Chinese",
        collage(
            paper("视觉变换器看图像的方式与卷积神经网络相同吗？", "张三", "李四", year=2021),
            [
                of.named("see-vit", "视觉变换器：各层彼此相似"),
                of.named("see-resnet", "残差网络：明显分为几个阶段"),
            ],
            [
                "变换器从第一层起就能看到全局。",
                "残差网络需要更多的层才能做到这一点。",
                "跳跃连接把早期特征带到网络的深处。",
            ],
        ),
        language="zh",
    )
    yield Case(
        "formulas",
        "Formulas, in the title as well",
        collage(
            replace(fisher, title=r"Bounding $\mathrm{Tr}\,F$: What the First Epochs Decide"),
            [of.named("fisher-trace", r"$\mathrm{Tr}\,F$ over the epochs, with rates $\eta$")],
            [
                r"$\mathrm{Tr}\,F = \sum_i \sigma_i^2$ explodes where $\eta$ is small.",
                r"The penalty $\lambda \|\nabla_\theta \mathcal{L}\|^2$ holds it back.",
                r"It costs $\mathcal{O}(n \log n)$, and $\sqrt{n}$ samples suffice.",
            ],
        ),
    )
    yield Case(
        "night",
        "The theme night",
        collage(
            paper(
                "How to train your ViT? Data, Augmentation, and Regularization in Vision "
                "Transformers",
                "Andreas Steiner",
            ),
            [
                of.named("vit-patches", "Patches, tokens, encoder, classes"),
                of.named("vit-recipes", "More augmentation helps large models"),
            ],
            ["Recipes count as much as data.", "Fine-tune the best model upstream."],
        ),
        'theme = "night"',
    )
    yield Case(
        "four-by-three",
        "4:3, the theme plain with an accent of its own",
        collage(
            fisher,
            [
                of.named("fisher-trace", "The trace explodes in the first epochs"),
                of.named("fisher-minima", "Sharp and flat minima"),
            ],
            ["The first epochs decide.", "A penalty does what a large rate does."],
        ),
        'theme = "plain"\naccent = "#4b7f3a"\nformat = "4:3"',
    )
    yield Case("title-only", "A paper without figures", collage(see))


def demo() -> Case:
    """The first collage of the demo."""
    item = items.load(DEMO)
    figures = [
        figure._replace(sha256=hashlib.sha256(Path(figure.file).read_bytes()).hexdigest())
        for figure in item.slide.figures
    ]
    on_it = replace(item.slide, figures=tuple(figures))
    whole = replace(collage(item.paper), caption=item.caption, slide=on_it)
    return Case("collage", "A collage of the demo", whole)


def slide_of(case: Case) -> Shot:
    of = settings(case.look, case.language)
    drawing = slides.draw(of, of.series["mlcollage"], case.item, "29/52", bytes_of)
    return Shot(case.name, case.what, drawing.picture.data, drawing.alt)


def editions(shots: Sequence[Shot]) -> Iterator[Shot]:
    """Covers of one, four, nine and twelve collages, and a card, of slides that were drawn."""
    of = settings("", "en")
    series = of.series["mlcollage"]
    data = {hashlib.sha256(shot.png).hexdigest(): shot.png for shot in shots}
    collages = [
        replace(
            collage(paper(f"Paper {number}", "Ada Example")),
            picture=read.drawn(shot.png, f"{shot.name}.png").picture,
        )
        for number, shot in enumerate(shots, 1)
    ]

    def stored(picture: Picture) -> bytes:
        return data[picture.sha256]

    for count in (1, 4, 9, 12):
        shown = covers.Shown(series, _roundup(series, count), [*collages, *collages][:count])
        page = covers.cover_page(of, shown, stored)
        papers = [item.paper for item in shown.items]
        alt = covers.alt_text(series, shown.roundup, papers, network.NARROWEST_ALT)
        yield Shot(f"cover-of-{count}", f"The cover of a roundup of {count}", page.png, alt)
        if count == 4:
            page = covers.card_page(of, shown, stored)
            yield Shot("card", "The card that a link to its page is shown with", page.png, alt)


def _roundup(series: config.Series, count: int) -> month.Roundup:
    title = month.title(series.roundup, "2021-09", count, series.words)
    return month.Roundup(
        id=1,
        series=series.name,
        title_month="2021-09",
        title=title,
        slug=month.slug(title, "2021-09"),
        state=month.State.DUE,
        due_at=datetime(2021, 8, 31, 18, tzinfo=UTC),
    )


def written(folder: Path, figures: Path) -> list[Shot]:
    """Draw all pictures into a folder, smaller, as WEBP, with a page that describes them."""
    shots = [slide_of(case) for case in (demo(), *cases(Figures(figures)))]
    shots += editions(shots)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [HEAD]
    for shot in shots:
        image = Image.open(io.BytesIO(shot.png)).convert("RGB")
        image.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
        image.save(folder / f"{shot.name}.webp", quality=84, method=6)
        alt = shot.alt.replace("[", r"\[").replace("]", r"\]")
        lines.append(f"## {shot.what}\n\n![{alt}]({shot.name}.webp)\n")
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")
    return shots


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=GALLERY)
    parser.add_argument("--figures", type=Path, default=FIGURES)
    asked = parser.parse_args()
    for shot in written(asked.folder, asked.figures):
        print(f"{shot.name}: {len(shot.png):,} bytes")
