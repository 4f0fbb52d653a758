"""Buttondown as a destination: no mail is sent twice, or sent at all unless that is wanted."""

from collections.abc import Iterator

import pytest

from bot.core.answers import Response
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable
from bot.destinations.buttondown import errors
from tests.blogs import DUE, OnButtondown, article, destination
from tests.fakes import buttondown
from tests.fakes.json_server import Answered


@pytest.fixture
def site() -> Iterator[buttondown.Buttondown]:
    with buttondown.running() as running:
        yield running


def test_a_mail_has_all_that_the_article_has(site: buttondown.Buttondown) -> None:
    home = "https://papers.example.org/2021-09/"
    destination(OnButtondown(site)).publish(article(canonical_url=home), {})
    [mail] = site.mails.values()
    assert mail["subject"] == article().title
    assert mail["description"] == article().description
    assert mail["canonical_url"] == home
    assert mail["image"] in site.pictures
    assert f'<img src="{mail["image"]}" alt="The cover &amp; more">' in mail["body"]
    assert mail["body"].startswith("<!-- buttondown-editor-mode: fancy -->")
    # Two braces would begin a variable.
    assert "&#123;&#123; braces }}" in mail["body"]


def test_nothing_is_sent_unless_a_setting_says_so(site: buttondown.Buttondown) -> None:
    published = destination(OnButtondown(site), send=None).publish(article(), {})
    site.deliver()
    assert site.sent == []
    assert published.todo.endswith("is a draft at Buttondown: look at it there, and send it.")


def test_a_mail_is_sent_once_however_often_it_is_tried(site: buttondown.Buttondown) -> None:
    newsletter = destination(OnButtondown(site))
    for _ in range(3):
        newsletter.publish(article(), {})
        site.deliver()
        newsletter.publish(article(title="Corrected"), {})
        site.deliver()
    assert len(site.sent) == 1


def test_a_mail_that_was_sent_stays_as_it_was_and_that_is_said(site: buttondown.Buttondown) -> None:
    newsletter = destination(OnButtondown(site))
    saved = newsletter.publish(article(), {}).saved
    site.deliver()
    published = newsletter.publish(article(title="Corrected"), saved)
    [mail] = site.mails.values()
    assert mail["subject"] == article().title
    assert published.is_public
    assert published.todo == '"Corrected" changed after it was mailed; readers have it as it was.'


@pytest.mark.parametrize(
    ("title", "named"),
    [('Four "Papers"', "\"Four 'Papers'\" is"), ("Four “Papers”", '"Four ‘Papers’" is')],
)
def test_quotation_marks_in_a_title_are_inner_ones_where_it_is_quoted(
    site: buttondown.Buttondown, title: str, named: str
) -> None:
    newsletter = destination(OnButtondown(site), send=None)
    assert newsletter.publish(article(title=title), {}).todo.startswith(named)


def test_a_mail_that_a_person_stopped_is_not_sent_again(site: buttondown.Buttondown) -> None:
    newsletter = destination(OnButtondown(site))
    saved = newsletter.publish(article(), {}).saved
    [mail] = site.mails.values()
    mail["status"] = "draft"
    for known in (saved, {}):
        published = newsletter.publish(article(title="Corrected"), known)
        assert "it is not sent again" in published.todo
    site.deliver()
    assert site.sent == []


def test_a_mail_that_a_person_deleted_is_not_made_again(site: buttondown.Buttondown) -> None:
    newsletter = destination(OnButtondown(site))
    saved = newsletter.publish(article(), {}).saved
    site.mails.clear()
    published = newsletter.publish(article(), saved)
    assert published.todo == "The mail was deleted at Buttondown, and is not made again."
    assert site.mails == {}


def test_a_mail_is_found_among_many(site: buttondown.Buttondown) -> None:
    newsletter = destination(OnButtondown(site))
    newsletter.publish(article(), {})
    for number in range(7):
        site.add(subject=f"Number {number}")
    newsletter.publish(article(), {})
    assert len(site.mails) == 8


@pytest.mark.parametrize(
    "body",
    [
        {"results": [], "count": 4},
        {"results": [7], "count": 1},
        {"results": None, "count": 0},
        [],
        "nothing",
    ],
)
def test_where_the_list_is_not_whole_nothing_is_made(
    site: buttondown.Buttondown, body: object
) -> None:
    site.refusal = Answered(200, body)
    with pytest.raises(Unavailable, match="did not answer with all mails"):
        destination(OnButtondown(site)).publish(article(), {})
    assert site.mails == {}


def test_a_slug_that_is_taken_is_left_to_buttondown(site: buttondown.Buttondown) -> None:
    site.add(slug=article().slug)
    destination(OnButtondown(site)).publish(article(), {})
    assert len(site.mails) == 2


def test_a_picture_that_is_uploaded_again_stays_one(site: buttondown.Buttondown) -> None:
    newsletter = destination(OnButtondown(site), send=None)
    newsletter.publish(article(), {})
    newsletter.publish(article(title="Corrected"), {})
    assert len(site.pictures) == 2


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"code": "subject_invalid", "detail": "Too long"}, Rejected),
        (422, {"detail": [{"msg": "Unsupported image type."}]}, Rejected),
        (400, {"code": "email_not_confirmed", "detail": "Confirm"}, Blocked),
        (401, {"detail": "Unauthorized"}, Blocked),
        (403, {"detail": "Forbidden"}, Blocked),
        (402, {"detail": "Pay"}, Blocked),
        (409, {"detail": "Conflict"}, Unavailable),
        (429, {"detail": "Slow down"}, Unavailable),
        (500, "<h1>Error</h1>", Unavailable),
    ],
)
def test_each_refusal_is_named_by_its_next_step(
    status: int, body: object, kind: type[MlcollageError]
) -> None:
    response = Response(status, {}, body)
    assert type(errors.refusal(response, DUE, errors.message(response))) is kind
