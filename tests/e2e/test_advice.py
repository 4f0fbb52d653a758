"""Whatever a notice about a thread advises, doing it leads to one whole thread on the account."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import assemble
from bot.context import Context
from bot.scheduling import tick
from bot.watching import audit
from tests.conftest import StoppedClock, make_context
from tests.e2e.conftest import Desk
from tests.fakes import x
from tests.fakes.x import FakeX, Trouble
from tests.fakes.x_state import Post, error
from tests.integration.test_lying_network import ACCEPT_THEN_503, OFFSET, POST, hide, show_all
from tests.integration.test_x_delivery import post


class Stage:
    """A bot on the local X, and the commands beside it, on one clock."""

    def __init__(self, context: Context, fake: FakeX, clock: StoppedClock, desk: Desk) -> None:
        self.context, self.fake, self.clock, self.desk = context, fake, clock, desk

    def wait(self, minutes: int) -> None:
        for _ in range(minutes // 5):
            tick.tick(self.context)
            audit.look(self.context)
            self.clock.go(minutes=5)

    def strike(self, trouble: Trouble, position: int) -> None:
        self.fake.trouble = {len(self.fake.calls) + OFFSET[position]: trouble}
        post(self.context, "barlow")
        assert not self.fake.trouble

    def advised(self) -> list[str]:
        """The commands that the open notices name, the oldest first."""
        with self.context.read() as work:
            texts = [notice.text for notice in reversed(work.notices.listed())]
        found = [
            re.findall(r"mlcollage(?! post there)(?: [^\s,]*[^\s,.](?=[\s.,]|$))+", text)
            for text in texts
        ]
        return [
            command
            for commands in found
            for command in commands
            if "deliveries show" not in command
        ]

    def do(self, command: str) -> None:
        self.desk(*command.split()[1:])

    def parts(self) -> list[str]:
        with self.context.read() as work:
            threads = work.deliveries.of_collage(work.queue.get("mlcollage", "barlow").id)
            return [part.text for part in work.parts.of(threads[-1].id)]


@pytest.fixture
def stage(
    tmp_path: Path,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Stage]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assemble.SystemClock, "now", lambda self: clock.at)
    with x.checked(clock.now) as fake:
        fake.state.add("Hello, this is the series.")
        fake.state.refuses_duplicates = False
        lines = "\n".join(f"{key} = '''{value}'''" for key, value in x.account(fake).items())
        settings = f'live = true\n[delivery]\nretry_first = "2m"\n[accounts.lab]\n{lines}\n'
        context = make_context(tmp_path, settings, clock=clock)
        tick.tick(context)
        yield Stage(context, fake, clock, Desk(tmp_path, monkeypatch, capsys))
        context.database.close()


def lost_and_hidden(stage: Stage, position: int) -> str:
    """A part is out, and the timeline hides it: a person finds it on the account."""
    stage.strike(ACCEPT_THEN_503, position)
    hide(stage.fake, position)
    stage.wait(30)
    show_all(stage.fake)
    (command,) = [each for each in stage.advised() if each.endswith("--posted URL")]
    url = f"https://x.com/mlcollage/status/{stage.fake.state.posts[position].id}"
    return command.replace("URL", url)


def lost_and_not_there(stage: Stage, position: int) -> str:
    """A part is not out, and the count of posts is wrong: a person does not find it."""
    stage.strike(Trouble(refusal=error(503, 0, "Service Unavailable")), position)
    stage.fake.state.count = 17
    stage.wait(30)
    stage.fake.state.count = None
    (command,) = [each for each in stage.advised() if each.endswith("--posted URL")]
    return command.replace("--posted URL", "--not-posted")


def without_picture(stage: Stage, position: int) -> str:
    """The first part is shown without its picture, or a later one with another text."""
    stage.strike(ACCEPT_THEN_503, position)
    spoilt = stage.fake.state.posts[position]
    if position == 1:
        spoilt.media = []
    else:
        spoilt.text = spoilt.shown = "…"
    stage.wait(30)
    (command,) = [each for each in stage.advised() if each.endswith(spoilt.id)]
    return command


def suspended(stage: Stage, position: int) -> str:
    stage.strike(x.SUSPENDED, position)
    return stage.advised()[-1]


def refused_and_out(stage: Stage, position: int) -> str:
    """X refuses a part, shows it only an hour later, and counts it only then."""
    stage.fake.state.count = position
    hide(stage.fake, position)
    stage.strike(Trouble(is_accepted=True, refusal=error(403, 0, "Not that.")), position)
    stage.fake.state.count = None
    show_all(stage.fake)
    stage.wait(75)
    (command,) = [each for each in stage.advised() if "--posted" in each]
    return command


def too_late(stage: Stage, position: int) -> str:
    """X cannot be reached for three days; nothing of the thread is out."""
    stage.fake.on_route = {("GET /2/users/me", number): x.DROP for number in range(1, 2_000)}
    del position
    post(stage.context, "barlow")
    for _ in range(80):
        stage.clock.go(hours=1)
        tick.tick(stage.context)
    stage.fake.on_route = {}
    return [each for each in stage.advised() if "deliveries retry" in each or "release" in each][-1]


SCENES = [
    *(
        (scene, position)
        for scene in (lost_and_hidden, lost_and_not_there, without_picture, suspended)
        for position in (1, 3)
    ),
    (refused_and_out, 1),
]


@pytest.mark.parametrize(("scene", "position"), SCENES)
def test_doing_what_a_notice_says_leads_to_one_whole_thread(
    stage: Stage, scene: Callable[[Stage, int], str], position: int
) -> None:
    command = scene(stage, position)
    stage.do(command)
    stage.wait(30)
    assert_one_thread(stage)


def assert_one_thread(stage: Stage) -> None:
    """Each part is at X once, apart from what was spoilt there, and each has its receipt."""
    with stage.context.read() as work:
        threads = work.deliveries.of_collage(work.queue.get("mlcollage", "barlow").id)
        parts = work.parts.of(threads[-1].id)
    assert all(part.receipt for part in parts)
    ids = [part.receipt.id for part in parts if part.receipt]
    own: list[Post] = stage.fake.state.posts[1:]
    assert [one.id for one in own] == ids
    assert [one.parent for one in own] == [None, *ids[:-1]]


def test_a_second_copy_is_deleted_by_the_command_that_the_notice_names(stage: Stage) -> None:
    post(stage.context, "barlow")
    first = stage.fake.state.posts[1]
    stage.clock.go(days=8)
    copy = stage.fake.state.add(first.text, media=list(first.media))
    stage.wait(10)
    (command,) = [each for each in stage.advised() if "--delete" in each]
    stage.do(command)
    assert copy.id not in [one.id for one in stage.fake.state.posts]
    assert_one_thread(stage)


def test_what_shows_up_when_its_collage_has_gone_out_again_is_a_second_copy_to_delete(
    stage: Stage,
) -> None:
    fake = stage.fake
    fake.state.count = 1
    hide(fake, 1)
    stage.strike(Trouble(is_accepted=True, refusal=error(403, 0, "Not that.")), 1)
    stage.wait(10)
    fake.state.count = None
    stage.do("mlcollage release barlow")
    stage.do("mlcollage post barlow --now")
    show_all(fake)
    stage.wait(90)
    first = fake.state.posts[1].id
    refused = stage.desk("deliveries", "resolve", 1, "--posted", address(first), code=1).err
    assert "barlow has gone out since, by another thread" in refused
    (command,) = [each for each in stage.advised() if "--delete" in each]
    assert command.endswith(f" --delete {address(first)}")
    stage.do(command)
    stage.wait(30)
    assert_one_thread(stage)


def address(post_id: str) -> str:
    return f"https://x.com/mlcollage/status/{post_id}"


def deleted_before_the_next(stage: Stage, position: int) -> None:
    """A part is taken off by hand before the one that answers it is sent."""
    stage.fake.on_route = {(POST, position + 1): Trouble(refusal=x.too_many(600))}
    post(stage.context, "barlow")
    stage.fake.state.posts.pop(position)
    stage.wait(60)


def test_a_part_that_was_deleted_is_told_of_and_the_rest_goes_on_below_what_is_there(
    stage: Stage,
) -> None:
    deleted_before_the_next(stage, 2)
    (command,) = [each for each in stage.advised() if "--gone" in each]
    assert command in stage.desk("deliveries", "show", 1).out
    stage.do(command)
    stage.wait(60)
    own = stage.fake.state.posts[1:]
    assert [one.text for one in own] == [stage.parts()[at] for at in (0, 2, 3)]
    assert [one.parent for one in own] == [None, own[0].id, own[1].id]
    assert "taken off since" in stage.desk("deliveries", "show", 1).out


def test_a_thread_whose_first_part_was_deleted_is_cancelled_as_the_notice_says(
    stage: Stage,
) -> None:
    deleted_before_the_next(stage, 1)
    stage.do(next(each for each in stage.advised() if "cancel" in each))
    stage.wait(60)
    assert len(stage.fake.state.posts) == 1


def test_a_part_that_answers_one_that_was_deleted_is_found(stage: Stage) -> None:
    stage.strike(ACCEPT_THEN_503, 3)
    stage.fake.state.posts.pop(2)
    stage.do("mlcollage deliveries resolve 1 --gone 2")
    stage.wait(60)
    with stage.context.read() as work:
        parts = work.parts.of(1)
    assert all(part.receipt for part in parts)
    assert [one.text for one in stage.fake.state.posts[1:]] == [
        part.text for part in parts if not part.is_gone
    ]


def test_what_may_be_out_and_is_not_is_cancelled_on_a_person_s_word_and_nothing_is_sent(
    stage: Stage,
) -> None:
    lost_and_not_there(stage, 1)
    stage.fake.state.count = 17
    refused = stage.desk("deliveries", "cancel", 1, code=1).err
    command = re.findall(r"mlcollage deliveries cancel 1 --not-posted", refused)[0]
    assert command in stage.desk("deliveries", "show", 1).out
    stage.do(command)
    stage.fake.state.count = None
    stage.wait(60)
    assert len(stage.fake.state.posts) == 1
    with stage.context.read() as work:
        assert work.queue.get("mlcollage", "barlow").state == "held"


def test_the_only_copy_of_a_part_is_not_deleted_as_a_double(stage: Stage) -> None:
    stage.strike(ACCEPT_THEN_503, 1)
    only = stage.fake.state.posts[1].id
    refused = stage.desk("deliveries", "resolve", 1, "--delete", address(only), code=1).err
    assert f"resolve 1 --posted {address(only)}" in refused
    assert len(stage.fake.state.posts) == 2


@pytest.mark.parametrize("position", [1, 4])
def test_doing_what_the_notice_of_a_double_says_lets_the_whole_thread_go_on(
    stage: Stage, position: int
) -> None:
    """Another copy of the bot posts the same part at the same moment."""
    state, create = stage.fake.state, stage.fake.state.create_post
    bodies: list[dict[str, Any]] = []

    def twice(body: dict[str, Any]) -> dict[str, Any]:
        bodies.append(body)
        if len(bodies) == position:
            parent = body.get("reply", {}).get("in_reply_to_tweet_id")
            media = [state.media[each] for each in body.get("media", {}).get("media_ids", [])]
            state.add(body["text"], parent, media)
        return create(body)

    state.create_post = twice  # type: ignore[method-assign]
    post(stage.context, "barlow")
    delete, release = stage.advised()[-2:]
    assert "--delete" in delete
    assert release == "mlcollage release --account lab"
    answer = stage.desk(*delete.split()[1:])
    assert f"Account lab is held; let it go on with: {release}\n" in answer.out
    stage.wait(30)
    assert len(bodies) == position, "nothing goes out before the account is released"
    stage.do(release)
    stage.wait(30)
    assert_one_thread(stage)
    assert len(state.posts) == 5


def test_a_thread_that_fell_too_late_goes_out_once_when_a_person_says_so(stage: Stage) -> None:
    stage.do(too_late(stage, 1))
    stage.wait(60)
    with stage.context.read() as work:
        state = work.queue.get("mlcollage", "barlow").state
    # Back in the queue, it goes out at the next slot; as a thread that was held, at once.
    if state != "posted":
        for _ in range(8 * 24):
            stage.clock.go(hours=1)
            tick.tick(stage.context)
    assert_one_thread(stage)
