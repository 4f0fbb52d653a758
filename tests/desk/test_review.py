"""Approval at the desk covers what was shown, and nothing else."""

import html
import re
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from bot.core.people import Role
from bot.deciding import approvals, collages, people, queue_changes
from bot.intake.accept import Arrival
from tests.desk import browsers, desks
from tests.desk.browsers import Browsing
from tests.desk.desks import Client, Desk, Place
from tests.desk.test_queue import field

REVIEW = f"/s/{desks.SERIES}/collages/alpha/review"


def settings(rule: str) -> str:
    """The configuration of a series that wants approval."""
    return desks.SETTINGS.replace(
        'title = "ML-Collage"', f'title = "ML-Collage"\napproval = "{rule}"'
    )


@pytest.fixture
def place(filled: Place, tmp_path: Path) -> Place:
    place = desks.copied(filled, tmp_path / "desk")
    place.write(settings("one"))
    return place


def form(client: Client, path: str = REVIEW) -> dict[str, str]:
    """The fields of the form that approves."""
    page = client.get(path).text
    return {"hash": field(page, "hash"), "seen": html.unescape(field(page, "seen"))}


def approved(place: Place) -> list[str]:
    """Who has approved it as it is now."""
    with place.context() as context:
        look = approvals.look(context, context.config.series[desks.SERIES], "alpha")
    return [each.who for each in look.standing.counted]


def edit(place: Place, paragraph: str) -> None:
    """Change what it sends."""
    with place.context("dora") as context:
        series = context.config.series[desks.SERIES]
        item = collages.get(context, series, "alpha")
        queue_changes.edit(context, series, item, Arrival(replace(item, paragraph=paragraph)))


def test_what_was_shown_is_approved_under_the_persons_name(desk: Desk) -> None:
    ben = desk.client(desks.EDITOR)
    answer = ben.follow(ben.post(f"{REVIEW}/approve", form(ben)))
    assert "alpha is approved" in answer.text
    assert approved(desk.place) == [desks.EDITOR]


def test_what_was_changed_since_is_shown_and_not_approved(desk: Desk) -> None:
    ben = desk.client(desks.EDITOR)
    shown = form(ben)
    edit(desk.place, "Another paragraph altogether, which nobody has seen.")
    answer = ben.post(f"{REVIEW}/approve", shown)
    assert answer.status_code == 409
    assert "not approved" in desks.message(answer)
    assert re.search(r'class="ins"[^>]*>[^<]*Another paragraph altogether', answer.text)
    assert 'class="del"' in answer.text
    assert approved(desk.place) == []
    # The page that shows the difference carries the hash of what it shows.
    again = {"hash": field(answer.text, "hash"), "seen": ""}
    assert ben.post(f"{REVIEW}/approve", again).status_code == 303
    assert approved(desk.place) == [desks.EDITOR]


@pytest.mark.parametrize("seen", ["", "{", "[1]", '{"threads": 3}', "x" * 300_000])
def test_a_form_that_does_not_say_what_was_shown_approves_nothing(desk: Desk, seen: str) -> None:
    ben = desk.client(desks.EDITOR)
    answer = ben.post(f"{REVIEW}/approve", {"hash": "0" * 64, "seen": seen})
    assert answer.status_code == 409
    assert approved(desk.place) == []


def test_an_edit_after_approval_puts_it_back_with_what_was_changed(desk: Desk) -> None:
    ben = desk.client(desks.EDITOR)
    ben.post(f"{REVIEW}/approve", form(ben))
    edit(desk.place, "Another paragraph altogether, which nobody has seen.")
    page = ben.get(REVIEW).text
    assert "Changed since ben approved it" in page
    assert "waits for approval" in ben.get("/").text


def test_an_approval_is_taken_back(desk: Desk) -> None:
    ben = desk.client(desks.EDITOR)
    ben.post(f"{REVIEW}/approve", form(ben))
    ben.post(f"{REVIEW}/take-back")
    assert approved(desk.place) == []


