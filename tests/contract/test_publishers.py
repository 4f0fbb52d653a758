"""One suite for every publisher: what a delivery relies on."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from bot.core import network as networks
from bot.core.delivery import (
    Absent,
    Found,
    Handed,
    Image,
    Kind,
    NotSeen,
    Part,
    Receipt,
    Survey,
    Thread,
)
from bot.core.errors import BadConfig, BadInput
from bot.core.settings import Table
from bot.publishers import table
from bot.publishers.bluesky.publisher import Bluesky
from bot.publishers.manual import Manual
from bot.publishers.mastodon.publisher import Mastodon
from bot.publishers.outbox import Outbox
from bot.publishers.protocol import Publisher, Saved, StandIn
from bot.publishers.x.publisher import X
from tests.conftest import MONDAY, StoppedClock, png
from tests.fakes import bluesky, keyed, mastodon, x
from tests.fakes.mastodon_dialects import DIALECTS

Make = Callable[[], Publisher]

CLASSES: Sequence[type[Publisher]] = (
    Bluesky,
    Manual,
    Mastodon,
    Outbox,
    X,
    keyed.Keyed,
)
"""Here mypy sees that each has what the protocol asks for."""
STAND_IN: type[StandIn] = Outbox


def test_every_network_in_the_table_is_checked_against_the_protocol() -> None:
    names = {name for _, name in table.NETWORKS.values()}
    assert {each.__name__ for each in CLASSES} == {*names, keyed.Keyed.__name__}


@contextmanager
def _settings(network: str, clock: StoppedClock) -> Iterator[dict[str, str]]:
    """An account's settings on each network, with its server where it has one."""
    match network:
        case "x":
            with x.checked(clock.now) as fake:
                yield x.account(fake)
        case "mastodon" | "gotosocial" | "pleroma" | "snac":
            with mastodon.running(clock.now, DIALECTS[network]) as server:
                yield mastodon.account(server)
        case "bluesky":
            with bluesky.checked(clock.now) as pds:
                yield bluesky.account(pds)
        case keyed.NAME:
            with keyed.running() as server:
                yield keyed.account(server)
        case _:
            yield {"network": network}


@pytest.fixture(params=sorted({*table.NETWORKS, *DIALECTS, keyed.NAME}))
def make(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Make]:
    """Makes the same account of each network again, as after a restart."""
    monkeypatch.setitem(table.NETWORKS, keyed.NAME, keyed.PLACE)
    with _settings(request.param, clock) as settings:
        raw = Table("config.toml", "accounts.lab", settings)
        yield lambda: table.make(raw, tmp_path, clock)


IMAGE = Image("0" * 64, "slide.png", "image/png", "A white slide.", png())
THREAD = Thread(
    key="mlcollage/2021-08-04T13:00:00Z/lab",
    kind=Kind.COLLAGE,
    series="mlcollage",
    number=29,
    name="auto-sklearn",
    local_on=date(2021, 8, 4),
    parts=(
        Part(1, "First #mlcollage", IMAGE),
        Part(2, "Second"),
        Part(3, "📝 Paper: https://example.org/paper"),
    ),
)


EARLIER = THREAD._replace(
    key="mlcollage/2021-07-28T13:00:00Z/lab",
    number=28,
    name="barlow-twins",
    local_on=date(2021, 7, 28),
    parts=(Part(1, "An earlier one: 自监督学习 & <more> #mlcollage", IMAGE), Part(2, "Its second")),
)
LATER = THREAD._replace(
    key="mlcollage/2021-08-11T13:00:00Z/lab",
    number=30,
    name="nerf",
    local_on=date(2021, 8, 11),
    parts=(Part(1, "A later one #mlcollage", IMAGE),),
)


def ready(publisher: Publisher, thread: Thread) -> Saved:
    """What a delivery has saved before its first request."""
    return publisher.prepare(thread, publisher.survey(thread, {}, None).saved)


