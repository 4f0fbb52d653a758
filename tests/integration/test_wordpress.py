"""A real WordPress as a destination: what a person does there stays, and what it says is heard."""

import re
from collections.abc import Iterator

import pytest

from bot.core.answers import Response
from bot.core.errors import Blocked, MlcollageError, Rejected, Unavailable
from bot.destinations.wordpress import errors
from tests import wordpress
from tests.blogs import DUE, OnWordPress, article, destination, drawn
from tests.conftest import ROOM

KEY = "mlcollage/2021-09"


@pytest.fixture(scope="module")
def running() -> Iterator[wordpress.WordPress]:
    with wordpress.running(ROOM) as site:
        yield site


@pytest.fixture
def site(running: wordpress.WordPress) -> wordpress.WordPress:
    running.clear()
    return running


def test_a_post_has_all_that_the_article_has(site: wordpress.WordPress) -> None:
    blog = destination(OnWordPress(site, "editor"), categories=["Papers & more"])
    published = blog.publish(article(), {})
    [post] = site.posts()
    title = "Two Papers to Read in September 2021: p &lt; 0.05 &amp; “more”"
    assert post["title"]["raw"] == title
    assert post["excerpt"]["raw"] == "Two papers, about &lt;ants&gt; &amp; attention."
    assert post["date_gmt"] == "2021-08-31T16:00:00"
    assert post["link"] == published.url
    media = {each["id"]: each for each in site.media()}
    assert media[post["featured_media"]]["alt_text"] == "The cover & more"
    [collage] = [each for each in media.values() if each["id"] != post["featured_media"]]
    assert collage["alt_text"] == 'A graph: x > y, "so to say"'
    assert collage["caption"]["raw"] == "ML-Collage [29/52]: Figures &amp; tables"
    assert collage["post"] == post["id"]
    names = {term["name"] for kind in ("tags", "categories") for term in terms(site, kind, post)}
    assert names == {"mlcollage", "Papers &amp; more"}
    assert not destination(OnWordPress(site), categories=["Papers & more"]).check().problems


def terms(site: wordpress.WordPress, kind: str, post: dict[str, list[int]]) -> list[dict[str, str]]:
    """The categories or tags of a post."""
    found = site.ask("GET", f"/wp/v2/{kind}?per_page=100")
    return [each for each in found if each["id"] in post[kind]]


def test_the_page_shows_what_was_written_and_nothing_between(site: wordpress.WordPress) -> None:
    given = article(
        pictures={
            **article().pictures,
            "29.jpg": article().pictures["29.jpg"]._replace(data=drawn("blue", 1600, 1200)),
        }
    )
    published = destination(OnWordPress(site)).publish(given, {})
    page = site.read(published.url).decode()
    shown = page[page.index("<p><em>From attention") : page.index("</figcaption>")]
    assert "<br" not in shown
    assert "<p></p>" not in shown
    assert "<p>With x² &lt; y and {{ braces }}.</p>" in shown
    [image] = re.findall(r"<img[^>]*29[^>]*>|<img[^>]*wp-image-\d+[^>]*>", shown)
    assert 'alt="A graph: x &gt; y, &quot;so to say&quot;"' in image
    assert 'width="1600" height="1200"' in image
    # The other sizes are WordPress's own.
    assert image.count("w, http") >= 2


def test_status_slug_date_and_tags_that_a_person_changed_stay(site: wordpress.WordPress) -> None:
    blog = destination(OnWordPress(site))
    saved = blog.publish(article(), {}).saved
    [post] = site.posts()
    kept = {"slug": "mine", "status": "private", "date_gmt": "2022-02-02T02:02:02", "tags": []}
    site.ask("POST", f"/wp/v2/posts/{post['id']}", kept)
    published = blog.publish(article(title="Corrected"), saved)
    [post] = site.posts()
    assert post["title"]["raw"] == "Corrected"
    assert {key: post[key] for key in kept} == kept
    assert not published.is_public
    assert "is private at" in published.todo


def test_a_post_in_the_trash_is_left_there_and_no_other_is_made(site: wordpress.WordPress) -> None:
    blog = destination(OnWordPress(site))
    saved = blog.publish(article(), {}).saved
    [post] = site.posts()
    site.ask("DELETE", f"/wp/v2/posts/{post['id']}")
    for known in (saved, {}):
        with pytest.raises(Rejected, match="in the trash of 127"):
            blog.publish(article(), known)
    [post] = site.posts()
    assert post["status"] == "trash"
    site.ask("POST", f"/wp/v2/posts/{post['id']}", {"status": "publish"})
    assert blog.publish(article(), saved).is_public


def test_a_post_that_was_deleted_for_good_is_made_again(site: wordpress.WordPress) -> None:
    blog = destination(OnWordPress(site))
    saved = blog.publish(article(), {}).saved
    [post] = site.posts()
    site.ask("DELETE", f"/wp/v2/posts/{post['id']}?force=true")
    assert blog.publish(article(), saved).is_public
    assert len(site.posts()) == 1


@pytest.mark.parametrize("status", ["publish", "draft"])
def test_a_post_of_somebody_else_with_the_slug_is_left_alone(
    site: wordpress.WordPress, status: str
) -> None:
    slug = article().slug
    # Its draft is one that our user does not see.
    site.ask("POST", "/wp/v2/posts", {"title": "Theirs", "slug": slug, "status": status})
    with pytest.raises(Rejected, match=f"has another post with the slug {slug}"):
        destination(OnWordPress(site)).publish(article(), {})
    [post] = site.posts()
    assert post["title"]["raw"] == "Theirs"


