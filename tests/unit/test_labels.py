"""What stands around a paper: names and years, labels of links, months, quotation marks, printed
numbers.
"""

import pytest

from bot.core.paper import LinkKind
from bot.core.words import WORDS
from bot.intake import findings, labels, markup, months, people
from bot.intake.findings import Printed


@pytest.mark.parametrize(
    ("text", "names", "others", "year"),
    [
        ("福雷尔等人(2021)", ("福雷尔",), True, 2021),
        ("盖尔曼&韦赫塔里(2021)", ("盖尔曼", "韦赫塔里"), False, 2021),
        ("Zbontar，Ling 等(2021)", ("Zbontar", "Ling"), True, 2021),
        ("莱维特和莫科斯（2021 年）", ("莱维特", "莫科斯"), False, 2021),
        ("帕克-霍尔德等人(2020)", ("帕克-霍尔德",), True, 2020),
        ("Flennerhag 等人 2021 年", ("Flennerhag",), True, 2021),
        (
            "Laurens van der Maaten, Anderson, and Hinton (NeurIPS 2021)",
            ("Laurens van der Maaten", "Anderson", "Hinton"),
            False,
            2021,
        ),
        ("Feurer et al.", ("Feurer",), True, None),
        ("Feurer et al.* (2021)", ("Feurer",), True, 2021),
        ("Groß und Müller u.a. (1999)", ("Groß", "Müller"), True, 1999),
        ("甲、乙", ("甲", "乙"), False, None),
        ("和 平", ("和 平",), False, None),
        ("Center for AI and Society (2021)", ("Center for AI and Society",), False, 2021),
        ("University of Ulm and Ada Example", ("University of Ulm", "Ada Example"), False, None),
        ("Example (MIT, Google) et al. (2021)", ("Example (MIT, Google)",), True, 2021),
        ("Wolke (Sky Lab) & Regen (2021)", ("Wolke (Sky Lab)", "Regen"), False, 2021),
        ("Anna Wolke (Sky Lab) & Regen (ICLR)", ("Anna Wolke", "Regen"), False, None),
        ("周和平、山本和子 (2020)", ("周和平", "山本和子"), False, 2020),
        ("张三和李四", ("张三", "李四"), False, None),
        ("盖尔曼和李·斯莫林", ("盖尔曼", "李·斯莫林"), False, None),
        ("Ada Example和李四", ("Ada Example", "李四"), False, None),
        ("", (), False, None),
    ],
)
def test_authors_are_named_in_order_with_others_and_year(
    text: str, names: tuple[str, ...], others: bool, year: int | None
) -> None:
    assert people.read(text) == (names, others, year)


@pytest.mark.parametrize(
    ("label", "url", "before", "told"),
    [
        ("谈话", "https://github.com/a/b", "🎙", (LinkKind.TALK, "label")),
        ("纸张", "", "", (LinkKind.PAPER, "label")),
        ("Paper (arXiv)", "https://x.org", "", (LinkKind.PAPER, "label")),
        ("Blog post", "https://x.org", "", (LinkKind.BLOG, "label")),
        ("Hier", "https://www.youtube.com/watch?v=1", "📝", (LinkKind.TALK, "address")),
        ("Hier", "https://huggingface.co/spaces/a", "", (LinkKind.DEMO, "address")),
        ("Hier", "https://x.org/a.PDF?download=1", "", (LinkKind.PAPER, "address")),
        ("Hier", "https://notgithub.com/", "🗣\ufe0f ", (LinkKind.TALK, "emoji")),
        ("Hier", "https://x.org/github.com", "", (LinkKind.PROJECT, "")),
    ],
)
def test_a_links_kind_follows_label_then_address_then_emoji(
    label: str, url: str, before: str, told: tuple[LinkKind, str]
) -> None:
    assert labels.kind_of(label, url, before) == told


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("Papers, March 2020 and May 2021", "2020-03"),
        ("Vier Paper im MAI 2021", "2021-05"),
        ("/r/read-in-december-2021-e28f", "2021-12"),
        ("2021年13月", None),
        ("Maybe 2021", None),
        ("2021 年你", None),
    ],
)
def test_a_title_names_its_month_in_three_languages(title: str, month: str | None) -> None:
    assert months.in_text(title) == month


@pytest.mark.parametrize(
    ("printed", "bare"),
    [
        ("‘A’", "A"),
        ("“A” and “B”", "“A” and “B”"),
        ("‘‘A’ and ‘B’’", "‘A’ and ‘B’"),
        ("‘The Experts’ Choice’", "The Experts’ Choice"),
        ('"A" and "B"', '"A" and "B"'),
        ("“Half", "Half"),
        ("Half”", "Half"),
        ("The “Best”", "The “Best”"),
        ("「甲」", "甲"),
        ("“", ""),
    ],
)
def test_only_the_quotation_marks_around_a_title_go(printed: str, bare: str) -> None:
    assert markup.unquoted(printed) == bare


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ("17/52 18/52", []),
        ("51/52 52/52 1/52 2/52", []),
        (
            "1/52 1/52 1/52 5/52",
            ["1 is printed 3 times and 2–4 are missing in the captions on lines 1, 2, 3 and 4."],
        ),
        ("7 8/52 9", ["7 and 9 are printed without a total, as [7], on lines 1 and 3."]),
        ("7", ["7 is printed without a total, as [7], on line 1."]),
        ("2/52 1/52", []),
    ],
)
def test_numbers_twice_left_out_or_without_total_are_one_error_each(
    numbers: str, texts: list[str]
) -> None:
    printed = [Printed(number, line) for line, number in enumerate(numbers.split(), start=1)]
    found = list(findings.about_numbers(printed))
    assert [one.text for one in found] == texts
    assert {one.level for one in found} <= {"error"}


@pytest.mark.parametrize("language", WORDS)
def test_the_labels_that_the_program_prints_are_known(language: str) -> None:
    printed = WORDS[language].labels
    assert tuple(map(labels.kind_by_label, printed)) == tuple(LinkKind)
