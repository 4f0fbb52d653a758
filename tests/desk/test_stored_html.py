"""What somebody typed is shown as they typed it, and is never a part of a page."""

import html
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.deciding import approvals, deliveries, people, queue_changes
from bot.intake import accept
from tests.conftest import write_item
from tests.desk import desks
from tests.desk.browsers import Browsing
from tests.desk.desks import EDITOR, SERIES, Desk, Place

NAMES = ("hostile", "waiting", "sent")
"""A draft, one that is ready, one that is out: each with everything in it that may do harm."""
MONTH = f"{desks.SLOT:%Y-%m}"


def harm(where: str) -> str:
    """What would be a script, an event handler, or the end of a field or of a page."""
    return (
        f'<script>document.title = "owned"</script>"><img src=x id=owned onerror=alert(1)> '
        f"{where} '><svg onload=alert(1)></textarea></title>{{{{ 7 * 191 }}}} &lt;b&gt;"
    )


def hostile_item(folder: Path, name: str) -> Path:
    text = {key: f"'''{harm(key)}'''" for key in ("title", "alt")}
    author = f"['''{harm('author')}''', 'Ada Lovelace']"
    # One with a quotation mark of the other kind, a blank or a bracket is refused as no address.
    paper = f"https://example.org/{name}'onmouseover='alert(1)"
    links = f'[{{ kind = "paper", url = "{paper}" }}]'
    file = write_item(folder, name, **text, authors=author, links=links)
    body = file.read_text(encoding="utf-8")
    link = "[a link](javascript:alert(1)) [another](https://example.org/\"onx='1')"
    text_of = f"It says {name}. {harm('paragraph')} {link} ![picture](x)\n"
    file.write_text(body + text_of, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def harmed(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk in whose database all texts would do harm, were they parts of a page."""
    place = desks.copied(filled, tmp_path_factory.mktemp("harmed") / "desk")
    title = f"title = '''{harm('series')}'''"
    account = '[accounts.outbox]\nnetwork = "outbox"\nlength = 4000\n'
    place.write(account + desks.SETTINGS.replace('title = "ML-Collage"', title))
    with place.context() as context:
        series = context.config.series[SERIES]
        arrivals = [accept.from_file(hostile_item(place.folder, name)) for name in NAMES]
        accept.take(context, series, arrivals)
        for name in NAMES[1:]:
            queue_changes.make_ready(context, series, [name])
        deliveries.post_now(context, series, "sent")
        approvals.add_note(context, series, "waiting", harm("note"))
        queue_changes.hold(context, series, "hostile", harm("held"))
        people.review_link(context, SERIES, "waiting", "Dora O'Neil")
    with desks.served(place) as desk:
        yield desk


def pages() -> list[str]:
    """Every kind of page that shows what people typed."""
    base = f"/s/{SERIES}"
    collages = [f"{base}/collages/{name}" for name in NAMES]
    return [
        "/",
        "/people",
        "/deliveries",
        "/deliveries?state=all",
        "/deliveries/1",
        "/find?q=" + "%3Cscript%3Edocument.title%3D%22owned%22%3C/script%3E%22%3E%3Cimg%20src=x%3E",
        "/login?next=/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        base,
        f"{base}/queue",
        f"{base}/calendar",
        f"{base}/calendar?month={MONTH}",
        f"{base}/roundups",
        f"{base}/roundups/{MONTH}",
        f"{base}/new",
        *collages,
        *(f"{each}/review" for each in collages),
        f"{collages[1]}/take-back",
        "/s/%3Cimg%20src=x%20onerror=alert(1)%3E/queue",
        f"{base}/collages/%3Cimg%20src=x%20onerror=alert(1)%3E/review",
        "/%3Cimg%20src=x%20onerror=alert(1)%3E",
    ]


class Parts(HTMLParser):
    """The elements of a page that nobody of us has written."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_ours = tag != "script" or (given.get("src") or "").startswith("/static/")
        address = next((given[key] for key in ("src", "href", "action") if given.get(key)), "")
        leads_well = (address or "/").startswith(("/", "#", "https://", "data:image/", "?"))
        has_handler = any(name.startswith("on") for name in given)
        is_owned = given.get("id") == "owned" or given.get("src") == "x"
        if not is_ours or not leads_well or has_handler or is_owned:
            self.foreign.append(self.get_starttag_text() or tag)


@pytest.mark.parametrize("path", pages())
def test_no_text_is_a_part_of_a_page(harmed: Desk, path: str) -> None:
    for client in (harmed.client(EDITOR), harmed.nobody()):
        answer = client.get(path)
        assert answer.status_code < 500, answer.text[:3_000]
        parts = Parts()
        parts.feed(answer.text)
        assert parts.foreign == []
        # Nothing that was typed is a template either.
        assert "1337" not in answer.text


def test_what_is_stored_is_shown_as_it_was_typed(harmed: Desk) -> None:
    base = f"/s/{SERIES}"
    shown = {
        f"{base}/queue": ("title", "held"),
        f"{base}/collages/waiting": ("title", "alt", "author"),
        f"{base}/collages/waiting/review": ("title", "alt", "note"),
        "/deliveries/1": ("title",),
    }
    for path, wheres in shown.items():
        page = html.unescape(harmed.client(EDITOR).get(path).text)
        for where in wheres:
            # Of a title, an image in HTML is left out wherever it is shown.
            assert f"> {where} '><svg onload=alert(1)>" in page, (path, where)


def test_the_page_of_a_roundup_runs_nothing_even_in_its_frame(harmed: Desk) -> None:
    answer = harmed.client(EDITOR).get(f"/s/{SERIES}/roundups/{MONTH}/page")
    assert answer.status_code in (200, 400)
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy or "script-src 'self'" in policy
    parts = Parts()
    parts.feed(answer.text)
    assert [each for each in parts.foreign if "onerror" in each or "<script" in each] == []


def test_what_was_typed_comes_back_as_it_was_typed(harmed: Desk) -> None:
    client = harmed.client(EDITOR)
    text = harm("typed")
    forms: list[tuple[str, dict[str, str]]] = [
        (f"/s/{SERIES}/queue/pin", {"name": "waiting", "day": text}),
        (f"/s/{SERIES}/queue/state", {"name": text, "what": "hold"}),
        (f"/s/{SERIES}/queue/move", {"name": "waiting", "where": text, "order": "x"}),
        ("/people/invite", {"new": text, "role": "author"}),
        ("/people/role", {"name": "ben", "role": text}),
        (f"/s/{SERIES}/collages/waiting/review/link", {"visitor": text}),
        ("/login", {"name": text, "password": text, "next": text}),
    ]
    for path, fields in forms:
        answer = client.post(path, fields)
        assert answer.status_code in (400, 403, 409), (path, answer.status_code)
        parts = Parts()
        parts.feed(answer.text)
        assert parts.foreign == [], path


@pytest.mark.slow
def test_a_browser_finds_nothing_to_run(harmed: Desk, browse: Browsing) -> None:
    page = browse(harmed, EDITOR)
    for path in pages():
        page.goto(path)
        page.wait_for_load_state()
        assert "owned" not in page.title().replace(harm("series"), "").split("·")[-1]
        assert page.locator("#owned").count() == 0, path
