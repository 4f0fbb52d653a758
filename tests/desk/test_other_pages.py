"""Today, the calendar, the roundups, the series, the people, and finding."""

import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar

from bot.app.runner import Duty
from bot.deciding import people
from tests.desk import desks
from tests.desk.desks import Client, Desk

ROOT = f"/s/{desks.SERIES}"


@pytest.fixture
def ada(desk: Desk) -> Client:
    return desk.client(desks.OWNER)


def heading(page: str) -> str:
    """The first heading of a page."""
    return re.sub(r"<[^>]+>", "", page.partition("<h1")[2].partition("</h1>")[0].partition(">")[2])


def test_today_says_that_no_bot_runs_until_one_has(desk: Desk, ada: Client) -> None:
    assert "No bot is running" in heading(ada.get("/").text)
    with desk.place.context() as context:
        Duty(context).once()
    page = ada.get("/").text
    assert heading(page) == "All is well."
    assert "just now" in page


def test_today_shows_what_goes_out_next(ada: Client) -> None:
    page = ada.get("/").text
    assert "The alpha paper" in page
    assert "29/52" in page


def test_today_says_that_a_series_is_paused_and_not_that_nothing_is_ready(
    desk: Desk, ada: Client
) -> None:
    with desk.place.context() as context:
        Duty(context).once()
    ada.post(f"{ROOT}/pause", {"until": ""})
    page = ada.get("/").text
    assert heading(page) == "ML-Collage is paused."
    assert "Paused: its slots take nothing." in page
    assert "Nothing is ready" not in page


def test_today_names_drafts_that_lack_nothing(ada: Client) -> None:
    assert (
        f'lacks nothing, and can be made ready:\n<a href="{ROOT}/collages/delta"'
        in ada.get("/").text
    )
    ada.post(f"{ROOT}/queue/state", {"name": "delta", "what": "ready"})
    assert "lacks nothing" not in ada.get("/").text


def test_the_calendar_shows_what_each_slot_takes(ada: Client) -> None:
    first = date.fromisoformat(desks.DAYS[0])
    page = ada.get(f"{ROOT}/calendar?month={first:%Y-%m}").text
    assert f"{ROOT}/collages/alpha" in page


def test_a_day_is_skipped_and_not_after_all(ada: Client) -> None:
    day = desks.DAYS[0]
    page = ada.follow(ada.post(f"{ROOT}/calendar/skip", {"day": day})).text
    assert "is skipped" in page
    assert "skipped" in page.partition(f'datetime="{day}"')[2].partition("</li>")[0]
    page = ada.follow(ada.post(f"{ROOT}/calendar/skip", {"day": day, "off": "yes"})).text
    assert "is not skipped any more" in page


MONTHS = ["2026-13", "now", "0000-01", "2026-1-1", "9999-12", "0001-01", "1900-01", "2999-12"]


@pytest.mark.parametrize("month", MONTHS)
def test_any_month_is_shown_or_refused_with_a_sentence(ada: Client, month: str) -> None:
    answer = ada.get(f"{ROOT}/calendar?month={month}")
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or desks.message(answer)


def test_the_calendar_leads_to_no_roundup_that_is_not_there(ada: Client) -> None:
    shown = ""
    for months in range(4):
        on = desks.SLOT + timedelta(days=30 * months)
        shown += ada.get(f"{ROOT}/calendar?month={on:%Y-%m}").text
    assert shown.count(">Roundup 2") >= 3
    links = set(re.findall(r'href="([^"]*/roundups/[^"]*)"', shown))
    assert [ada.get(link).status_code for link in links] == [200]