def test_a_post_that_was_written_by_hand_is_taken_over_where_a_person_says_so(
    site: wordpress.WordPress,
) -> None:
    made = {"title": "By hand", "slug": article().slug, "status": "publish"}
    post = site.ask("POST", "/wp/v2/posts", made)
    blog = destination(OnWordPress(site, "editor"))
    with pytest.raises(Rejected) as raised:
        blog.publish(article(), {})
    mark = re.search(r"<!--.*?-->", str(raised.value))
    assert mark
    site.ask("POST", f"/wp/v2/posts/{post['id']}", {"content": mark[0]})
    assert blog.publish(article(), {}).is_public
    [post] = site.posts()
    assert "<h2>Ants</h2>" in post["content"]["raw"]


def test_a_picture_whose_slug_was_changed_is_known_by_its_id(site: wordpress.WordPress) -> None:
    blog = destination(OnWordPress(site))
    saved = blog.publish(article(), {}).saved
    for picture in site.media():
        site.ask("POST", f"/wp/v2/media/{picture['id']}", {"slug": f"mine-{picture['id']}"})
    blog.publish(article(title="Corrected"), saved)
    assert len(site.media()) == 2


def test_a_site_with_plain_permalinks_is_found_as_well(site: wordpress.WordPress) -> None:
    site.set_permalinks("")
    try:
        published = destination(OnWordPress(site)).publish(article(), {})
        assert "?p=" in published.url
        assert b"<h2>Ants</h2>" in site.read(published.url)
    finally:
        site.set_permalinks()


def test_a_user_who_may_not_publish_is_told_before_and_when_it_is_tried(
    site: wordpress.WordPress,
) -> None:
    blog = destination(OnWordPress(site, "contributor"))
    problems = blog.check().problems
    assert "contributor may not publish posts there: give the user the role Author." in problems
    with pytest.raises(Blocked, match="not allowed"):
        blog.publish(article(), {})


def test_a_category_that_nobody_may_make_is_named(site: wordpress.WordPress) -> None:
    # An author may not make one.
    blog = destination(OnWordPress(site), categories=["Reading"])
    assert blog.check().problems == (
        "There is no category Reading there, and it cannot be made: make it yourself.",
    )
    with pytest.raises(Blocked, match="has no category Reading: make it there"):
        blog.publish(article(), {})
    site.ask("POST", "/wp/v2/categories", {"name": "Reading"})
    assert blog.publish(article(), {}).is_public


def test_the_canonical_address_goes_into_the_field_of_a_plugin(site: wordpress.WordPress) -> None:
    blog = destination(OnWordPress(site), canonical_field="canonical")
    assert blog.check().problems == (
        "Posts have no field canonical there that can be written: see canonical_field.",
    )
    plugin = site.folder / "site" / "wp-content" / "mu-plugins" / "canonical.php"
    plugin.write_text(
        "<?php add_action('init', fn() => register_post_meta('post', 'canonical', "
        "['show_in_rest' => true, 'single' => true, 'type' => 'string']));"
    )
    try:
        assert not blog.check().problems
        home = "https://papers.example.org/2021-09/"
        blog.publish(article(canonical_url=home), {})
        assert site.posts()[0]["meta"]["canonical"] == home
    finally:
        plugin.unlink()


def test_a_site_under_maintenance_is_tried_later(site: wordpress.WordPress) -> None:
    file = site.folder / "site" / ".maintenance"
    file.write_text("<?php $upgrading = time();")
    try:
        with pytest.raises(Unavailable, match="asks to wait") as raised:
            destination(OnWordPress(site)).publish(article(), {})
    finally:
        file.unlink()
    assert raised.value.retry_at is not None
    assert (raised.value.retry_at - DUE).total_seconds() == 600


def test_a_file_that_is_no_picture_is_refused_as_content(site: wordpress.WordPress) -> None:
    cover = article().pictures["cover.jpg"]._replace(data=b"<?php echo 1;")
    with pytest.raises(Rejected):
        destination(OnWordPress(site)).publish(article(pictures={"cover.jpg": cover}), {})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"code": "rest_invalid_param", "message": "Invalid"}, Rejected),
        (500, {"code": "rest_upload_unknown_error", "message": "Not allowed."}, Rejected),
        (413, "<h1>Too large</h1>", Rejected),
        (401, {"code": "rest_not_logged_in"}, Blocked),
        (403, {"code": "rest_cannot_edit"}, Blocked),
        (403, "<h1>Firewall</h1>", Blocked),
        (400, {"code": "rest_invalid_featured_media"}, Unavailable),
        (404, {"code": "rest_no_route"}, Unavailable),
        (429, "slow down", Unavailable),
        (500, "<h1>Error establishing a database connection</h1>", Unavailable),
        (502, "", Unavailable),
        (301, "", Unavailable),
    ],
)
def test_each_refusal_is_named_by_its_next_step(
    status: int, body: object, kind: type[MlcollageError]
) -> None:
    response = Response(status, {}, body)
    error = errors.refusal(response, DUE, errors.message(response))
    assert type(error) is kind
    assert "<" not in str(error)
