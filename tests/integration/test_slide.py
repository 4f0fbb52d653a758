"""The plain slide: what is drawn is what its alt text says, on machines with and without fonts."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageFont

from bot.core.words import WORDS, of
from bot.pictures import font, read, slide

TITLE = "Do Vision Transformers See Like Convolutional Neural Networks?"
CHINESE = "如何训练自己的视觉变形金刚？数据、增强和规则化"
NO_FOLDERS: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def chinese_fonts(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A folder with a font of a known name: Pillow's own, in which every Chinese character looks
    like an M.
    """
    folder = tmp_path_factory.mktemp("fonts")
    built_in = ImageFont.load_default(20)
    assert isinstance(built_in, ImageFont.FreeTypeFont)
    (folder / "deeper").mkdir()
    (folder / "deeper" / "NotoSansSC-Regular.ttf").write_bytes(with_chinese(built_in.font_bytes))
    return (str(folder),)


def with_chinese(data: bytes) -> bytes:
    """The font with a character map (cmap format 12) of printable ASCII and the common Chinese
    blocks.
    """
    entries = {
        data[at : at + 4]: at
        for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
    }
    old = struct.unpack_from(">I", data, entries[b"cmap"] + 8)[0]
    # The second of its maps is the Macintosh one, format 0: a byte for each of 256 characters.
    glyphs = old + struct.unpack_from(">I", data, old + 4 + 8 + 4)[0] + 6
    chinese = [*range(0x3001, 0x3010), *range(0x4E00, 0x9FA0), *range(0xFF01, 0xFF20)]
    codes = {code: data[glyphs + code] for code in range(0x20, 0x7F)} | dict.fromkeys(
        chinese, data[glyphs + ord("M")]
    )
    groups = b"".join(struct.pack(">III", code, code, glyph) for code, glyph in codes.items())
    table = (
        struct.pack(">HHHHIHHIII", 0, 1, 3, 10, 12, 12, 0, 16 + len(groups), 0, len(codes)) + groups
    )
    changed = bytearray(data + bytes(-len(data) % 4))
    struct.pack_into(">II", changed, entries[b"cmap"] + 8, len(changed), len(table))
    return bytes(changed + table)


def pixels(drawn: slide.Slide) -> Image.Image:
    return Image.open(io.BytesIO(drawn.png)).convert("RGB")


def has_ink(image: Image.Image, box: tuple[int, int, int, int]) -> bool:
    paper = ImageColor.getrgb(slide.PAPER)
    return image.crop(box).getcolors() != [((box[2] - box[0]) * (box[3] - box[1]), paper)]


TITLE_AREA = (0, 0, slide.WIDTH, 600)
NUMBER_AREA = (slide.WIDTH // 2, 640, slide.WIDTH, slide.HEIGHT)


def test_a_slide_is_a_picture_that_reading_accepts() -> None:
    drawn = slide.draw(TITLE, "Raghu et al. (2021)", "32/52", "ML-Collage", NO_FOLDERS)
    picture = read.check(drawn.png, "slide.png").picture
    assert (picture.mime, picture.width, picture.height) == ("image/png", 1600, 900)
    assert picture.size < 200_000
    assert drawn.unshown == ()


def test_the_same_words_give_the_same_bytes_and_other_words_others() -> None:
    one, same, other = (
        slide.draw(title, "A (2021)", "1", "S", NO_FOLDERS).png for title in (TITLE, TITLE, "Other")
    )
    assert one == same != other


def test_the_alt_text_says_what_is_on_the_slide() -> None:
    drawn = slide.draw(TITLE, "Raghu et al. (2021)", "32/52", "ML-Collage", NO_FOLDERS)
    assert (
        drawn.alt(of("en").slide)
        == f"Plain slide with the title “{TITLE}”, by Raghu et al. (2021), ML-Collage 32/52."
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Schlichte Folie mit dem Titel „{}“, von Raghu et al. (2021), ML-Collage 32/52."),
        ("zh", "简单的幻灯片，标题为“{}”，作者：Raghu et al. (2021)，ML-Collage 32/52。"),
    ],
)
def test_the_alt_text_is_in_the_series_language(language: str, said: str) -> None:
    drawn = slide.draw(TITLE, "Raghu et al. (2021)", "32/52", "ML-Collage", NO_FOLDERS)
    assert drawn.alt(of(language).slide) == said.format(TITLE)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Schlichte Folie ohne den Titel, ML-Collage 29/52. Der Titel des Papers: „{}“."),
        ("zh", "简单的幻灯片，没有标题，ML-Collage 29/52。论文标题：“{}”。"),
    ],
)
def test_a_title_that_is_left_off_is_added_in_the_series_language(language: str, said: str) -> None:
    drawn = slide.draw(CHINESE, "", "29/52", "ML-Collage", NO_FOLDERS)
    assert drawn.alt(of(language).slide) == said.format(CHINESE)


def test_a_slide_without_a_number_shows_and_names_the_series_alone() -> None:
    drawn = slide.draw(TITLE, "Raghu et al. (2021)", "", "ML-Collage", NO_FOLDERS)
    assert drawn.alt(of("en").slide).endswith("by Raghu et al. (2021), ML-Collage.")
    assert not has_ink(pixels(drawn), NUMBER_AREA)


