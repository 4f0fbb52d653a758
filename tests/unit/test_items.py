"""Item files: what they may say, what is said of those that cannot be used, and that writing one
gives it back.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import collage, per_network
from bot.core.collage import Item
from bot.core.errors import BadInput
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference
from bot.core.per_network import OnNetwork
from bot.intake import items
from tests.conftest import ROOT

FULL = """+++
name = "barlow-twins"
title = "Barlow Twins: Self-Supervised Learning via Redundancy Reduction"
authors = ["Jure Zbontar", "Li Jing"]
others = true
year = 2021
arxiv = "2103.03230"
doi = "10.48550/arXiv.2103.03230"
licence = "https://creativecommons.org/licenses/by/4.0/"
alt = "Two distorted views of one image go through twin networks."
picture = "collage.png"
printed_number = "18/52"
caption = "Figures by the authors"
thread = ["First part", "Second part"]
links = [
  { kind = "code", url = "https://github.com/facebookresearch/barlowtwins" },
  { kind = "paper", url = "https://arxiv.org/abs/2103.03230" },
  { kind = "code", url = "https://example.org/mirror" },
]
figures = [{ file = "fig1.png", caption = "The loss", source = "https://example.org/fig1" }]
references = [{ title = "SimCLR", url = "https://arxiv.org/abs/2002.05709" }]
+++

Twins see *two* views.