def test_a_note_is_there_for_the_others_and_nowhere_else(desk: Desk) -> None:
    cleo = desk.client(desks.AUTHOR)
    cleo.post(f"{REVIEW}/note", {"text": "Is the year right?"})
    assert "Is the year right?" in desk.client(desks.EDITOR).get(REVIEW).text
    with desk.place.context() as context:
        look = approvals.look(context, context.config.series[desks.SERIES], "alpha")
    assert all(
        "Is the year right?" not in part.text for each in look.threads for part in each.parts
    )


def test_with_four_eyes_two_people_approve(desk: Desk) -> None:
    desk.place.write(settings("four-eyes"))
    ben, ada = desk.client(desks.EDITOR), desk.client(desks.OWNER)
    assert "1 more has to" in ben.follow(ben.post(f"{REVIEW}/approve", form(ben))).text
    # Ada has added it, and changed it last.
    answer = ada.post(f"{REVIEW}/approve", form(ada))
    assert answer.status_code == 403
    assert "changed alpha last" in desks.message(answer)


@pytest.fixture
def link(desk: Desk) -> str:
    """The path of a review link for somebody without an account."""
    with desk.place.context() as context:
        token = people.review_link(context, desks.SERIES, "alpha", "Ben")
    return f"/review/{token}"


def test_somebody_with_a_link_approves_under_a_name_that_says_so(desk: Desk, link: str) -> None:
    guest = desk.nobody()
    answer = guest.post(f"{link}/approve", form(guest, link))
    assert answer.status_code == 303
    assert approved(desk.place) == ["Ben (by link)"]


def test_a_link_shows_its_collage_and_its_pictures_alone(desk: Desk, link: str) -> None:
    guest = desk.nobody()
    page = guest.get(link).text
    pictures = re.findall(rf'src="({link}/pictures/[^"]+)"', page)
    assert pictures
    assert guest.get(pictures[0]).headers["content-type"].startswith("image/")
    with desk.place.context() as context:
        other = approvals.look(context, context.config.series[desks.SERIES], "beta")
    theirs = {each.picture.sha256 for thread in other.threads for each in thread.fits.values()}
    mine = {path.rsplit("/", 1)[1] for path in pictures}
    for sha256 in theirs - mine:
        assert guest.get(f"{link}/pictures/{sha256}").status_code in (400, 404)
    for path in ("/", f"/s/{desks.SERIES}/queue", REVIEW):
        assert guest.get(path).status_code == 303


def test_an_editor_makes_a_link_and_takes_it_back(desk: Desk) -> None:
    ben = desk.client(desks.EDITOR)
    answer = ben.post(f"{REVIEW}/link", {"visitor": "Flo"})
    found = re.search(r'value="http[^"]+(/review/[\w-]{20,})"', answer.text)
    assert found
    assert found[1] not in str(answer.headers), "the address is in no cookie"
    assert "works nowhere else" in answer.text
    assert "You look at it as Flo (by link)." in desk.nobody().get(found[1]).text
    ben.post(f"{REVIEW}/end-link", {"visitor": "Flo (by link)"})
    assert desk.nobody().get(found[1]).status_code == 404


def test_a_draft_that_is_approved_is_made_ready_on_the_same_screen(desk: Desk) -> None:
    ben, path = desk.client(desks.EDITOR), REVIEW.replace("alpha", "delta")
    page = ben.follow(ben.post(f"{path}/approve", form(ben, path))).text
    assert "delta is approved, and still a draft: a slot takes it once it is ready." in page
    assert ">Make ready</button>" in page
    made = ben.post(
        f"/s/{desks.SERIES}/queue/state", {"name": "delta", "what": "ready", "on": "collage"}
    )
    assert "delta is ready." in ben.follow(made).text


def test_a_reviewer_sees_when_it_would_go_out(desk: Desk) -> None:
    ben, path = desk.client(desks.EDITOR), REVIEW.replace("alpha", "delta")
    assert f'· for <time datetime="{desks.SLOT.isoformat()}' in ben.get(REVIEW).text
    assert "· for <time" not in ben.get(path).text, "a draft goes nowhere by itself"


