"""Slides: what an item says is shown as text, everything has its place, and looks as it should."""

import io
import itertools
import json
import math
import random
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typst
from PIL import Image, ImageChops, ImageStat

from bot.composing import slide_templates, slides
from bot.config import Config
from bot.core import reading, slide
from bot.core.collage import Item
from bot.core.errors import BadConfig, BadInput
from bot.pictures import typeset
from tests.conftest import ROOT
from tests.slides import SHAPES, drawn, figure, item, settings

GOLDEN = ROOT / "tests/golden/slides"
TITLE = "Do Vision Transformers See Like Convolutional Neural Networks?"
CHINESE = "如何训练自己的视觉变形金刚？数据、增强和正则化"
LONG = "Each of these sentences says a little more than there is room for on a slide, and goes on. "
FORMULA = r"The loss is $\mathcal{L} = \sum_{i=1}^n \left( \frac{a_i}{\sqrt{b_i}} \right)^2$."


@pytest.fixture
def plain(tmp_path: Path) -> Config:
    return settings(tmp_path)


def pixels(drawing: slides.Drawing) -> Image.Image:
    return Image.open(io.BytesIO(drawing.picture.data)).convert("RGB")


def laid_out(made: Config, wanted: Item, number: str = "29/52") -> dict[str, Any]:
    """The facts that the template tells of a slide's layout."""
    told: list[typeset.Page] = []
    render = typeset.render

    def remembering(*arguments: Any) -> typeset.Page:
        told.append(render(*arguments))
        return told[-1]

    slides.typeset.render = remembering  # type: ignore[assignment]
    try:
        drawn(made, wanted, number)
    finally:
        slides.typeset.render = render  # type: ignore[assignment]
    return dict(told[-1].facts)