They should agree.
"""


def refusal(text: str, place: str = "barlow.md") -> str:
    with pytest.raises(BadInput) as refused:
        items.parse(text, place)
    return str(refused.value)


def front(*lines: str) -> str:
    return "\n".join(("+++", 'title = "Barlow Twins"', *lines, "+++", "", "A paragraph.", ""))


def test_every_key_of_an_item_file_finds_its_place() -> None:
    assert items.parse(FULL, "barlow.md") == Item(
        name="barlow-twins",
        paper=Paper(
            title="Barlow Twins: Self-Supervised Learning via Redundancy Reduction",
            authors=("Jure Zbontar", "Li Jing"),
            others=True,
            year=2021,
            links=(
                Link(LinkKind.CODE, "https://github.com/facebookresearch/barlowtwins"),
                Link(LinkKind.PAPER, "https://arxiv.org/abs/2103.03230"),
                Link(LinkKind.CODE, "https://example.org/mirror"),
            ),
            arxiv_id="2103.03230",
            doi="10.48550/arXiv.2103.03230",
            licence="https://creativecommons.org/licenses/by/4.0/",
            figures=(Figure("fig1.png", "The loss", "https://example.org/fig1"),),
            references=(Reference("SimCLR", "https://arxiv.org/abs/2002.05709"),),
        ),
        paragraph="Twins see *two* views.\n\nThey should agree.",
        alt="Two distorted views of one image go through twin networks.",
        thread=("First part", "Second part"),
        printed_number="18/52",
        caption="Figures by the authors",
        picture_file="collage.png",
        place="barlow.md",
    )


def test_the_short_form_of_links_keeps_their_order() -> None:
    text = front(
        "[links]", 'code = ["https://one.org", "https://two.org"]', 'paper = "https://three.org"'
    )
    kinds = [(str(link.kind), link.url) for link in items.parse(text, "x.md").paper.links]
    assert kinds == [
        ("code", "https://one.org"),
        ("code", "https://two.org"),
        ("paper", "https://three.org"),
    ]


def test_a_file_of_two_fences_is_a_draft_named_after_itself() -> None:
    assert items.parse("+++\n+++\n", "Barlow Twins.md").name == "barlow-twins"


def test_a_name_is_made_from_the_title_before_the_file() -> None:
    assert items.parse(front(), "x.md").name == "barlow-twins"


def test_a_chinese_title_takes_its_name_from_the_file() -> None:
    item = items.parse('+++\ntitle = "巴洛双胞胎"\n+++\n　通过减少冗余。', "barlow.md")
    assert (item.name, item.paper.title, item.paragraph) == (
        "barlow",
        "巴洛双胞胎",
        "　通过减少冗余。",
    )


def test_what_is_empty_counts_as_not_given() -> None:
    text = front('authors = [""]', "year = 0", 'alt = ""', 'picture = ""', "[links]", 'paper = ""')
    item = items.parse(text, "x.md")
    needed = collage.missing(item, has_picture=bool(item.picture_file))
    assert needed == ("authors", "a year", "a link to the paper", "a picture", "alt text")


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    assert items.parse("\ufeff" + FULL.replace("\n", "\r\n"), "barlow.md") == items.parse(
        FULL, "barlow.md"
    )


def test_an_editors_fence_in_the_paragraph_stays_there() -> None:
    assert items.parse("+++\n+++\none\n+++\ntwo", "x.md").paragraph == "one\n+++\ntwo"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (front('year = "2021"'), 'barlow.md: year: must be a whole number, not "2021"'),
        (front("year = 2021.0"), "barlow.md: year: must be a whole number, not 2021.0"),
        (front("year = true"), "barlow.md: year: must be a whole number, not true"),
        (front("year = 2021-05-01"), "barlow.md: year: must be a whole number, not a date or time"),
        (front("year = 20211"), "barlow.md: year: must be a year of four digits"),
        (
            front('authors = "Zbontar"'),
            'barlow.md: authors: must be a list in square brackets, not "Zbontar"',
        ),
        (
            front('authors = ["A", 2]'),
            "barlow.md: authors, entry 2: must be a text in quotes, not 2",
        ),
        (front("arxiv = 2103.03230"), "barlow.md: arxiv: must be a text in quotes, not 2103.0323"),
        (front('others = "yes"'), 'barlow.md: others: must be true or false, not "yes"'),
        (front('license = "MIT"'), 'barlow.md: unknown key "license"; did you mean "licence"?'),
        (
            front("[links]", 'papr = "x"'),
            'barlow.md: links: there is no kind of link "papr"; did you mean "paper"?',
        ),
        (front('links = [{ kind = "paper" }]'), "barlow.md: links, entry 1: url: is missing"),
        (
            front('figures = ["a.png"]'),
            'barlow.md: figures, entry 1: must be a table in braces, not "a.png"',
        ),
        (
            front('figures = [{ name = "a" }]'),
            'barlow.md: figures, entry 1: unknown key "name"; there are file, ',
        ),
        (front("[links]", 'paper = "ftp://x"'), "barlow.md: url: 'ftp://x' is no http(s) address"),
        (front('doi = "a\\u0000b"'), "barlow.md: doi: holds the control character U+0000"),
        (front("year ="), "barlow.md: line 3: "),
        (front("year = 1", "year = 2"), "barlow.md: line 4: "),
        (front('alt = """never closed'), "barlow.md: line 3: "),
        (
            "+++\ntitle = 'x'\n\ntext",
            "barlow.md: line 1: the front matter that starts here has no end",
        ),
        (
            "# Barlow",
            "barlow.md: line 1: must be +++, the start of the front matter, not '# Barlow'",
        ),
        ("", "barlow.md: line 1: must be +++"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line_or_key(text: str, message: str) -> None:
    assert refusal(text).startswith(message)


def test_the_place_in_a_message_stays_on_one_line_whatever_the_file_is_called() -> None:
    assert refusal("", "a\nb\udcff.md").startswith("a\\nb\\udcff.md: line 1: ")


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).map(str.strip)
lines = (
    st.lists(texts | st.just("+++"), max_size=4)
    .map("\n".join)
    .map(lambda text: text.strip(" \t\n"))
)
urls = st.sampled_from(
    ["https://arxiv.org/abs/2103.03230", "http://x.org/?a=1&b=\\'#c", "https://例え.jp/論文"]
)
papers = st.builds(
    Paper,
    title=texts,
    authors=st.lists(texts.filter(bool), max_size=4).map(tuple),
    others=st.booleans(),
    year=st.none() | st.integers(1000, 9999),
    links=st.lists(st.builds(Link, st.sampled_from(LinkKind), urls), max_size=6).map(tuple),
    arxiv_id=texts,
    doi=texts,
    licence=texts,
    figures=st.lists(
        st.builds(Figure, texts, texts, texts).filter(lambda f: f != Figure("")), max_size=2
    ).map(tuple),
    references=st.lists(st.builds(Reference, texts, texts), max_size=2).map(tuple),
)
drafts = st.builds(
    Item,
    name=st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True),
    paper=papers,
    paragraph=lines,
    alt=lines,
    thread=st.lists(lines.filter(bool), max_size=3).map(tuple),
    printed_number=texts,
    caption=texts,
    picture_file=texts,
    place=st.just("barlow.md"),
)