def send(publisher: Publisher, thread: Thread, parts: int | None = None) -> Thread:
    """The thread once so many of its parts are out, or all."""
    saved = ready(publisher, thread)
    for position in [None] if publisher.whole else [part.position for part in thread.parts[:parts]]:
        thread = thread.with_receipts(sent(publisher, thread, position, saved))
    return thread


def sent(
    publisher: Publisher, thread: Thread, position: int | None, saved: Saved
) -> dict[int, Receipt]:
    """The receipts of what is sent; where a person posts by hand, those that they give."""
    answer = publisher.send(thread, position, saved)
    if not isinstance(answer, Handed):
        return answer
    assert publisher.by_hand
    assert isinstance(publisher.find(thread, answer.saved), Handed)
    receipts = {
        part.position: publisher.receipt(f"https://example.org/{thread.name}/{part.position}")
        for part in thread.parts
    }
    publisher.put_away(thread.with_receipts(receipts), {})
    return receipts


def ids(receipts: Mapping[int, Receipt]) -> dict[int, str]:
    return {position: receipt.id for position, receipt in receipts.items()}


def ids_of(thread: Thread) -> dict[int, str]:
    return {part.position: part.receipt.id for part in thread.parts if part.receipt}


def firsts(survey: Survey) -> list[str]:
    """The texts of others that begin a thread; what else is shown of it differs by network."""
    return [post.text for post in survey.others if "#mlcollage" in post.text]


def test_every_part_gets_a_receipt_of_its_own(make: Make) -> None:
    receipts = ids_of(send(make(), THREAD))
    assert sorted(receipts) == [1, 2, 3]
    assert len(set(receipts.values())) == 3


def test_what_is_out_is_found_with_the_same_receipts_after_a_restart(make: Make) -> None:
    receipts = ids_of(send(make(), THREAD))
    found = make().find(THREAD, {})
    assert isinstance(found, Found)
    assert ids(found.receipts) == receipts


def test_what_was_never_sent_is_not_found(make: Make) -> None:
    publisher = make()
    send(publisher, EARLIER)
    look = publisher.find(THREAD, ready(publisher, THREAD))
    assert isinstance(look, Absent) if publisher.proves_absence else isinstance(look, NotSeen)


def test_a_survey_of_an_account_without_posts_shows_nothing(make: Make) -> None:
    survey = make().survey(THREAD, {}, None)
    assert (survey.found, survey.others) == ({}, ())


def test_a_survey_shows_what_else_the_account_posted_with_its_whole_text(make: Make) -> None:
    publisher = make()
    if publisher.by_hand:
        return
    out = send(publisher, EARLIER)
    survey = make().survey(THREAD, {}, None)
    assert survey.found == {}
    assert firsts(survey) == [EARLIER.parts[0].text]
    assert survey.others[0].receipt == out.parts[0].receipt


def test_a_survey_finds_the_thread_where_it_is_out_already(make: Make) -> None:
    publisher = make()
    earlier, out = send(publisher, EARLIER), send(publisher, THREAD)
    assert ids(make().survey(THREAD, {}, ids_of(earlier)[2]).found) == ids_of(out)
    survey = make().survey(THREAD, {}, None)
    assert ids(survey.found) == ids_of(out)
    # Of a place that the bot has no way into, only what a person has told is known.
    assert firsts(survey) == ([] if publisher.by_hand else [EARLIER.parts[0].text])


def test_a_survey_finds_the_parts_that_are_out_where_parts_go_out_one_by_one(make: Make) -> None:
    publisher = make()
    if publisher.whole:
        return
    out = send(publisher, THREAD, 2)
    assert ids(publisher.survey(THREAD, {}, None).found) == ids_of(out)
    first = THREAD._replace(parts=(out.parts[0], *THREAD.parts[1:]))
    assert ids(publisher.survey(first, {}, None).found) == {2: ids_of(out)[2]}
    assert publisher.survey(out, {}, None).found == {}


