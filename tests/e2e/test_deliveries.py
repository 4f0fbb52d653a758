"""Deliveries as a maintainer sees and decides them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest

from tests.e2e.conftest import DAYS, ITEMS, Desk
from tests.fakes import x
from tests.fakes.x import FakeX

FIRST_POST = 5
"""Which of a thread's calls posts its first part."""


@pytest.fixture
def blocked(desk: Desk) -> Desk:
    """The first collage waits: a file stands where the outbox should be."""
    (desk.folder / "outbox").write_text("in the way", encoding="utf-8")
    desk("post", "alpha", "--now", code=1)
    return desk


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with x.checked(lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
def doubtful(desk: Desk, fake: FakeX) -> Desk:
    """The first collage may be out on X: the answer was lost, and the account shows no post known
    from before.
    """
    file = desk.folder / "config.toml"
    lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
    own = file.read_text(encoding="utf-8")
    delivery = '[delivery]\nfirst_look = "0s"\nsecond_look = "0s"\nretry_first = "2m"'
    settings = f"live = true\n{own}\n{delivery}\n[accounts.lab]\n{lines}\n"
    file.write_text(settings, encoding="utf-8")
    fake.trouble = {FIRST_POST: x.DROP}
    desk("post", "alpha", "--now", code=1)
    desk("tick", code=1)
    return desk


def test_nothing_is_on_its_way_when_everything_is_sent(posted: Desk) -> None:
    assert posted("deliveries", "list").out == "Nothing is on its way. Also what is sent: --all\n"
    assert posted("deliveries", "list", "--json").json == []
    (sent,) = posted("deliveries", "list", "--all", "--json").json
    assert (sent["thread"], sent["state"], sent["out"], sent["count"]) == ("alpha", "sent", 2, 2)
    assert "alpha   outbox   sent   2/2" in posted("deliveries", "list", "--state", "sent").out
    assert posted("deliveries", "list", "--state", "failed").out == "Nothing.\n"


def test_what_waits_is_listed_with_its_reason_and_shown_with_what_can_be_done(
    blocked: Desk,
) -> None:
    (one,) = blocked("deliveries", "list", "--account", "outbox", "--json").json
    assert (one["state"], one["next"]) == ("waiting", "it is sent")
    assert "The outbox" in one["note"]
    assert "The outbox" in blocked("deliveries", "list").out
    told = blocked("deliveries", "show", one["id"]).out
    assert told.startswith("alpha on outbox: waiting (rehearsal)\n")
    assert "1. not out" in told
    assert "alt text: A white slide about alpha." in told
    assert "mlcollage deliveries retry 1\n" in told
    assert blocked("deliveries", "show", one["key"]).out == told
    shown = blocked("deliveries", "show", 1, "--json").json
    assert [part["position"] for part in shown["parts"]] == [1, 2]
    assert shown["commands"][-1] == "mlcollage deliveries cancel 1"


def test_it_goes_out_at_once_when_what_was_in_the_way_is_gone(blocked: Desk) -> None:
    told = blocked("deliveries", "retry", 1, "--now", code=1).out
    assert "Delivery 1 is not sent yet: The outbox" in told
    (blocked.folder / "outbox").unlink()
    told = blocked("deliveries", "retry", 1, "--now").out
    assert "alpha is out, 2 parts" in told
    timeline = blocked("deliveries", "show", 1, "--json").json["timeline"]
    assert [event["outcome"] for event in timeline if event["kind"] == "attempt"][-1] == "sent"
    assert "ada: retry" in blocked("deliveries", "show", 1).out


def test_without_now_it_waits_for_the_next_tick(blocked: Desk) -> None:
    (blocked.folder / "outbox").unlink()
    assert "next: it is sent, " in blocked("deliveries", "retry", 1).out
    assert blocked("deliveries", "list", "--json").json[0]["state"] == "waiting"
    blocked("tick")
    assert blocked("deliveries", "list", "--json").json == []


def test_a_cancelled_delivery_gives_its_collage_back(blocked: Desk) -> None:
    assert "mlcollage release alpha" in blocked("deliveries", "cancel", 1).out
    (one,) = blocked("deliveries", "list", "--state", "failed", "--json").json
    assert one["note"] == "cancelled by ada"
    assert blocked.shown("alpha")["state"] == "held"
    assert "mlcollage release alpha" in blocked("deliveries", "retry", 1, code=1).err
    assert "mlcollage release alpha" in blocked("deliveries", "show", 1).out
    (newest,) = blocked("history", "--changes", "--most", 1, "--json").json
    assert (newest["who"], newest["what"]) == ("ada", "cancel")


def test_of_several_each_is_decided_for_itself(blocked: Desk) -> None:
    blocked("post", "beta", "--now", code=1)
    (blocked.folder / "outbox").unlink()
    told = blocked("deliveries", "retry", 1, 99, 2, "--now", code=1)
    assert told.err == "There is no delivery '99'; see: mlcollage deliveries list --all\n"
    assert "alpha is out" in told.out
    assert "beta is out" in told.out


def test_what_may_be_out_is_resolved_with_the_address_somebody_found(
    doubtful: Desk, fake: FakeX
) -> None:
    (one,) = doubtful("deliveries", "list", "--json").json
    assert (one["state"], one["next"]) == (
        "uncertain",
        "a person decides; meanwhile it is looked for, next",
    )
    assert "uncertain" in doubtful("deliveries", "list").out
    told = doubtful("deliveries", "retry", 1, code=1).out
    assert "the newest known post is not shown" in told
    shown = doubtful("deliveries", "show", 1).out
    assert "mlcollage deliveries resolve 1 --not-posted" in shown
    assert "tried part 1 for" in shown
    assert "looked: not seen" in shown
    assert (
        "no address of a post"
        in doubtful("deliveries", "resolve", 1, "--posted", "nonsense", code=1).err
    )
    out = fake.state.add("Posted by hand.")
    resolve = ("deliveries", "resolve", 1, "--posted", f"https://x.com/a/status/{out.id}")
    assert "add --anyway if it is that part all the same" in doubtful(*resolve, code=1).err
    told = doubtful(*resolve, "--anyway").out
    assert told.startswith("Delivery 1: part 1 is out; part 2 is still to be sent. Part 1 is out, ")
    assert "its text is 'Posted by hand.'; its picture is missing" in told
    doubtful("tick")
    assert doubtful("deliveries", "list", "--json").json == []
    assert [post.parent for post in fake.state.posts] == [None, out.id]


def test_what_nobody_found_is_sent_again(doubtful: Desk, fake: FakeX) -> None:
    assert fake.state.posts == []
    assert "waits to be sent again" in doubtful("deliveries", "resolve", 1, "--not-posted").out
    doubtful("tick")
    assert len(fake.state.posts) == 2
    assert doubtful("deliveries", "list", "--json").json == []


def test_an_edit_of_what_is_frozen_is_told_and_shown(doubtful: Desk) -> None:
    told = doubtful("edit", "alpha", "--paragraph", "Something else.").out
    assert "what lab gets was frozen before; to change it: mlcollage deliveries show 1" in told
    shown = doubtful("deliveries", "show", 1).out
    assert "It has been edited since it was frozen" in shown
    assert "1. - alpha says one thing." in shown
    assert "1. + Something else." in shown
    assert doubtful("deliveries", "show", 1, "--json").json["edited"]
    assert "may be out" in doubtful("deliveries", "retry", 1, "--edited", code=1).err
    assert "may be out" in doubtful("deliveries", "cancel", 1, code=1).err
    doubtful("deliveries", "resolve", 1, "--not-posted")
    assert "composed anew" in doubtful("deliveries", "retry", 1, "--edited").out
    assert "edited since" not in doubtful("deliveries", "show", 1).out


@pytest.fixture
def half_out(doubtful: Desk, fake: FakeX) -> Desk:
    """Part 1 is out; part 2 has the text of a post that somebody made by hand."""
    fake.state.add(f"📝 Paper: https://example.org/{ITEMS[0]}")
    doubtful("deliveries", "resolve", 1, "--not-posted")
    doubtful("tick", code=1)
    doubtful("tick", code=1)
    assert "uncertain  1/2" in doubtful("deliveries", "list").out
    return doubtful


def test_a_part_is_reworded_by_an_option_and_its_thread_goes_on(
    half_out: Desk, fake: FakeX
) -> None:
    shown = half_out("deliveries", "show", 1).out
    assert "mlcollage deliveries reword 1 2 --not-posted" in shown
    assert "may be out" in half_out("deliveries", "reword", 1, 2, "--text", "x", code=1).err
    words = ("deliveries", "reword", 1, 2, "--not-posted")
    assert "281 of 280" in half_out(*words, "--text", "x" * 281, code=1).err
    told = half_out(*words, "--text", "Other words.").out
    assert told.startswith("Delivery 1: part 2 has its new text, and waits to be sent.\n  next: it")
    half_out("tick")
    assert fake.state.texts()[-1] == "Other words."
    assert half_out("deliveries", "list", "--json").json == []
    assert "it was: 📝 Paper: " in half_out("deliveries", "show", 1).out


def test_a_part_is_reworded_from_a_file_from_standard_input_or_in_an_editor(
    half_out: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("deliveries", "reword", 1, 2)
    (half_out.folder / "part.txt").write_text("From a file.\n", encoding="utf-8")
    half_out(*words, "--not-posted", "--from", "part.txt")
    assert "   From a file.\n" in half_out("deliveries", "show", 1).out
    monkeypatch.setattr("sys.stdin", StringIO("Piped in."))
    half_out(*words, "--from", "-")
    assert "   Piped in.\n" in half_out("deliveries", "show", 1).out
    monkeypatch.setenv("EDITOR", "sed -i s/Piped/Edited/")
    half_out(*words)
    assert "   Edited in.\n" in half_out("deliveries", "show", 1).out
    monkeypatch.setenv("EDITOR", "true")
    assert half_out(*words).out == "Part 2 is unchanged.\n"
    assert "missing.txt" in half_out(*words, "--from", "missing.txt", code=1).err
    half_out(*words, "--from", "part.txt", "--text", "x", code=2)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["show", "99"], 1),
        (["reword", "99", "1", "--text", "x"], 1),
        (["reword", "1", "1", "--text", "x"], 1),
        (["reword", "1", "0", "--text", "x"], 2),
        (["reword", "1"], 2),
        (["show", "9" * 40], 1),
        (["show", "no/such/key"], 1),
        (["show", "\udcff"], 1),
        (["show", ""], 1),
        (["retry", "-1"], 2),
        (["retry"], 2),
        (["resolve", "1"], 2),
        (["resolve", "1", "--posted", "u", "--not-posted"], 2),
        (["resolve", "1", "--not-posted", "--part", "1"], 2),
        (["resolve", "1", "--posted", "u", "--part", "0"], 2),
        (["resolve", "1", "--posted", "u"], 1),
        (["list", "--account", "nobody"], 1),
        (["list", "--state", "lost"], 2),
        (["list", "--most", "0"], 2),
        (["list", "--most", "9" * 30], 2),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(posted: Desk, words: list[str], code: int) -> None:
    assert posted("deliveries", *words, code=code).err


def test_a_typo_is_corrected_for_the_account_that_has_not_begun(bare: Desk) -> None:
    file = bare.folder / "config.toml"
    two = "".join(f'[accounts.{name}]\nnetwork = "outbox"\nfolder = "{name}"\n' for name in "ab")
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{two}", encoding="utf-8")
    bare("add", "alpha.md")
    bare("hold", "--account", "b")
    bare("post", "alpha", "--now", code=1)
    told = bare("edit", "alpha", "--paragraph", "Correct now.").out
    assert told.splitlines() == [
        "alpha is posted",
        "  paragraph: alpha says one thing. Then it says another thing, and a thir… → Correct now.",
        "  note: what a got is out, and stays as it was",
        "  note: what b gets has not begun, and goes out as edited",
    ]
    bare("release", "--account", "b")
    bare("tick")
    (a,), (b,) = ([*(bare.folder / name).rglob("1.txt")] for name in "ab")
    assert "alpha says one thing." in a.read_text(encoding="utf-8")
    assert "Correct now." in b.read_text(encoding="utf-8")
    told = bare("edit", "alpha", "--alt", "A slide.").out
    assert "note: what a got is out, and stays as it was" in told
    assert "note: what b got is out, and stays as it was" in told


def test_a_roundup_is_a_delivery_as_any_other(desk: Desk) -> None:
    desk("simulate", "--in", "sim", "--from", DAYS[0], "--to", DAYS[6])
    there = ("--config", "sim/config.toml", "deliveries")
    listed = desk(*there, "list", "--all", "--json").json
    assert [one["id"] for one in listed] == sorted((one["id"] for one in listed), reverse=True)
    roundup = next(one for one in listed if one["kind"] == "roundup")
    assert roundup["thread"].startswith("roundup-20")
    told = desk(*there, "show", roundup["id"]).out
    assert told.startswith(f"{roundup['thread']} on outbox: sent")
    assert len(desk(*there, "list", "--all", "--most", 2, "--json").json) == 2