@given(drafts)
def test_an_item_that_is_written_and_read_again_is_the_same(item: Item) -> None:
    assert items.parse(items.dump(item, item.picture_file), "barlow.md") == item


def test_an_item_is_written_with_what_it_lacks_standing_empty() -> None:
    text = items.dump(Item(name="barlow", paper=Paper("", licence="CC BY")), "")
    assert text == (
        '+++\nname = "barlow"\ntitle = ""\nauthors = []\nothers = false\nyear = 0\n'
        'picture = ""\nalt = ""\n'
        'licence = "CC BY"\n\n[links]\npaper = ""\n+++\n\n\n'
    )


def test_a_text_of_several_lines_is_written_on_several_lines() -> None:
    item = Item(name="barlow", paper=Paper("T"), alt='One\n"two"\n\\three')
    assert 'alt = """One\n"two"\n\\\\three"""\n' in items.dump(item, "")


def test_a_picture_is_found_by_its_key_or_by_the_items_own_stem(tmp_path: Path) -> None:
    for name in ("barlow.PNG", "collage.jpg", "barlow-2.png"):
        (tmp_path / name).write_bytes(b"")
    item_file = tmp_path / "barlow.md"
    item_file.write_text(front(), encoding="utf-8")
    assert items.load(item_file).picture_file == str(tmp_path / "barlow.PNG")
    item_file.write_text(front('picture = "collage.jpg"'), encoding="utf-8")
    assert items.load(item_file).picture_file == str(tmp_path / "collage.jpg")


def test_an_item_without_a_picture_is_a_draft_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "barlow.md").write_text(front(), encoding="utf-8")
    assert items.load(tmp_path / "barlow.md").picture_file == ""


def test_two_pictures_beside_an_item_are_for_a_person_to_choose_from(tmp_path: Path) -> None:
    for name in ("barlow.png", "barlow.jpg"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "barlow.md").write_text(front(), encoding="utf-8")
    with pytest.raises(
        BadInput,
        match=r"barlow\.md: picture: several lie .* \(barlow\.jpg, barlow\.png\); name one",
    ):
        items.load(tmp_path / "barlow.md")


def test_a_picture_that_is_named_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "barlow.md").write_text(front('picture = "no.png"'), encoding="utf-8")
    with pytest.raises(
        BadInput, match=r"barlow\.md: picture: there is no 'no\.png' in the item file's folder"
    ):
        items.load(tmp_path / "barlow.md")


def test_bytes_that_are_no_utf_8_are_named_with_line_and_place(tmp_path: Path) -> None:
    (tmp_path / "barlow.md").write_bytes(front().encode() + b"caf\xe9")
    with pytest.raises(
        BadInput, match=r"barlow\.md: line 6: byte 48 of the file is no UTF-8; save it as UTF-8"
    ):
        items.load(tmp_path / "barlow.md")


@pytest.mark.parametrize("way", ["up", "absolute", "link", "folder link", "link beside"])
def test_a_picture_outside_of_the_items_folder_is_refused(tmp_path: Path, way: str) -> None:
    secret, folder = tmp_path / "secret.png", tmp_path / "items"
    secret.write_bytes(b"a picture of somebody's")
    folder.mkdir()
    (folder / "linked.png").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path)
    names = {
        "up": "../secret.png",
        "absolute": str(secret),
        "link": "linked.png",
        "folder link": "linked/secret.png",
        "link beside": "",
    }
    (folder / "barlow.md").write_text(front(f'picture = "{names[way]}"'), encoding="utf-8")
    if way == "link beside":
        (folder / "barlow.png").symlink_to(secret)
    with pytest.raises(BadInput, match=r"barlow\.md: picture: '.*\.png' is outside of the folder "):
        items.load(folder / "barlow.md")


