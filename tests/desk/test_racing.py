"""People who press a button at the very same moment, on each kind of database."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import requests

from bot.core.errors import NotAllowed
from bot.deciding import deliveries
from tests.conftest import threads_out
from tests.desk import desks
from tests.desk.desks import Client, Desk
from tests.desk.test_queue import QUEUE, field, names, order

AT_ONCE = 8
ROUNDS = 3


def at_once(desk: Desk, act: Callable[[Client, int], requests.Response]) -> Counter[int]:
    """How often which status of HTTP was the answer, to people who act at the same moment."""
    barrier = Barrier(AT_ONCE)

    def one(place: int) -> int:
        client = desk.client((desks.OWNER, desks.EDITOR)[place % 2])
        client.get(QUEUE)
        barrier.wait()
        return act(client, place).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def test_of_all_who_move_by_the_same_page_one_does_and_the_others_see_it(
    desk_on_each: Desk,
) -> None:
    client = desk_on_each.client(desks.OWNER)
    for _ in range(ROUNDS):
        page = client.get(QUEUE).text
        *_, last = names(page)
        fields = {"name": last, "where": "first", "neighbour": "", "order": order(client)}
        found = at_once(desk_on_each, lambda who, _, sent=fields: who.post(f"{QUEUE}/move", sent))
        assert found == {303: 1, 409: AT_ONCE - 1}
        assert names(client.get(QUEUE).text)[0] == last


def test_of_all_who_add_the_same_title_one_does_and_the_others_are_told(
    desk_on_each: Desk,
) -> None:
    for turn in range(ROUNDS):
        fields = {"title": f"Title {turn}", "base": "{}"}
        found = at_once(
            desk_on_each, lambda who, _, sent=fields: who.post(f"/s/{desks.SERIES}/new", sent)
        )
        assert found == {303: 1, 400: AT_ONCE - 1}


def test_a_day_takes_the_pin_of_one_collage_only(desk_on_each: Desk) -> None:
    client = desk_on_each.client(desks.OWNER)
    for day in desks.DAYS[2 : 2 + ROUNDS]:
        at_once(
            desk_on_each,
            lambda who, place, day=day: who.post(
                f"{QUEUE}/pin", {"name": desks.READY[place % 3], "day": day}
            ),
        )
        assert client.get(QUEUE).text.count(f'name="day" value="{day}"') == 1


def test_the_queue_is_shown_while_others_change_it(desk_on_each: Desk) -> None:
    def act(who: Client, place: int) -> requests.Response:
        for turn in range(4):
            if place % 2:
                what = ("hold", "release")[turn % 2]
                who.post(f"{QUEUE}/state", {"name": "beta", "what": what})
            answer = who.get(QUEUE)
            if answer.status_code != 200:
                break
        return answer

    assert at_once(desk_on_each, act) == {200: AT_ONCE}


def test_what_the_bot_takes_meanwhile_is_not_moved_any_more(desk_on_each: Desk) -> None:
    client = desk_on_each.client(desks.EDITOR)
    fields = {"name": "alpha", "where": "last", "neighbour": "", "order": order(client)}
    post(desk_on_each, "alpha")
    answer = client.post(f"{QUEUE}/move", fields)
    assert answer.status_code == 409
    assert names(answer.text) == ["beta", "gamma"]
    hold = {"name": "alpha", "what": "hold", "why": ""}
    assert client.post(f"{QUEUE}/state", hold).status_code == 403


def test_the_bot_posts_each_once_while_people_move_them(desk_on_each: Desk) -> None:
    client, statuses = desk_on_each.client(desks.EDITOR), Counter[int]()

    def move_on() -> None:
        for turn in range(12):
            page = client.get(QUEUE).text
            if len(names(page)) < 2:
                return
            name = desks.READY[turn % len(desks.READY)]
            seen = field(page, "order")
            sent = {"name": name, "where": "first", "neighbour": "", "order": seen}
            statuses[client.post(f"{QUEUE}/move", sent).status_code] += 1

    with ThreadPoolExecutor(1) as pool:
        moving = pool.submit(move_on)
        for name in desks.READY:
            post(desk_on_each, name)
        moving.result()
    # Moved, too late, or not in the queue any more: never an error that nobody foresaw.
    assert set(statuses) <= {303, 400, 403, 409}
    assert len(threads_out(desk_on_each.place.folder)) == len(desks.READY)


def post(desk: Desk, name: str) -> None:
    """Post a collage beside a desk; where it was moved at this very moment, once more."""
    with desk.place.context() as context:
        for _ in range(100):
            with suppress(NotAllowed):
                deliveries.post_now(context, context.config.series[desks.SERIES], name)
                return
    raise AssertionError(f"{name} was moved each time")
