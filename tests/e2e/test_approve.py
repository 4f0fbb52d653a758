"""The commands that approve what is sent, leave notes, and write what would be sent into a page."""

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.conftest import threads_out
from tests.e2e.conftest import CONFIG, Desk


def wants(desk: Desk, approval: str, more: str = "") -> None:
    file = desk.folder / "config.toml"
    line = f'approval = "{approval}"\n'
    written = CONFIG.replace("[series.mlcollage]\n", f"[series.mlcollage]\n{line}{more}")
    file.write_text(written, encoding="utf-8")


@pytest.fixture
def careful(desk: Desk) -> Desk:
    """Its series wants one approval."""
    wants(desk, "one")
    return desk


def as_(desk: Desk, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCOLLAGE_USER", who)


def test_approve_shows_what_is_approved_and_a_slot_may_take_it_then(careful: Desk) -> None:
    ahead = careful("next").out
    assert "empty: no collage is ready" in ahead
    waits = "alpha waits for approval: nobody has approved it. Then: mlcollage approve alpha"
    assert waits in ahead
    shown = careful("approve", "alpha").out
    assert "alpha would be 29/52" in shown
    assert "The alpha paper" in shown
    assert "alt text: A white slide about alpha." in shown
    assert re.search(r"alpha: ada has approved it \([0-9a-f]{12}\); a slot may take it\.", shown)
    assert careful.ahead()[0] == "alpha"
    assert "ada has already approved it" in careful("approve", "alpha").out


def test_post_refuses_what_is_not_approved(careful: Desk) -> None:
    told = careful("post", "beta", "--now", code=1).err
    assert told == (
        "beta waits for approval: nobody has approved it. "
        "Look at it and approve it: mlcollage approve beta\n"
    )
    careful("approve", "beta")
    careful("post", "beta", "--now")
    assert len(threads_out(careful.folder)) == 1
    assert "history" in careful("approve", "beta", code=1).err


def test_what_was_changed_since_is_shown_and_approved_with_its_hash(careful: Desk) -> None:
    careful("approve", "alpha")
    careful("edit", "alpha", "--alt", "A slide in another colour.")
    for command in ("show", "preview"):
        told = careful(command, "alpha").out
        assert "! It waits for approval: what would be sent is not what ada approved." in told
        assert "- alt text: A white slide about alpha." in told
        assert "+ alt text: A slide in another colour." in told
    refused = careful("approve", "alpha", code=1)
    assert "+ alt text: A slide in another colour." in refused.out
    (aside,) = careful("approve", "alpha", "--json", code=1).json["aside"]
    assert {"sign": "+", "text": "alt text: A slide in another colour."} in aside["difference"]
    command = refused.err.strip().rpartition("mlcollage ")[2].split()
    assert command[:3] == ["approve", "alpha", "--hash"]
    assert "alpha is not what was shown with the hash" in (
        careful("approve", "alpha", "--hash", "0123456789ab", code=1).err
    )
    short = careful("approve", "alpha", "--hash", command[3][:7], code=1)
    assert "A hash has at least 8 characters, not 7." in short.err
    assert "a slot may take it" in careful(*command).out


def test_four_eyes_want_two_people_who_did_not_change_it_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants(desk, "four-eyes")
    assert "ada changed alpha last" in desk("approve", "alpha", code=1).err
    as_(desk, "ben", monkeypatch)
    assert "1 more has to." in desk("approve", "alpha").out
    as_(desk, "eve", monkeypatch)
    described = desk("approve", "alpha", "--json").json
    assert described["is_approved"] is True
    assert [each["who"] for each in described["counted"]] == ["ben", "eve"]
    as_(desk, "ben", monkeypatch)
    assert "ben approves it no more" in desk("approve", "alpha", "--take-back").out
    shown = desk("show", "alpha", "--json").json
    assert [each["who"] for each in shown["approvals"]] == ["eve"]
    assert shown["approval"]["waits"] == "eve has approved it, and somebody else has to as well"


def test_notes_are_shown_with_person_and_time_and_in_the_log(
    careful: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_(careful, "ben", monkeypatch)
    assert "Noted on alpha" in careful("note", "alpha", "Is the year right?").out
    careful("approve", "alpha", "--note", "It is.")
    told = careful("show", "alpha").out
    assert re.search(r"ben says, .+: Is the year right\?\nben says, .+: It is\.\n", told)
    assert [each["text"] for each in careful("show", "alpha", "--json").json["review_notes"]] == [
        "Is the year right?",
        "It is.",
    ]
    changes = careful("history", "--changes", "--json").json
    assert [(each["who"], each["what"]) for each in changes[:2]] == [
        ("ben", "approve"),
        ("ben", "note"),
    ]
    careful("note", "alpha", "   ", code=1)


def test_a_series_that_wants_no_approval_says_so(desk: Desk) -> None:
    assert "wants no approval: what is ready goes out" in desk("approve", "alpha", code=1).err
    assert desk.shown("alpha")["approval"] is None


def test_next_and_preview_say_in_json_what_waits(careful: Desk) -> None:
    careful("approve", "gamma")
    found = careful("next", "--json").json
    assert [slot["name"] for slot in found["slots"][:1]] == ["gamma"]
    assert {each["name"] for each in found["unapproved"]} == {"alpha", "beta", "delta"}
    previewed = careful("preview", "alpha", "--json").json["approval"]
    assert previewed["is_approved"] is False
    assert previewed["waits"] == "nobody has approved it"
    assert len(previewed["hash"]) == 64


class Page(HTMLParser):
    """The tags of a page, its pictures, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags = list[str]()
        self.pictures = list[dict[str, str | None]]()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.pictures.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_of_a_preview_holds_everything_that_would_be_sent(careful: Desk) -> None:
    careful("preview", "alpha", "--html", "alpha.html")
    source = (careful.folder / "alpha.html").read_text(encoding="utf-8")
    page = Page(source)
    previewed = careful("preview", "alpha", "--json").json
    for thread in previewed["accounts"]:
        for part in thread["parts"]:
            assert part["shown"] in page.text
            assert f"{part['length']}/{part['limit']}" in page.text
    (picture,) = page.pictures
    careful("preview", "alpha", "--pictures", "pictures")
    (file,) = (careful.folder / "pictures").iterdir()
    kind, _, data = str(picture["src"]).partition(";base64,")
    assert kind == "data:image/png"
    assert base64.b64decode(data) == file.read_bytes()
    assert picture["alt"] == "A white slide about alpha."
    assert "Alt text: A white slide about alpha." in page.text
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert not re.search(r'(src|href)="(?!data:|https://example\.org/)', source)
    assert f"mlcollage approve alpha --hash {previewed['approval']['hash'][:12]}" in page.text


def test_the_page_escapes_every_text(careful: Desk) -> None:
    evil = """1 < 2 & "so" on' onerror='x <img src=x onerror=y></style><script>a()</script>"""
    careful("edit", "alpha", "--alt", evil, "--title", f"Of {evil}")
    careful("preview", "alpha", "--html", "alpha.html")
    source = (careful.folder / "alpha.html").read_text(encoding="utf-8")
    page = Page(source)
    assert "script" not in page.tags
    assert len(page.pictures) == 1
    previewed = careful("preview", "alpha", "--json").json["accounts"][0]["parts"]
    assert page.pictures[0]["alt"] == previewed[0]["picture"]["alt"]
    assert '1 < 2 & "so" on' in previewed[0]["picture"]["alt"]
    assert "onerror" not in page.pictures[0]
    assert source.count("</style>") == 1


def test_the_page_of_what_cannot_go_out_says_why_and_the_command_ends_with_1(
    careful: Desk,
) -> None:
    careful("add", "--title", "A Draft")
    careful("preview", "a-draft", "--html", "draft.html", code=1)
    page = Page((careful.folder / "draft.html").read_text(encoding="utf-8"))
    assert "it lacks" in page.text


def test_an_older_page_is_replaced_and_no_other_file(careful: Desk) -> None:
    careful("preview", "alpha", "--html", "alpha.html")
    before = (careful.folder / "alpha.html").read_bytes()
    careful("edit", "alpha", "--alt", "Another slide.")
    careful("preview", "alpha", "--html", "alpha.html")
    assert (careful.folder / "alpha.html").read_bytes() != before
    config_file = (careful.folder / "config.toml").read_bytes()
    assert "is another file" in careful("preview", "alpha", "--html", "config.toml", code=1).err
    assert (careful.folder / "config.toml").read_bytes() == config_file
    blocked = careful("preview", "alpha", "--html", "alpha.md/page.html", code=1).err
    assert "cannot be written" in blocked
    assert not [path for path in careful.folder.iterdir() if path.name.startswith(".")]


def test_what_is_approved_is_byte_for_byte_what_the_outbox_gets(careful: Desk) -> None:
    previewed = careful("preview", "alpha", "--json").json["accounts"][0]["parts"]
    careful("approve", "alpha")
    careful("post", "alpha", "--now")
    (place,) = threads_out(careful.folder)
    thread = json.loads((Path(place) / "thread.json").read_text(encoding="utf-8"))
    assert [part["text"] for part in thread["parts"]] == [part["text"] for part in previewed]
