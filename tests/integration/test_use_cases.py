"""What the commands do and show, done and shown without them, as a desk or an assistant would."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import cli
from bot.app import backups, connect, start
from bot.config import Series
from bot.context import Context
from bot.core.collage import State
from bot.core.delivery import State as Sending
from bot.core.errors import BadInput, NotAllowed
from bot.core.month import Roundup
from bot.deciding import (
    accounts,
    awaited,
    candidates,
    collages,
    coming,
    deliveries,
    descriptions,
    doctor,
    inspect,
    own_templates,
    preview,
    preview_descriptions,
    queue_changes,
)
from bot.deciding.queue_changes import Place, Where
from bot.intake import accept, article
from bot.intake.accept import Import
from bot.scheduling import pauses, tick
from bot.watching import notices
from tests.conftest import ROOT, StoppedClock, make_context, write_item

WEDNESDAY = date(2021, 8, 4)


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock) -> Iterator[Context]:
    """Three ready collages, a series with a slot each Wednesday at 15:00 in Berlin, one outbox."""
    made = make_context(tmp_path / "bot", clock=clock)
    series = next(iter(made.config.series.values()))
    files = [write_item(tmp_path, name) for name in ("one", "two", "three")]
    accept.take(made, series, [accept.from_file(file) for file in files])
    yield made
    made.database.close()


@pytest.fixture
def series(context: Context) -> Series:
    return next(iter(context.config.series.values()))


def order(context: Context, series: Series) -> list[str]:
    return [item.name for item in collages.listed(context, series)]


def logged(context: Context) -> list[tuple[str, str, str]]:
    """What was changed since the collages were added, oldest first."""
    changes = [change for change in collages.changes(context, 50) if change.what != "add"]
    return [(change.what, change.subject, change.detail) for change in reversed(changes)]


def plain(value: Any) -> Any:
    """The value as JSON brings it back; raises where it is not ready to be JSON."""
    return json.loads(json.dumps(value))


def command(context: Context, *words: str) -> Any:
    """What a command prints as JSON."""
    file = context.config.file
    done = CliRunner().invoke(cli.main, ["--config", str(file), *words, "--json"])
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(Where.FIRST), ["three", "one", "two"]),
        (Place(Where.LAST), ["one", "two", "three"]),
        (Place(Where.BEFORE, "two"), ["one", "three", "two"]),
        (Place(Where.AFTER, "one"), ["one", "three", "two"]),
        (Place(Where.AFTER, "two"), ["one", "two", "three"]),
    ],
    ids=str,
)
def test_a_collage_is_moved_to_any_place_and_the_log_says_where(
    context: Context, series: Series, place: Place, expected: list[str]
) -> None:
    assert queue_changes.move(context, series, "three", place).item.name == "three"
    assert order(context, series) == expected
    assert logged(context) == [("move", f"{series.name}/three", str(place))]


def test_a_collage_cannot_stand_beside_itself(context: Context, series: Series) -> None:
    with pytest.raises(BadInput, match="cannot stand beside itself"):
        queue_changes.move(context, series, "one", Place(Where.BEFORE, "one"))
    assert logged(context) == []


def test_every_change_of_the_queue_is_one_call_and_one_line_of_the_log(
    context: Context, series: Series
) -> None:
    queue_changes.hold(context, series, "one", "a doubt")
    assert collages.get(context, series, "one").note == "a doubt"
    released = queue_changes.release(context, series, "one")
    assert (released.item.name, released.missing) == ("one", ())
    queue_changes.pin(context, series, "two", WEDNESDAY)
    assert collages.get(context, series, "two").pinned_on == WEDNESDAY
    queue_changes.unpin(context, series, "two")
    queue_changes.remove(context, series, "three")
    assert order(context, series) == ["one", "two"]
    assert logged(context) == [
        ("hold", f"{series.name}/one", "a doubt"),
        ("release", f"{series.name}/one", ""),
        ("pin", f"{series.name}/two", ""),
        ("pin", f"{series.name}/two", ""),
        ("remove", f"{series.name}/three", ""),
    ]
    told = [str(each) for made in collages.changes(context, 5) for each in made.changes]
    assert told == [
        "state: ready → removed",
        f"pinned to: {WEDNESDAY} → none",
        f"pinned to: none → {WEDNESDAY}",
        "state: held → ready",
        "why: a doubt → none",
        "state: ready → held",
    ]
    assert {change.who for change in collages.changes(context, 50)} == {context.who}


def test_drafts_become_ready_all_or_none(context: Context, series: Series, tmp_path: Path) -> None:
    whole, bare = write_item(tmp_path, "whole"), write_item(tmp_path, "bare", alt=None)
    arrivals = [accept.from_file(file) for file in (whole, bare)]
    accept.take(context, series, arrivals, draft=True)
    with pytest.raises(NotAllowed, match="bare lacks alt text"):
        queue_changes.make_ready(context, series, ["whole", "bare"])
    assert collages.get(context, series, "whole").state is State.DRAFT
    queue_changes.make_ready(context, series, ["whole", "one"])
    assert collages.get(context, series, "whole").state is State.READY
    assert logged(context) == [("ready", f"{series.name}/whole", "")]


def test_a_collage_is_pinned_to_coming_days_with_a_slot_only(
    context: Context, series: Series
) -> None:
    for day, why in ((date(2021, 8, 1), "is past"), (date(2021, 8, 5), "has no slot")):
        with pytest.raises(BadInput, match=why):
            queue_changes.pin(context, series, "one", day)


def test_an_edit_draws_a_new_slide_and_names_no_thread_where_none_is_frozen(
    context: Context, series: Series
) -> None:
    before = collages.get(context, series, "two")
    edited = queue_changes.edit(
        context, series, before, queue_changes.drawn(context, series, before)
    )
    assert edited.taken.collage.alt != before.alt
    assert edited.frozen == ()


def test_an_edit_puts_the_links_it_has_in_place_of_those_of_before(
    context: Context, series: Series, tmp_path: Path
) -> None:
    before = collages.get(context, series, "two")
    links = '[{ kind = "code", url = "https://example.org/code" }]'
    arrival = accept.from_file(write_item(tmp_path, "two", links=links))
    queue_changes.edit(context, series, before, arrival)
    after = collages.get(context, series, "two").paper.links
    assert [link.url for link in after] == ["https://example.org/code"]


def test_a_skipped_day_says_which_collage_lost_its_pin(context: Context, series: Series) -> None:
    queue_changes.pin(context, series, "two", WEDNESDAY)
    assert pauses.skip(context, series, WEDNESDAY) == "two"
    pauses.unskip(context, series, WEDNESDAY)
    assert coming.look(context, series, 1).slots[0].collage == collages.get(context, series, "one")
    assert logged(context)[1:] == [
        ("skip", f"{series.name}/{WEDNESDAY}", ""),
        ("skip", f"{series.name}/two", ""),
        ("skip", f"{series.name}/{WEDNESDAY}", ""),
    ]


def test_a_pause_ends_once(context: Context, series: Series) -> None:
    pauses.pause(context, series, WEDNESDAY + timedelta(days=1))
    assert coming.next_collage(context, series) == collages.get(context, series, "one")
    assert [pauses.resume(context, series) for _ in range(2)] == [True, False]
    assert [what for what, _, _ in logged(context)] == ["pause", "resume"]


def test_a_held_account_is_released_with_what_waited(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    assert [accounts.hold(context, "outbox", "a doubt") for _ in range(2)] == [True, False]
    (unsent,) = deliveries.post_now(context, series, "one").unsent
    assert logged(context)[-1] == ("post", "mlcollage/one", "outside the slots")
    assert unsent == ("outbox", "the account is held")
    (examination,) = doctor.examine_all(context)
    assert examination.problem.startswith("It is held: a doubt")
    assert accounts.release(context, "outbox").was_held
    assert not accounts.release(context, "outbox").was_held
    clock.go(seconds=1)
    (listed,) = deliveries.listed(context)
    assert deliveries.send_now(context, [listed.entry]) == []
    with pytest.raises(BadInput, match="There is no account nobody"):
        accounts.hold(context, "nobody")


def test_a_decision_tells_what_came_of_it_and_what_is_next(
    context: Context, series: Series
) -> None:
    accounts.hold(context, "outbox")
    deliveries.post_now(context, series, "one")
    (listed,) = deliveries.listed(context)
    decided = deliveries.cancel(context, str(listed.entry.delivery.id))
    assert decided.entry.delivery.state.value == "failed"
    assert decided.message.startswith("Delivery 1 is cancelled.")
    assert decided.ahead.words == "nothing: a person decides"


def test_notices_are_acknowledged_by_number_or_all(context: Context, clock: StoppedClock) -> None:
    clock.go(days=60)
    tick.tick(context)
    numbers = [listed.thing.id for listed in notices.listed(context)]
    assert len(numbers) > 1
    assert notices.acknowledge(context, numbers[:1]) == 1
    assert notices.acknowledge(context) == len(numbers) - 1
    assert notices.listed(context) == []
    assert len(notices.listed(context, everything=True)) == len(numbers)


def test_a_desk_is_shown_what_the_commands_print(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    clock.go(days=2, hours=6)
    tick.tick(context)
    clock.go(days=28)
    tick.tick(context)
    shown = {
        "list": [descriptions.collage(series, item) for item in collages.listed(context, series)],
        "show two": descriptions.collage_with_history(
            series, collages.show(context, series, "two")
        ),
        "history": [
            descriptions.collage(series, item) for item in collages.posted(context, series, 50)
        ],
        "history --changes": [
            descriptions.change(change) for change in collages.changes(context, 50)
        ],
        "deliveries list --all": [
            descriptions.delivery(listed) for listed in deliveries.listed(context, list(Sending))
        ],
        "deliveries show 1": descriptions.sight(inspect.of(context, "1")),
        "notices --all": [
            descriptions.notice(*listed) for listed in notices.listed(context, everything=True)
        ],
        "roundup list": [
            descriptions.listed_roundup(each) for each in awaited.listed(context, series)
        ],
        "costs": [descriptions.cost(cost) for cost in accounts.costs(context)],
        "templates list": [
            descriptions.template(*template) for template in own_templates.listed(context)
        ],
        "templates check": descriptions.templates_checked(own_templates.check(context)),
    }
    for words, described in shown.items():
        assert plain(described) == command(context, *words.split()), words


def test_what_is_imagined_is_ready_to_be_json_as_well(
    context: Context, series: Series, tmp_path: Path
) -> None:
    item = collages.get(context, series, "one")
    _, previews = candidates.preview(context, series, item, series.accounts)
    described = plain(preview_descriptions.collage(series, item, 1, previews))
    assert described["accounts"][0]["parts"][0]["urls"] == []
    roundup: Roundup = preview.roundup_threads(context, series, "2021-09")[0]
    assert plain(preview_descriptions.roundup(roundup, [item], previews))["collages"] == ["one"]
    ahead = plain(descriptions.coming(series, coming.look(context, series, 2)))
    assert [slot["name"] for slot in ahead["slots"]] == ["one", "two"]
    assert ahead["roundup"]["is_late"] is False
    (examination,) = doctor.examine_all(context)
    assert plain(descriptions.account(examination))["problem"] is None
    text = (ROOT / "tests/articles/english.md").read_text(encoding="utf-8")
    source = article.read(text, "english.md")
    taken = accept.import_article(context, series, source, Import())
    told = plain(descriptions.article("english.md", source, taken))
    assert len(told["collages"]) == len(taken) > 0


def test_a_backup_is_made_and_fills_an_empty_database(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    made = backups.make(context.config, file)
    other = make_context(tmp_path / "other")
    other.database.close()
    restored = backups.fill(other.config, file)
    assert restored.backup.held == made.held
    told = plain(descriptions.restored(file, restored.backup, restored.looked_for_first))
    assert told["rows"] == plain(descriptions.backup(file, made.held, made.made_at))["rows"]


def test_a_configuration_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    assert [start.write_config(file) for _ in range(2)] == [True, False]


def test_keys_are_kept_where_they_cannot_be_committed(context: Context, tmp_path: Path) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    with pytest.raises(NotAllowed, match="could be committed"):
        connect.place(context.config, "lab", "x", tmp_path / "repository" / "keys.toml")
    kept = tmp_path / "elsewhere" / "keys.toml"
    assert connect.place(context.config, "lab", "x", kept) == kept
