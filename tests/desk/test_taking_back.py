"""What a slot has claimed is locked; taking it back cancels what has not begun, nothing else."""

import pytest

from bot.core.collage import State
from bot.deciding import accounts, collages, deliveries
from bot.scheduling import slots, tick
from tests.desk import desks
from tests.desk.desks import Desk, Place
from tests.desk.test_writing import ROOT, form, stored

ALPHA = f"{ROOT}/collages/alpha"


def claim(place: Place) -> None:
    """Let a slot take alpha, whose threads nobody sends yet."""
    with place.context() as context:
        context = tick.begin(context)
        series = context.config.series[desks.SERIES]
        slots.claim_now(context, series, collages.get(context, series, "alpha"))


def test_what_is_claimed_is_locked_and_taken_back_as_a_whole(desk_on_each: Desk) -> None:
    client = desk_on_each.client(desks.EDITOR)
    fields = form(client.get(ALPHA)) | {"alt": "Other words."}
    claim(desk_on_each.place)
    page = client.get(ALPHA)
    assert "on its way out, and locked" in page.text
    assert "disabled" in page.text
    refused = client.post(f"{ALPHA}/save", fields)
    assert refused.status_code == 403
    assert "Other words." in refused.text
    page = client.get(f"{ALPHA}/take-back")
    assert "has not begun, and will not be sent" in page.text
    page = client.follow(client.post(f"{ALPHA}/take-back"))
    assert "held" in page.text
    made = stored(desk_on_each, "alpha")
    assert (made.state, made.number) == (State.HELD, None)
    client.follow(client.post(f"{ALPHA}/save", fields))
    assert stored(desk_on_each, "alpha").alt == "Other words."


TWO_ACCOUNTS = """
[accounts.outbox]
network = "outbox"

[accounts.second]
network = "outbox"
folder = "second"
"""
USED = 'title = "ML-Collage"\naccounts = ["outbox", "second"]'
TWO = desks.SETTINGS.replace('title = "ML-Collage"', USED) + TWO_ACCOUNTS


@pytest.fixture
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return desks.install(tmp_path_factory.mktemp("filled") / "desk", TWO)


def test_what_is_out_stays_out_and_is_named(desk: Desk) -> None:
    with desk.place.context() as context:
        accounts.hold(context, "second", "")
        deliveries.post_now(context, context.config.series[desks.SERIES], "alpha")
    client = desk.client(desks.EDITOR)
    page = client.get(f"{ALPHA}/take-back")
    assert "<strong>outbox</strong>: it is out" in page.text
    assert "<strong>second</strong>: it has not begun" in page.text
    page = client.follow(client.post(f"{ALPHA}/take-back"))
    assert "Nothing goes to second. On outbox it is out." in page.text
    assert stored(desk, "alpha").state is State.POSTED
    again = client.post(f"{ALPHA}/take-back")
    assert again.status_code == 403
    assert "can be taken back any more" in desks.message(again)


def test_what_no_slot_has_claimed_cannot_be_taken_back(desk: Desk) -> None:
    client = desk.client(desks.EDITOR)
    assert "No slot has claimed it" in client.get(f"{ALPHA}/take-back").text
    assert client.post(f"{ALPHA}/take-back").status_code == 403
    assert stored(desk, "alpha").state is State.READY