def test_a_survey_since_a_receipt_of_ours_shows_nothing_older(make: Make) -> None:
    publisher = make()
    earlier, out = send(publisher, EARLIER), send(publisher, THREAD)
    since_last = publisher.survey(LATER, {}, ids_of(out)[3])
    assert EARLIER.parts[0].text not in firsts(since_last)
    since_earlier = firsts(publisher.survey(LATER, {}, ids_of(earlier)[2]))
    assert publisher.by_hand or THREAD.parts[0].text in since_earlier


def test_a_survey_publishes_nothing_and_forgets_nothing_that_was_prepared(make: Make) -> None:
    publisher = make()
    saved = ready(publisher, THREAD)
    again = publisher.survey(THREAD, saved, None)
    assert (again.saved, again.found, again.others) == (saved, {}, ())
    assert not isinstance(publisher.find(THREAD, again.saved), Found)


def test_what_a_survey_saves_can_be_stored_as_json(make: Make) -> None:
    publisher = make()
    send(publisher, EARLIER)
    saved = publisher.survey(THREAD, {}, None).saved
    assert json.loads(json.dumps(saved)) == saved


def test_a_post_that_a_person_points_to_has_the_receipt_it_got_when_it_went_out(make: Make) -> None:
    out = send(make(), THREAD)
    for part in out.parts:
        assert part.receipt
        assert make().receipt(part.receipt.url) == part.receipt


@pytest.mark.parametrize("address", [
    "", " ", "nonsense", "29", "https://example.org/", "https://example.org/mlcollage/status/1420000000000000000",
    "https://x.com/mlcollage", "https://x.com/mlcollage/status/", "https://x.com/mlcollage/status/12345678901234567890",
    "https://x.com/mlcollage/status/1999999999999999999", "file:///etc/passwd",
    "file:///nowhere/1.txt", "file://[",
    "https://[", "1.txt", "../1.txt", "2021-08-04-auto-sklearn/9.txt", "\x00", "a\nb/1.txt",
    "\ud800/1.txt",
    "/" * 5_000, "/" + "a" * 300 + "/1.txt", "9" * 5_000 + ".txt",
])  # fmt: skip
def test_an_address_of_no_post_of_ours_is_bad_input_in_one_sentence(
    make: Make, address: str
) -> None:
    publisher = make()
    if publisher.by_hand and re.match(r"https://[a-z.]+/", address):
        # There is nobody to ask.
        assert publisher.receipt(address).url == address
        return
    send(publisher, THREAD)
    with pytest.raises(BadInput) as told:
        publisher.receipt(address)
    assert str(told.value).isprintable()
    assert str(told.value).endswith(".")
    assert len(str(told.value)) < 500


def test_preparing_again_publishes_nothing(make: Make) -> None:
    publisher = make()
    saved = publisher.prepare(THREAD, ready(publisher, THREAD))
    assert not isinstance(publisher.find(THREAD, saved), Found)


def test_an_account_that_can_post_has_nothing_to_complain_of(make: Make) -> None:
    assert make().check() == ""


def test_its_limits_are_a_network_s(make: Make) -> None:
    limits = make().limits()
    assert limits.length >= 280
    assert "image/png" in limits.pictures


def test_its_network_is_one_with_rules(make: Make) -> None:
    network = make().network
    assert networks.named(network.name).rules is network.rules
    assert network.fits("Words.", make().limits())


@pytest.mark.parametrize("network", sorted(table.NETWORKS))
def test_a_setting_it_does_not_know_is_named_with_its_dotted_key(
    network: str, tmp_path: Path
) -> None:
    raw = Table("config.toml", "accounts.lab", {"network": network, "colour": "red"})
    with pytest.raises(BadConfig, match=r"accounts\.lab\.colour in config\.toml is no setting"):
        table.make(raw, tmp_path, StoppedClock(MONDAY))


def test_an_unknown_network_is_named(tmp_path: Path) -> None:
    raw = Table("config.toml", "accounts.lab", {"network": "gopher"})
    with pytest.raises(
        BadConfig, match=r"accounts\.lab\.network in config\.toml must be one of .*, not 'gopher'"
    ):
        table.make(raw, tmp_path, StoppedClock(MONDAY))