def test_calendar_programs_get_what_is_to_come(ada: Client) -> None:
    answer = ada.get(f"{ROOT}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    slots = [event for event in events if "roundup" not in event["summary"]]
    assert [event["dtstart"].dt.date().isoformat() for event in slots] == desks.DAYS[:3]
    assert "alpha" in slots[0]["summary"]
    assert len({event["uid"] for event in events}) == len(events)


def test_the_next_roundup_is_shown_as_it_would_be_now(ada: Client) -> None:
    page = ada.get(f"{ROOT}/roundups").text
    found = re.search(rf'href="({ROOT}/roundups/\d{{4}}-\d\d)"', page)
    assert found
    assert "No collage is out for it yet" in ada.get(found[1]).text


@pytest.mark.parametrize("path", ["../config.toml", "..%2Fconfig.toml", "%2e%2e/queue.db", ".made"])
def test_the_frame_shows_nothing_but_the_site(desk: Desk, ada: Client, path: str) -> None:
    (desk.place.folder / "site").mkdir()
    (desk.place.folder / "site" / ".made").write_text("hidden", encoding="utf-8")
    answer = ada.get(f"{ROOT}/site/{path}")
    assert answer.status_code in (400, 404)
    assert "numbering" not in answer.text


def test_a_link_out_of_the_site_leads_nowhere(desk: Desk, ada: Client) -> None:
    site = desk.place.folder / "site"
    site.mkdir()
    (site / "page.html").symlink_to(desk.place.file)
    assert ada.get(f"{ROOT}/site/page.html").status_code == 400


def test_a_series_is_paused_and_resumed(ada: Client) -> None:
    page = ada.follow(ada.post(f"{ROOT}/pause", {"until": ""})).text
    assert "Paused until somebody resumes it" in page
    assert "paused" in ada.get(f"{ROOT}/queue").text
    assert "Its slots take what is ready" in ada.follow(ada.post(f"{ROOT}/resume")).text


def test_an_account_is_held_with_its_reason_and_released(ada: Client) -> None:
    fields = {"account": "outbox", "why": "We move to another disk."}
    assert "We move to another disk." in ada.follow(ada.post(f"{ROOT}/hold", fields)).text
    page = ada.follow(ada.post(f"{ROOT}/release", {"account": "outbox"})).text
    assert "is released" in page
    assert "We move to another disk." not in page


def test_accounts_are_asked_whether_they_can_post(ada: Client) -> None:
    assert "Can post" in ada.get(f"{ROOT}?ask=yes").text


def test_an_owner_invites_somebody_by_an_address_that_is_shown_once(
    desk: Desk, ada: Client
) -> None:
    page = ada.post("/people/invite", {"new": "Dora", "role": "author"}).text
    found = re.search(r"(/invited/[\w-]{20,})", page)
    assert found
    assert "works nowhere else" in page
    assert 'name="new" value=""' in page, "the form is there for the next one"
    assert "/invited/" not in ada.get("/people").text
    dora = desk.nobody()
    assert "Welcome, Dora" in dora.get(found[1]).text
    password = {"password": "a long enough one", "again": "a long enough one"}
    assert dora.post(found[1], password).status_code == 303
    assert dora.get(f"{ROOT}/queue").status_code == 200
    assert desk.nobody().get(found[1]).status_code == 404


def test_two_passwords_that_differ_are_refused(desk: Desk) -> None:
    with desk.place.context() as context:
        token = people.invite(context, "Dora", desks.ROLES[desks.AUTHOR])
    fields = {"password": "a long enough one", "again": "a long enough two"}
    answer = desk.nobody().post(f"/invited/{token}", fields)
    assert answer.status_code == 400
    assert "differ" in desks.message(answer)


def test_a_role_is_changed_and_counts_at_once(desk: Desk, ada: Client) -> None:
    cleo = desk.client(desks.AUTHOR)
    hold = {"name": "alpha", "what": "hold", "why": ""}
    assert cleo.post(f"{ROOT}/queue/state", hold).status_code == 403
    ada.post("/people/role", {"name": desks.AUTHOR, "role": "editor"})
    assert cleo.post(f"{ROOT}/queue/state", hold).status_code == 303


def test_the_last_owner_cannot_leave(ada: Client) -> None:
    answer = ada.post("/people/remove", {"name": desks.OWNER, "sure": "yes"})
    assert answer.status_code == 403
    assert "last owner" in desks.message(answer)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("alpha", f"{ROOT}/collages/alpha"),
        ("Queue", f"{ROOT}/queue"),
        ("today", "/"),
    ],
)
def test_an_exact_name_leads_straight_there(ada: Client, text: str, path: str) -> None:
    assert ada.get("/find", params={"q": text}).headers["location"] == path


@pytest.mark.parametrize("text", ["the BETA paper", "beta pap", "eta"])
def test_words_of_a_title_find_a_collage(ada: Client, text: str) -> None:
    assert f"{ROOT}/collages/beta" in ada.get("/find", params={"q": text}).text


@pytest.mark.parametrize("text", ["", "nothing at all", "%", "_", "<script>", "x" * 5_000])
def test_what_is_not_there_is_said(ada: Client, text: str) -> None:
    answer = ada.get("/find", params={"q": text})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert f"{ROOT}/collages/" not in answer.text