def test_a_picture_in_a_folder_below_the_items_is_found(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").touch()
    for name in ("pictures/a.png", "pictures/../pictures/a.png", f"{tmp_path}/pictures/a.png"):
        (tmp_path / "barlow.md").write_text(front(f'picture = "{name}"'), encoding="utf-8")
        assert Path(items.load(tmp_path / "barlow.md").picture_file).samefile(
            tmp_path / "pictures" / "a.png"
        )


def test_the_items_of_the_demonstration_lack_only_their_picture_and_alt_text() -> None:
    shipped = [items.load(path) for path in sorted((ROOT / "demo-items").glob("*.md"))]
    assert [item.name for item in shipped] == [
        "auto-sklearn-2",
        "train-your-vit",
        "fisher-explosion",
        "vit-and-cnn",
    ]
    for item in shipped:
        assert collage.missing(item, has_picture=False) == ("a picture", "alt text")
        assert 110 <= len(item.paragraph.split()) <= 170
        assert not item.picture_file


def test_every_key_of_the_format_is_in_its_documentation() -> None:
    page = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")
    for key in items.frontmatter.KEYS:
        assert f"`{key}`" in page


ON = """
[on.x]
skip = true

[on.bluesky]
thread = ["A whole text.", "And another."]
authors = ["@ada.bsky.social", "@lin.example.org"]

[on.lab]
skip = false
authors = ["@ada@example.social"]
"""


def test_what_is_different_on_networks_is_read_and_written_whole(tmp_path: Path) -> None:
    item = items.parse(front(ON), "barlow.md")
    assert item.on == (
        OnNetwork("x", skip=True),
        OnNetwork(
            "bluesky",
            thread=("A whole text.", "And another."),
            authors=("@ada.bsky.social", "@lin.example.org"),
        ),
        OnNetwork("lab", skip=False, authors=("@ada@example.social",)),
    )
    assert items.parse(items.dump(item, ""), "barlow.md") == item
    assert per_network.from_stored(per_network.stored(item.on)) == item.on


def test_an_entry_that_says_nothing_of_a_network_is_none() -> None:
    assert items.parse(front("[on.x]", "thread = []"), "barlow.md").on == ()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("on = true", "on: must be tables such as [on.x], not true"),
        ("on = { x = 1 }", "on.x: must be a table in braces, not 1"),
        ("[on.x]\nskp = true", 'on.x: unknown key "skp"; did you mean "skip"?'),
        ('[on.x]\nskip = "yes"', 'on.x: skip: must be true or false, not "yes"'),
        ('[on.x]\nthread = "One."', "on.x: thread: must be a list in square brackets"),
        ('[on.x]\nauthors = ["ada"]', "on.x.authors, entry 1: 'ada' is no handle there"),
        ('[on.x]\nauthors = ["@ada", "@ada.bsky.social"]', "entry 2: '@ada.bsky.social' is no"),
        ('[on.x]\nauthors = ["@sixteen_letters_"]', "write it as @name"),
        ('[on.bluesky]\nauthors = ["@ada"]', "write it as @name.bsky.social"),
        ('[on.bluesky]\nauthors = ["@ada@example.org"]', "is no handle there"),
        ('[on.mastodon]\nauthors = ["@ada"]', "write it as @name@server"),
        ('[on.lab]\nauthors = ["ada"]', "on.lab.authors, entry 1"),
        ('[on.lab]\nauthors = ["@ada b"]', "on.lab.authors, entry 1"),
        (
            '[on.x]\nauthors = ["@ada", "@Ada"]',
            "on.x.authors, entry 2: '@Ada' stands there already",
        ),
        (f'[on.x]\nthread = ["{"a" * 25_001}"]', "on.thread: 25,001 characters, at most 25,000"),
    ],
)
def test_what_cannot_be_said_of_a_network_is_named_with_its_place(lines: str, message: str) -> None:
    told = refusal(front(lines))
    assert told.startswith("barlow.md: ")
    assert message in told


def test_the_narrowest_entry_that_says_something_counts() -> None:
    entries = (
        OnNetwork("bluesky", skip=True, thread=("For the network.",), authors=("@a.example.org",)),
        OnNetwork("lab", skip=False, thread=("For the account.",)),
    )
    found = per_network.merged(entries, ("lab", "outbox", "bluesky"))
    assert found == OnNetwork("lab", False, ("For the account.",), ("@a.example.org",))
    assert per_network.merged(entries, ("other", "x")) == OnNetwork("")