def test_notes_stand_before_what_is_decided_by_them(desk: Desk) -> None:
    cleo = desk.client(desks.AUTHOR)
    page = cleo.follow(cleo.post(f"{REVIEW}/note", {"text": "Is the year right?"})).text
    assert page.index("Is the year right?") < page.index('class="thread"')
    assert "Leave a note…" in page
    assert "Not yet, because…" not in page


def test_a_collage_that_waits_for_approval_says_so_without_a_command(desk: Desk) -> None:
    ben, path = desk.client(desks.EDITOR), f"/s/{desks.SERIES}/collages"
    made = ben.post(
        f"/s/{desks.SERIES}/queue/state", {"name": "delta", "what": "ready", "on": "collage"}
    )
    page = ben.follow(made).text
    told = "delta is ready. No slot takes it before it is approved: nobody has approved it."
    assert told in page
    assert "mlcollage approve" not in page
    assert "Once it is approved, it goes out" in ben.get(f"{path}/alpha").text
    ben.post(f"{REVIEW}/approve", form(ben))
    assert "It goes out <strong>" in ben.get(f"{path}/alpha").text
    edit(desk.place, "Other words.")
    page = ben.get(f"{path}/alpha").text
    assert "What would be sent is not what ben approved." in page
    assert "Approved by ben" not in page


def test_only_who_may_approve_is_told_to(desk: Desk) -> None:
    path = f"/s/{desks.SERIES}/collages/alpha"
    assert "Review and approve" in desk.client(desks.EDITOR).get(path).text
    assert "Review and approve" not in desk.client(desks.AUTHOR).get(path).text


def test_without_approval_the_page_says_that_none_is_wanted(desk: Desk) -> None:
    desk.place.write(desks.SETTINGS)
    page = desk.client(desks.EDITOR).get(REVIEW).text
    assert "wants no approval" in page
    assert f'action="{REVIEW}/approve"' not in page


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_decides_on_one_screen(desk: Desk, browse: Browsing, scripts: bool) -> None:
    page = browse(desk, desks.EDITOR, REVIEW, scripts=scripts, phone=True)
    approve = page.get_by_role("button", name="Approve")
    box = approve.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 740
    assert browsers.overflow(page) == 0
    assert browsers.small_targets(page) == []
    approve.click()
    assert "alpha is approved" in page.get_by_role("status").inner_text()
    assert approved(desk.place) == [desks.EDITOR]


def test_an_author_may_not_approve(desk: Desk) -> None:
    assert desks.ROLES[desks.AUTHOR] is Role.AUTHOR
    cleo = desk.client(desks.AUTHOR)
    shown = {"hash": "0" * 64, "seen": ""}
    assert cleo.post(f"{REVIEW}/approve", shown).status_code == 403
    assert f'action="{REVIEW}/approve"' not in cleo.get(REVIEW).text


ODD = {
    "half a character": r'{"number": "", "threads": [{"account": "\ud800", "network": "", "parts":'
    r' [{"text": "\ud800"}]}]}',
    "numbers for texts": '{"number": 5, "threads": [{"account": "outbox", "network": "outbox",'
    ' "parts": [{"text": 5, "picture": 7}], "beside": [4]}]}',
    "a list for a name": '{"number": [1], "threads": [{"account": [1], "network": "",'
    ' "parts": []}]}',
    "brackets in brackets": "[" * 100_000,
    "a number everywhere": '{"number": "a", "threads": [{"account": "outbox", "network": "outbox",'
    f' "parts": [{{"text": "{"a" * 90_000}"}}]}}]}}',
}


@pytest.mark.parametrize("seen", ODD.values(), ids=ODD)
def test_what_no_page_has_shown_shows_no_difference_and_breaks_nothing(
    desk: Desk, seen: str
) -> None:
    before = process_time()
    answer = desk.client(desks.EDITOR).post(f"{REVIEW}/approve", {"hash": "0" * 64, "seen": seen})
    assert answer.status_code == 409, desks.message(answer)
    assert approved(desk.place) == []
    assert process_time() - before < 2
