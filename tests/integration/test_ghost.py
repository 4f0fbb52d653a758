"""Ghost as a destination: nothing is mailed unasked, and what a person does there stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.answers import Response
from bot.core.errors import BadConfig, Blocked, MlcollageError, Rejected, Unavailable
from bot.destinations.ghost import errors, tokens
from tests.blogs import DUE, OnGhost, article, destination
from tests.fakes import ghost


@pytest.fixture
def site() -> Iterator[ghost.Ghost]:
    with ghost.running() as running:
        yield running


def test_a_post_has_all_that_the_article_has(site: ghost.Ghost) -> None:
    home = "https://papers.example.org/2021-09/"
    published = destination(OnGhost(site)).publish(article(canonical_url=home), {})
    [post] = site.posts.values()
    assert post["title"] == article().title
    assert post["custom_excerpt"] == article().description
    assert post["canonical_url"] == home
    assert post["feature_image"] in site.pictures
    assert post["feature_image_alt"] == "The cover & more"
    assert post["published_at"] == "2021-08-31T16:00:00.000Z"
    # The first one is the main one; what begins with "#" is shown to nobody.
    assert [tag["name"] for tag in post["tags"]] == ["mlcollage", "#mlcollage-2021-09"]
    assert published.url == post["url"]
    # As one card, which its editor keeps as it is.
    assert post["html"].strip().startswith("<!--kg-card-begin: html-->")
    assert post["html"].strip().endswith("<!--kg-card-end: html-->")


def test_long_texts_are_cut_where_ghost_takes_no_more(site: ghost.Ghost) -> None:
    cover = article().pictures["cover.jpg"]._replace(alt="word " * 60)
    long = article(description="word " * 100, pictures={"cover.jpg": cover})
    destination(OnGhost(site)).publish(long, {})
    [post] = site.posts.values()
    assert len(post["custom_excerpt"]) <= 300
    assert post["custom_excerpt"].endswith("word…")
    assert len(post["feature_image_alt"]) <= 125


def test_a_title_that_is_too_long_is_refused_as_content(site: ghost.Ghost) -> None:
    with pytest.raises(Rejected, match="exceeds maximum length of 255"):
        destination(OnGhost(site)).publish(article(title="x" * 256), {})


def test_nothing_is_mailed_unless_a_newsletter_is_named_and_then_once(site: ghost.Ghost) -> None:
    destination(OnGhost(site)).publish(article(), {})
    assert site.mails == []
    other = article(key="mlcollage/2021-10", slug="october")
    mailing = destination(OnGhost(site), newsletter="default")
    assert not mailing.check().problems
    saved = mailing.publish(other, {}).saved
    mailing.publish(article(key=other.key, slug=other.slug, title="Corrected"), saved)
    mailing.publish(other, {})
    assert [newsletter for _, newsletter in site.mails] == ["default"]


def test_a_newsletter_that_is_not_there_is_named_by_the_check(site: ghost.Ghost) -> None:
    assert destination(OnGhost(site), newsletter="weekly").check().problems == (
        "There is no newsletter weekly; there are: default.",
    )


def test_a_newsletter_does_not_go_with_drafts(site: ghost.Ghost) -> None:
    with pytest.raises(BadConfig, match=r"destinations\.blog\.newsletter"):
        destination(OnGhost(site), newsletter="default", status="draft")


def test_a_save_that_collides_is_made_once_more(site: ghost.Ghost) -> None:
    blog = destination(OnGhost(site))
    saved = blog.publish(article(), {}).saved
    site.collisions = 1
    blog.publish(article(title="Corrected"), saved)
    assert [post["title"] for post in site.posts.values()] == ["Corrected"]
    site.collisions = 2
    with pytest.raises(Unavailable, match="is being edited"):
        blog.publish(article(title="Once more"), saved)


def test_tags_and_a_date_that_a_person_changed_stay(site: ghost.Ghost) -> None:
    blog = destination(OnGhost(site))
    saved = blog.publish(article(), {}).saved
    [post] = site.posts.values()
    post["tags"] = [{"id": "Mine", "name": "Mine", "slug": "mine"}]
    post["published_at"] = "2022-02-02T02:02:02.000Z"
    blog.publish(article(title="Corrected"), saved)
    [post] = site.posts.values()
    # Ours is there again, so that the post is found.
    assert [tag["name"] for tag in post["tags"]] == ["Mine", "#mlcollage-2021-09"]
    assert post["published_at"] == "2022-02-02T02:02:02.000Z"


def test_a_post_of_somebody_else_with_the_slug_is_left_alone_until_it_has_the_tag(
    site: ghost.Ghost,
) -> None:
    theirs = {"id": "f" * 24, "title": "Theirs", "slug": article().slug, "status": "published"}
    theirs |= {"html": "<p>Theirs</p>", "created_at": "2020", "updated_at": "2020", "url": "u"}
    site.posts["f" * 24] = {**theirs, "tags": []}
    with pytest.raises(Rejected, match="or the tag #mlcollage-2021-09 to have its text replaced"):
        destination(OnGhost(site)).publish(article(), {})
    assert len(site.posts) == 1
    tag = "#mlcollage-2021-09"
    site.posts["f" * 24]["tags"] = [{"id": tag, "name": tag, "slug": "hash-mlcollage-2021-09"}]
    destination(OnGhost(site)).publish(article(), {})
    [post] = site.posts.values()
    assert "<h2>Ants</h2>" in post["html"]


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
def test_a_clock_that_is_an_hour_wrong_does_no_harm(site: ghost.Ghost, ahead: float) -> None:
    site.ahead = ahead
    assert destination(OnGhost(site)).publish(article(), {}).is_public


def test_a_token_names_its_key_and_lasts_five_minutes() -> None:
    token = tokens.token(ghost.KEY, datetime(2026, 1, 1, tzinfo=UTC))
    head, claims, signature = token.split(".")
    assert (head, signature) == (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6IjY0YTBiMWMyZDNlNGY1YTZiN2M4ZDllMCJ9",
        signature,
    )
    assert "=" not in token
    assert len(claims) > 10


@pytest.mark.parametrize("key", ["x", ghost.SECRET, f"{ghost.KEY_ID}:xyz", f"{ghost.KEY}:00"])
def test_what_is_no_key_is_known_before_anything_is_asked(site: ghost.Ghost, key: str) -> None:
    with pytest.raises(Blocked, match="no Admin API key"):
        destination(OnGhost(site), admin_key=key).check()


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (422, {"type": "ValidationError", "message": "Too long"}, Rejected),
        (415, {"type": "UnsupportedMediaTypeError"}, Rejected),
        (413, {"type": "RequestEntityTooLargeError"}, Rejected),
        (401, {"type": "UnauthorizedError", "code": "INVALID_JWT"}, Blocked),
        (400, {"type": "BadRequestError", "code": "INVALID_JWT"}, Blocked),
        (403, {"type": "NoPermissionError"}, Blocked),
        (403, {"type": "HostLimitError"}, Blocked),
        (429, {"type": "TooManyRequestsError"}, Unavailable),
        (503, {"type": "MaintenanceError"}, Unavailable),
        (500, {"type": "InternalServerError"}, Unavailable),
        (404, {"type": "NotFoundError"}, Unavailable),
    ],
)
def test_each_refusal_is_named_by_its_next_step(
    status: int, error: dict[str, str], kind: type[MlcollageError]
) -> None:
    response = Response(status, {"retry-after": "60"}, {"errors": [error]})
    made = errors.refusal(response, DUE, errors.message(response))
    assert type(made) is kind
    if status in {429, 503}:
        assert isinstance(made, Unavailable)
        assert made.retry_at == DUE + timedelta(minutes=1)
