"""What is measured of a picture, on pictures that are drawn for it: the size of letters, the ground
of transparent ones, blank ones, and what looks the same.
"""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.core import appearance
from bot.core.collage import Picture
from bot.deciding import collages, queue_changes
from bot.intake import accept, twins
from bot.intake.accept import Arrival
from bot.pictures import read
from tests.conftest import make_context, plain_picture, png, shared, write_item

TEXT = (
    "Deep ensembles are a simple way to estimate how uncertain a network is. We train several "
    "networks from different random seeds and average their predictions, which also helps. "
) * 40
CHINESE = "深度集成是估计神经网络不确定性的一种简单方法。 我们用不同的随机种子训练多个网络。 " * 60
CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def seen(image: Image.Image, kind: str = "PNG", **options: object) -> Picture:
    return read.check(encoded(image, kind, **options), "a").picture


def page(
    width: int,
    share: float,
    ink: str = "black",
    paper: str = "white",
    text: str = TEXT,
    font: Path | None = None,
) -> Image.Image:
    """A page of 16:9 full of text, whose size is that share of the width, in hundredths."""
    size = max(1, round(width * share / 100))
    face: ImageFont.FreeTypeFont | ImageFont.ImageFont = ImageFont.load_default(size)
    if font:
        face = ImageFont.truetype(font, size)
    image = Image.new("RGB", (width, width * 9 // 16), paper)
    draw, words, top = ImageDraw.Draw(image), text.split(" "), width // 40
    while words and top < image.height - 2 * size:
        line = ""
        while words and face.getlength(line + words[0]) < width * 0.95:
            line += words.pop(0) + " "
        draw.text((width // 40, top), line, font=face, fill=ink)
        top += round(size * 1.3)
    return image


def is_small(image: Image.Image, kind: str = "PNG", **options: object) -> bool:
    return "too small to be read" in str(appearance.notes(seen(image, kind, **options)))


@pytest.mark.parametrize("width", [1_200, 1_920, 2_400, 4_000])
def test_pages_of_letters_are_judged_by_their_size_on_a_phone(width: int) -> None:
    assert [share for share in (0.6, 0.7, 1.2, 1.5, 2, 3, 5) if is_small(page(width, share))] == [
        0.6,
        0.7,
    ]


@pytest.mark.parametrize(
    ("ink", "paper"), [("#ddd", "#202428"), ("#555", "white"), ("#223388", "#fff3c0")]
)
def test_the_colours_do_not_matter(ink: str, paper: str) -> None:
    assert is_small(page(1_920, 0.65, ink, paper))
    assert not is_small(page(1_920, 1.3, ink, paper))


def test_a_jpeg_of_letters_is_judged_as_well() -> None:
    assert is_small(page(1_920, 0.65), "JPEG", quality=60)
    assert not is_small(page(1_920, 1.3), "JPEG", quality=60)


@pytest.mark.skipif(not CJK.exists(), reason="there is no font for Chinese here")
def test_chinese_is_judged_as_well() -> None:
    assert is_small(page(1_920, 0.65, text=CHINESE, font=CJK))
    assert not is_small(page(1_920, 1.3, text=CHINESE, font=CJK))


def test_a_few_small_words_below_large_ones_are_no_reason() -> None:
    image = page(1_920, 2.5)
    small = page(960, 1.2).crop((0, 20, 960, 50))
    image.paste("white", (0, 900, 1_920, 1_080))
    image.paste(small, (40, 1_000))
    assert not is_small(image)


def test_of_real_pictures_only_the_one_with_tiny_labels_is_told() -> None:
    told = {
        path.name
        for path in shared("images").iterdir()
        if path.name.partition("__")[0] != "Pillow" and path.suffix != ".json"
        if "too small" in str(appearance.notes(read.load(path).picture))
    }
    assert told == {"code-and-blog__logistic_regression.png"}


def test_noise_and_patterns_are_no_letters() -> None:
    noise = Image.effect_noise((1_600, 1_200), 90)
    stripes = Image.new("L", (1_600, 1_200), 255)
    draw = ImageDraw.Draw(stripes)
    for at in range(0, 1_600, 8):
        draw.line((at, 0, at, 1_200), fill=0, width=2)
    for image in (noise, noise.resize((400, 300)).resize((1_600, 1_200)), stripes):
        assert seen(image).letters == 0


# What a transparent picture goes out on


def drawing(colour: str, more: str = "") -> Image.Image:
    image = Image.new("RGBA", (1_200, 800), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((200, 200, 900, 500), outline=colour, width=20)
    draw.line((100, 700, 1_100, 100), fill=colour, width=15)
    if more:
        draw.text((300, 300), "a label", fill=more, font=ImageFont.load_default(120))
    return image


@pytest.mark.parametrize(
    ("colour", "more", "ground"),
    [
        ("black", "", "white"),
        ("white", "", "dark"),
        ("#ffe680", "", "dark"),
        ("#aaddff", "black", "white"),
        ("#2266aa", "", "white"),
        ("red", "", "white"),
    ],
)
def test_the_ground_is_white_unless_that_would_swallow_the_drawing(
    colour: str, more: str, ground: str
) -> None:
    assert seen(drawing(colour, more)).ground == ground


def test_what_is_opaque_has_no_ground() -> None:
    assert seen(Image.new("RGBA", (1_000, 600), (9, 9, 9, 255))).ground == ""
    assert not seen(Image.new("RGB", (1_000, 600))).has_alpha


# Blank ones


@pytest.mark.parametrize("colour", ["white", "black", "#123456"])
def test_a_page_of_one_colour_is_blank(colour: str) -> None:
    image = Image.new("RGB", (1_600, 900), colour)
    assert seen(image).is_blank
    image.putpixel((5, 5), (1, 2, 3))
    assert seen(image, "JPEG").is_blank


def test_a_page_with_one_word_is_not_blank() -> None:
    image = Image.new("RGB", (1_600, 900), "white")
    ImageDraw.Draw(image).text((700, 400), "Hello", fill="grey", font=ImageFont.load_default(80))
    assert not seen(image).is_blank


def test_colours_of_one_brightness_are_not_blank() -> None:
    image = Image.new("RGB", (1_600, 900), (200, 60, 60))
    image.paste((30, 124, 80), (200, 200, 800, 600))
    assert not seen(image).is_blank


# The same picture again


def arrival(folder: Path, name: str, data: bytes) -> Arrival:
    file = write_item(folder, name)
    (folder / f"{name}.png").write_bytes(data)
    return accept.from_file(file)


def test_a_picture_that_was_there_before_is_told_with_the_collage(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    series = context.config.series["mlcollage"]
    first = plain_picture("first")
    image = Image.open(io.BytesIO(first)).convert("RGB")
    smaller = encoded(image.resize((1_010, 570)), "JPEG", quality=80)
    contents = {"alpha": first, "beta": plain_picture("other"), "gamma": first, "delta": smaller}
    taken = [
        accept.take(context, series, [arrival(tmp_path, name, data)])[0]
        for name, data in contents.items()
    ]
    alike = [[note for note in one.remarks if "alpha" in note] for one in taken]
    assert alike == [
        *([], []),
        ["alpha (in the queue) has the same picture"],
        ["alpha (in the queue) has a picture that looks the same"],
    ]
    delta = taken[3].collage
    told = collages.show(context, series, "delta").notes
    assert told == (
        "alpha (in the queue) has a picture that looks the same",
        "gamma (in the queue) has a picture that looks the same",
    )
    assert collages.repeated(context, series, delta) == list(told)
    assert f"delta: {told[0]}" in queue_changes.make_ready(context, series, ["delta"]).remarks
    assert f"delta: {told[0]}" in twins.cautions(context, series, [delta])[delta.id]
    # Of the first one nothing is said before it goes out: the others come later.
    assert twins.cautions(context, series, [taken[0].collage])[taken[0].collage.id] == []
    context.database.close()


def test_blank_pictures_and_drawn_slides_are_not_compared(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    series = context.config.series["mlcollage"]
    blank = [arrival(tmp_path, name, png(size=(1_200, 700))) for name in ("alpha", "beta")]
    files = [write_item(tmp_path, name, picture=None, alt=None) for name in ("gamma", "delta")]
    for name in ("gamma", "delta"):
        (tmp_path / f"{name}.png").unlink()
    plain = [accept.from_file(file) for file in files]
    drawn = accept.drawn(context, series, plain, ["1/52", "1/52"])
    taken = accept.take(context, series, [*blank, *drawn])
    assert not any("picture that looks" in note for one in taken for note in one.remarks)
    assert not any("the same picture" in note for one in taken for note in one.remarks)
    context.database.close()


def test_slides_of_one_layout_are_different_pictures() -> None:
    def slide(number: int) -> Image.Image:
        image = Image.new("RGB", (1_600, 900), "white")
        draw = ImageDraw.Draw(image)
        words = TEXT.split()[number * 7 :]
        draw.text((60, 50), " ".join(words[:6]), fill="black", font=ImageFont.load_default(60))
        for row in range(6):
            line = " ".join(words[6 + row * 8 : 14 + row * 8])
            draw.text((60, 200 + row * 60), line, fill="black", font=ImageFont.load_default(32))
        figure = Image.open(io.BytesIO(plain_picture(str(number)))).resize((620, 500))
        image.paste(figure, (920, 250))
        return image

    prints = [seen(slide(number)).fingerprint for number in range(12)]
    alike = [
        (one, other)
        for one in range(12)
        for other in range(one)
        if appearance.is_alike(prints[one], prints[other])
    ]
    assert alike == []


def test_a_picture_that_an_earlier_version_stored_is_measured_once_it_is_given_again(
    tmp_path: Path,
) -> None:
    context = make_context(tmp_path)
    picture = read.check(plain_picture("old"), "old.png").picture
    unseen = picture._replace(fingerprint="", letters=0)
    with context.write() as work:
        work.pictures.put(unseen, plain_picture("old"))
    with context.read() as work:
        assert [each.fingerprint for each, _ in work.pictures.everything()] == [""]
    for fingerprint in (picture.fingerprint, "0123456789abcdef" * 4):
        with context.write() as work:
            work.pictures.put(picture._replace(fingerprint=fingerprint), plain_picture("old"))
    with context.read() as work:
        (stored,) = [each for each, _ in work.pictures.everything()]
    assert stored == picture._replace(file="")
    context.database.close()