def test_a_title_that_no_font_shows_is_left_off_and_said_to_be() -> None:
    drawn = slide.draw(CHINESE, "", "29/52", "ML-Collage", NO_FOLDERS)
    assert drawn.unshown == (CHINESE,)
    assert (
        drawn.alt(of("en").slide)
        == f"Plain slide without its title, ML-Collage 29/52. The paper’s title: “{CHINESE}”."
    )
    image = pixels(drawn)
    assert not has_ink(image, TITLE_AREA)
    assert has_ink(image, NUMBER_AREA)


def test_the_latin_words_of_a_chinese_title_are_shown_without_the_rest() -> None:
    drawn = slide.draw("用 BERT 做中文分词", "李等 (2021)", "29/52", "ML-Collage", NO_FOLDERS)
    assert drawn.unshown == ("用", "做中文分词", "李等 (2021)")
    assert drawn.alt(of("en").slide) == (
        "Plain slide with these words of its title: “… BERT …”, ML-Collage 29/52. "
        "The paper’s title: “用 BERT 做中文分词”."
    )
    assert has_ink(pixels(drawn), TITLE_AREA)


def test_a_chinese_title_is_drawn_where_a_font_has_it(chinese_fonts: tuple[str, ...]) -> None:
    drawn = slide.draw(CHINESE, "Steiner 等 (2021)", "29/52", "机器学习拼贴", chinese_fonts)
    assert drawn.unshown == ()
    assert (
        drawn.alt(of("en").slide)
        == f"Plain slide with the title “{CHINESE}”, by Steiner 等 (2021), 机器学习拼贴 29/52."
    )
    assert has_ink(pixels(drawn), TITLE_AREA)


def test_chinese_wraps_between_characters_but_never_before_a_comma(
    chinese_fonts: tuple[str, ...],
) -> None:
    lettering = font.choose("数据，" * 40, chinese_fonts)
    lines, _ = slide._heading(lettering)
    assert len(lines) > 2
    assert "".join(line.text for line in lines) == "数据，" * 40
    assert not any(line.text.startswith("，") for line in lines)


def test_a_title_too_long_for_the_slide_is_cut_and_given_in_full_in_the_alt_text() -> None:
    title = " ".join(["WIDEWORDS"] * 49)
    drawn = slide.draw(title, "A (2021)", "1", "S", NO_FOLDERS)
    assert drawn.alt(of("en").slide).startswith(
        "Plain slide with these words of its title: “WIDEWORDS"
    )
    assert drawn.alt(of("en").slide).endswith(f"The paper’s title: “{title}”.")


@pytest.mark.parametrize(
    ("text", "shown", "unshown"),
    [
        ("Jastrzębski et al. (2021)", "Jastrzebski et al. (2021)", ("ę",)),
        ("Łukasz Øre & Müller", "Lukasz Ore & Muller", ("Ł", "Ø", "ü")),
        ("Zoph\u2013Le \u201cNAS\u201d 2×2", "Zoph-Le \u201cNAS\u201d 2x2", ()),
        ("β-VAE", "…-VAE", ("β",)),
        ("שלום BERT", "… BERT", ("שלום",)),
        ("🤗 Transformers", "Transformers", ("🤗",)),
        ("第一 2021", "", ("第一 2021",)),
        ("\u200b\ufeff", "", ()),
    ],
)
def test_without_fonts_a_text_is_shown_as_far_as_it_can_be(
    text: str, shown: str, unshown: tuple[str, ...]
) -> None:
    lettering = font.choose(text, NO_FOLDERS)
    assert (lettering.text, lettering.unshown) == (shown, unshown)


def test_a_file_that_is_no_font_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "NotoSans-Regular.ttf").write_bytes(b"no font at all")
    (tmp_path / "DejaVuSans.ttf").mkdir()
    assert font.choose("Ελληνικά", (str(tmp_path), str(tmp_path / "absent"))).unshown == (
        "Ελληνικά",
    )


def test_a_font_of_an_unknown_family_is_not_used(
    tmp_path: Path, chinese_fonts: tuple[str, ...]
) -> None:
    data = Path(chinese_fonts[0], "deeper", "NotoSansSC-Regular.ttf").read_bytes()
    (tmp_path / "LastResort.otf").write_bytes(data)
    assert font.choose(CHINESE, (str(tmp_path),)).text == ""


@pytest.mark.parametrize("colour", [*slide.ACCENTS, slide.INK, slide.GREY])
def test_every_colour_is_readable_on_the_paper(colour: str) -> None:
    def luminance(name: str) -> float:
        parts = [part / 255 for part in ImageColor.getrgb(name)]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert (luminance(slide.PAPER) + 0.05) / (luminance(colour) + 0.05) >= 4.5


@settings(max_examples=20, deadline=None)
@given(
    st.text(max_size=700),
    st.text(max_size=60),
    st.text(max_size=12),
    st.text(max_size=60),
    st.sampled_from(list(WORDS)),
)
def test_whatever_the_words_the_alt_text_fits_and_the_margins_stay_clear(
    title: str, authors: str, number: str, series: str, language: str
) -> None:
    drawn = slide.draw(title + "W" * 50, authors, number, series, NO_FOLDERS)
    assert 0 < len(drawn.alt(of(language).slide)) <= 1_000
    assert "\n" not in drawn.alt(of(language).slide)
    image, clear = pixels(drawn), slide.MARGIN - 8
    assert not has_ink(image, (0, 0, clear, slide.HEIGHT))
    assert not has_ink(image, (slide.WIDTH - clear, 0, slide.WIDTH, slide.HEIGHT))