def words_on(made: Config, wanted: Item, folder: Path) -> str:
    """The words that a slide without figures shows, in the order of the page."""
    templates = slide_templates.found(made.templates, "mlcollage")
    for name, source in templates.items():
        (folder / name).write_bytes(source.data)
    data = slides.page_data(made.series["mlcollage"], wanted, "29/52") | {"figures": []}
    (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
    pdf = typst.compile(str(folder / "collage.typ"), root=str(folder), format="pdf")
    assert isinstance(pdf, bytes)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return " ".join(document[0].get_textpage().get_text_bounded().split())


def test_a_slide_shows_title_citation_number_hashtag_series_and_takeaways(
    plain: Config, tmp_path: Path
) -> None:
    shown = words_on(plain, item(TITLE, takeaways=("It sees.", "It scales.")), tmp_path)
    for text in (TITLE, "Lovelace et al. (2021)", "29/52", "#mlcollage", "ML-Collage", "It sees."):
        assert text in shown


HOSTILE = [
    '#read("/etc/passwd")',
    '#include "data.json"',
    '#import "@preview/cetz:0.3.0": *',
    "#while true {}",
    "= Heading + list - item / term: x",
    "// comment /* more */ end",
    "@ref <label> [content] {code}",
    "~ -- --- ... 'single' \"double\"",
    "#set page(fill: red); #panic(1)",
    "a_b_c #let x = 1 #x",
    "https://example.org/a_b?c=#d",
    "\\#escaped \\u{41} #sym.arrow",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_typst_markup_in_an_item_is_shown_as_text(text: str, plain: Config, tmp_path: Path) -> None:
    wanted = item(text, takeaways=(text,), authors=(text[:60],))
    shown = words_on(plain, wanted, tmp_path)
    expected = " ".join(reading.paper(wanted.paper).title.split())
    assert shown.replace(" ", "").count(expected.replace(" ", "")) >= 2


@pytest.mark.parametrize("name", sorted(slide.FORMATS))
def test_a_page_has_at_least_2400_pixels_and_its_proportions(name: str, plain: Config) -> None:
    width, height = pixels(drawn(plain, item("A", format=name))).size
    left, _, right = name.partition(":")
    assert width >= 2_400
    assert width * int(right) == height * int(left)


def test_a_figure_is_not_distorted_and_stands_where_the_template_says(plain: Config) -> None:
    for place, (width, height) in enumerate(SHAPES):
        wanted = item("A", place + 1)
        facts = laid_out(plain, wanted)
        shown = facts["figures"][place]
        assert shown["width"] / shown["height"] == pytest.approx(width / height, rel=0.02)


def test_the_same_item_gives_the_same_bytes_and_another_number_others(plain: Config) -> None:
    wanted = item(TITLE, 2)
    one = drawn(plain, wanted).picture.data
    typeset._kept.clear()
    assert drawn(plain, wanted).picture.data == one
    assert drawn(plain, wanted, "30/52").picture.data != one


PIECES = {
    "en": (TITLE, "A Short Title", LONG, "Learning $\\mathbb{R}^n$-Valued Functions"),
    "de": ("Datenschutzgrundverordnungsfragen an große Sprachmodelle", "Größe ist nicht alles"),
    "zh": (CHINESE, "多智能体沟通：一个统一的视角，以及它在大规模语言模型中的应用与局限"),
    "el": ("Ένα μοντέλο που βλέπει εικόνες", "Δεδομένα"),
    "ru": ("Модель, которая видит изображения", "Данные"),
}


def random_item(seed: int) -> tuple[str, str, Item]:
    """A language, a look and an item, chosen by a seed."""
    chance = random.Random(seed)
    language = chance.choice(list(PIECES))
    texts = PIECES[language]
    title = (chance.choice(texts) + " ") * chance.choice((1, 1, 1, 3))
    if not seed % 8:
        title = (LONG * 6)[:500]
    count = chance.randrange(7)
    captions = [chance.choice(("", *texts, LONG * 2)).strip()[:300] for _ in range(count)]
    takeaways = tuple(
        (chance.choice((*texts, FORMULA)) * chance.choice((1, 1, 2)))[:300].strip()
        for _ in range(chance.randrange(5))
    )
    form = chance.choice(list(slide.FORMATS))
    theme = chance.choice(("paper", "night", "plain"))
    accent = f"#{chance.randrange(1 << 24):06x}"
    wanted = item(
        title.strip()[:500], count, captions=captions, takeaways=takeaways, theme=theme, format=form
    )
    return language, f'accent = "{accent}"', wanted


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_on_a_slide_has_its_place_and_can_be_read(seed: int, tmp_path: Path) -> None:
    language, look, wanted = random_item(seed)
    made = settings(tmp_path, language, look)
    facts = laid_out(made, wanted)
    width, height = slide.FORMATS[wanted.slide.format]
    boxes = facts["figures"]
    assert len(boxes) == len(wanted.slide.figures)
    for box in boxes:
        assert box["x"] >= 39.9
        assert box["y"] >= 30 + facts["head"]
        assert box["x"] + box["w"] <= width - 39.9
        assert box["y"] + box["h"] <= height - 45
        assert 0 < box["width"] <= box["w"] - 20
        assert 0 < box["height"] <= box["h"] - 20
        assert box["width"] * box["height"] > 1_500
    for one, other in itertools.combinations(boxes, 2):
        apart_in_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart_in_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart_in_x or apart_in_y
    if wanted.slide.takeaways:
        assert facts["points"] >= width / 55 - 0.01
    assert facts["over"] == []
    assert min(facts["contrasts"].values()) >= 4.49
    _check_margins(drawn(made, wanted))


def _check_margins(drawing: slides.Drawing) -> None:
    """Nothing is drawn beside the page's margins, but for the bar above."""
    image = pixels(drawing)
    width, height = image.size
    for box in (
        (0, 40, 70, height),
        (width - 70, 40, width, height),
        (0, height - 20, width, height),
    ):
        colours = image.crop(box).getcolors()
        assert colours
        assert len(colours) == 1


def test_a_title_of_500_characters_is_shown_in_full_or_its_end_is_told(plain: Config) -> None:
    title = ("WIDE WORDS OF A TITLE " * 30)[:500].strip()
    alone = drawn(plain, item(title))
    assert alone.slide.cut in ((), ("title",))
    told = slide.told_cut(("title", "takeaway 2"))
    assert told.startswith("its slide has no room for all of title, takeaway 2")
    assert drawn(plain, item("W" * 500)).slide.cut == ("title",)


def test_what_is_too_long_ends_with_an_ellipsis_and_is_named(plain: Config) -> None:
    drawing = drawn(plain, item("A", 6, takeaways=(LONG * 3,) * 4, captions=[LONG * 3] * 6))
    assert {"takeaway 1", "caption 1"} <= set(drawing.slide.cut)
    assert "title" not in drawing.slide.cut


def test_formulas_of_all_kinds_are_set(plain: Config) -> None:
    formulas = (
        r"$\begin{cases} 1 & x \\ 0 & \text{else} \end{cases}$ and $\hat{x}, \vec{v}, \dot q$",
        r"$\begin{bmatrix} a & b \\ c & d \end{bmatrix} \binom{n}{k} \left\| \frac{x}{y} \right\|$",
        r"$\int_0^\infty \prod_{i} \bigcup_j \max_x \operatorname{softmax}(z) \overline{AB}$",
        r"$\overset{a}{b} \underset{c}{d} \sqrt[3]{x} \mathfrak{g} \mathbf{w} \mathbb{E}$",
    )
    drawing = drawn(plain, item("A", takeaways=formulas))
    assert (drawing.slide.unshown, drawing.slide.cut) == ((), ())


def test_a_figure_without_its_white_margins_is_larger(plain: Config) -> None:
    import hashlib

    framed = Image.open(io.BytesIO(figure(0)))
    wide = Image.new("RGB", (framed.width * 3, framed.height), "white")
    wide.paste(framed, (framed.width, 0))
    out = io.BytesIO()
    wide.save(out, "PNG")
    data = out.getvalue()
    found = slides.figures.prepared(hashlib.sha256(data).hexdigest(), data, "image/png", "a.png")
    assert found.ratio == pytest.approx(framed.width / framed.height, rel=0.1)


# How slides look

GOLDENS = {
    "title": lambda: item(TITLE),
    "three": lambda: item(TITLE, 3, takeaways=("A *small* step.", FORMULA), theme="night"),
    "six": lambda: item("Six Figures", 6, format="4:3", theme="plain"),
    "words": lambda: item("No Figures", takeaways=("One.", "Two.", "Three.", "Four.")),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_slides_look_as_they_did(name: str, plain: Config) -> None:
    """After a change that is meant: delete the picture, run this once, look at the new one."""
    image = pixels(drawn(plain, GOLDENS[name]()))
    small = image.resize((640, round(640 * image.height / image.width)), Image.Resampling.BOX)
    file = GOLDEN / f"{name}.png"
    if not file.exists():
        small.quantize(64).save(file, optimize=True)
    golden = Image.open(file).convert("RGB")
    assert golden.size == small.size
    difference = ImageStat.Stat(ImageChops.difference(golden, small)).rms
    assert math.hypot(*difference) < 12


# Alt text

STRANGE = "\U000102a0\U000102a1"


def test_the_alt_text_says_what_is_on_the_slide(plain: Config) -> None:
    assert drawn(plain, item(TITLE)).alt == (
        f"Slide on the paper ‘{TITLE}’ by Lovelace et al. (2021), ML-Collage 29/52."
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Folie zum Paper „{}“ von Lovelace et al. (2021), ML-Collage 29/52."),
        ("zh", "介绍论文“{}”的幻灯片，作者：Lovelace 等 (2021)，ML-Collage 29/52。"),
    ],
)
def test_the_alt_text_is_in_the_series_language(language: str, said: str, tmp_path: Path) -> None:
    assert drawn(settings(tmp_path, language), item(TITLE)).alt == said.format(TITLE)


def test_a_title_that_is_shown_in_part_is_there_in_full(plain: Config) -> None:
    title = f"{STRANGE} BERT"
    drawing = drawn(plain, item(title))
    assert drawing.slide.unshown == (STRANGE,)
    assert drawing.alt == (
        f"Slide on the paper ‘{title}’ by Lovelace et al. (2021), ML-Collage 29/52."
    )


def test_figures_and_takeaways_are_in_the_alt_text(plain: Config) -> None:
    alt = drawn(plain, item(TITLE, 2, takeaways=("It sees.", "It scales"))).alt
    assert alt.startswith(f"Collage of the paper ‘{TITLE}’ by Lovelace et al. (2021), ")
    assert "ML-Collage 29/52. Figure 1: " in alt
    assert alt.endswith(" To take away: It sees. It scales.")


def test_a_slide_without_a_number_names_the_series_alone(plain: Config) -> None:
    assert drawn(plain, item(TITLE), "").alt.endswith("by Lovelace et al. (2021), ML-Collage.")


# How a series' slides look


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ('accent = "blue"', "series.mlcollage.slide.accent in config.toml must be a colour"),
        ('logo = "nothing.svg"', "series.mlcollage.slide.logo in config.toml names 'nothing.svg'"),
        ('logo = "logo.bmp"', "use a file that is .svg, .png"),
        ('fonts = "nowhere"', "names 'nowhere', and there is no such folder"),
        ('format = "16:10"', "must be one of 16:9, 4:3"),
        ('themes = "paper"', "did you mean"),
    ],
)
def test_a_wrong_setting_is_named(look: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as refused:
        settings(tmp_path, look=look)
    assert said in str(refused.value)


def test_a_theme_that_there_is_not_is_named_with_those_there_are(tmp_path: Path) -> None:
    made = settings(tmp_path, look='theme = "nigth"')
    with pytest.raises(BadInput, match=r"no theme 'nigth' in .*themes\.toml; it has paper, night"):
        drawn(made, item("A"))


LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" \
fill="#ff0000"/></svg>'


def test_logo_and_accent_of_a_series_are_on_its_slides(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(LOGO, encoding="utf-8")
    made = settings(tmp_path, look='logo = "logo.svg"\naccent = "#00ff00"')
    for count in (0, 1):
        image = pixels(drawn(made, item("A", count)))
        colours = {colour for _, colour in image.getcolors(image.width * image.height) or ()}
        assert {(255, 0, 0), (0, 255, 0)} <= colours


def test_a_broken_logo_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg", encoding="utf-8")
    with pytest.raises(BadInput, match=r"Template .*collage\.typ, logo\.svg: failed to parse SVG"):
        drawn(settings(tmp_path, look='logo = "logo.svg"'), item("A"))


def test_templates_and_themes_of_ones_own_are_used_those_of_the_series_first(
    tmp_path: Path,
) -> None:
    made = settings(tmp_path, look='theme = "ours"')
    shipped = (ROOT / "templates/slide/themes.toml").read_text(encoding="utf-8")
    own = tmp_path / "templates/slide/themes.toml"
    own.parent.mkdir(parents=True)
    own.write_text(shipped.replace("[paper]", "[ours]"), encoding="utf-8")
    general = drawn(made, item("A")).picture.data
    of_series = tmp_path / "templates/series/mlcollage/slide/themes.toml"
    of_series.parent.mkdir(parents=True)
    of_series.write_text(own.read_text("utf-8").replace("#fbfaf6", "#ffeedd"), encoding="utf-8")
    assert drawn(made, item("A")).picture.data != general


def test_a_link_in_the_folder_of_templates_leads_nowhere_else(tmp_path: Path) -> None:
    made = settings(tmp_path)
    folder = tmp_path / "templates/slide"
    folder.mkdir(parents=True)
    (folder / "passwd.typ").symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match=r"passwd.typ leads out of"):
        drawn(made, item("A"))


def test_a_font_of_the_maintainers_folder_is_used(tmp_path: Path) -> None:
    found = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if found is None:
        pytest.skip("DejaVu Sans is not installed (Debian: fonts-dejavu-core)")
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / "own.ttf").write_bytes(found.read_bytes())
    made = settings(tmp_path, look='fonts = "fonts"')
    assert made.series["mlcollage"].slide.fonts_folder == fonts
    assert drawn(made, item("A ☃")).slide.unshown == ()
