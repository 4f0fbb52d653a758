"""Writing at the desk: forms and what is wrong with them, two people at once, previews."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from bot.core import assistance
from bot.core.collage import Item, State
from bot.core.paper import Paper
from bot.deciding import collages, deliveries
from bot.intake import accept
from bot.intake.accept import Arrival
from tests.conftest import plain_picture
from tests.desk import desks
from tests.desk.desks import Client, Desk

ROOT = "/s/mlcollage"
DELTA = f"{ROOT}/collages/delta"


def form(page: requests.Response) -> dict[str, str]:
    """The fields of the form for writing, as a browser would send them."""
    found = page.text.partition('id="write"')[2].partition("</form>")[0]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", found):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        if "checkbox" in tag and " checked" not in tag:
            continue
        # Each client adds its own token.
        if name not in ("", "csrf") and 'type="file"' not in tag:
            fields[name] = value
    for name, text in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', found, re.S
    ):
        fields[html.unescape(name)] = html.unescape(text)
    for name, rest in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', found, re.S):
        chosen = re.search(r'value="([^"]*)" selected', rest)
        fields[html.unescape(name)] = chosen[1] if chosen else ""
    return fields


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def wrong(page: requests.Response, field: str) -> str:
    """What a page says is wrong with a field."""
    found = re.search(rf'data-wrong="{re.escape(field)}">([^<]*)<', page.text)
    return html.unescape(found[1]) if found else ""


def stored(desk: Desk, name: str) -> Any:
    with desk.place.context() as context:
        return collages.get(context, context.config.series[desks.SERIES], name)


def written(client: Client, path: str, **fields: str) -> dict[str, str]:
    """The form of a page, with other words in these fields."""
    return form(client.get(path)) | {name.replace("__", "."): text for name, text in fields.items()}


def test_what_is_made_ready_too_early_is_saved_and_says_what_it_lacks(desk: Desk) -> None:
    ben = desk.client(desks.EDITOR)
    fields = {"title": "A new paper", "base": "{}", "paragraph": "It is new."}
    page = ben.post(f"/s/{desks.SERIES}/new/ready", fields).text
    lacks = "authors, a year, a link to the paper, a picture, alt text"
    assert f"It is saved, and still a draft: it lacks {lacks}." in page
    assert "mlcollage edit" not in page


def test_a_new_collage_is_stored_by_the_first_save_with_a_title(desk_on_each: Desk) -> None:
    client = desk_on_each.client(desks.AUTHOR)
    assert client.get(f"{ROOT}/new").status_code == 200
    empty = client.post(f"{ROOT}/new", written(client, f"{ROOT}/new", paragraph="Words."))
    assert empty.status_code == 400
    assert "begins with its paper's title" in wrong(empty, "title")
    assert form(empty)["paragraph"] == "Words."
    fields = form(empty) | {"title": "Zeta: a paper", "authors": "Ada Lovelace\nBen Example"}
    page = client.follow(client.post(f"{ROOT}/new", fields))
    assert "zeta-a-paper is a draft now" in page.text
    made = stored(desk_on_each, "zeta-a-paper")
    assert (made.state, made.paper.authors) == (State.DRAFT, ("Ada Lovelace", "Ben Example"))


def test_what_was_typed_is_stored_to_the_letter(desk_on_each: Desk) -> None:
    client = desk_on_each.client(desks.EDITOR)
    fields = written(
        client,
        DELTA,
        title="Über <b>Zeta</b> & \"Co\" '视觉'",
        paragraph="One *thing*.\n\nAnother <script>alert(1)</script>.",
        others="yes",
        link__code="https://example.org/a\nhttps://example.org/b",
        thread="First.\n---\nSecond.",
        on__outbox__skip="no",
    )
    page = client.follow(client.post(f"{DELTA}/save", fields))
    assert "<script>alert" not in page.text
    made = stored(desk_on_each, "delta")
    assert made.paper.title == "Über <b>Zeta</b> & \"Co\" '视觉'"
    assert made.paragraph == "One *thing*.\n\nAnother <script>alert(1)</script>."
    assert made.paper.others
    assert [link.url for link in made.paper.links][1:] == [
        "https://example.org/a",
        "https://example.org/b",
    ]
    assert made.thread == ("First.", "Second.")
    again = form(page)
    assert {key: again[key] for key in fields if key not in ("base", "revision")} == {
        key: text for key, text in fields.items() if key not in ("base", "revision")
    }


def test_a_form_that_changes_nothing_stores_nothing(desk: Desk) -> None:
    client = desk.client(desks.EDITOR)
    before = stored(desk, "alpha")
    page = client.follow(
        client.post(f"{ROOT}/collages/alpha/save", written(client, f"{ROOT}/collages/alpha"))
    )
    assert "nothing was changed" in page.text
    assert stored(desk, "alpha") == before


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("year", "20", "no year"),
        ("link.code", "example", "no http(s) address"),
        ("name", "Not A Name", "lower-case"),
        ("name", "alpha", "Another collage is named"),
        ("title", "a\x07b", "control character"),
        ("on.outbox.handles", "ada", "handle"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    desk: Desk, field: str, text: str, told: str
) -> None:
    client = desk.client(desks.AUTHOR)
    fields = written(client, DELTA, paragraph="Words that took an hour.") | {field: text}
    page = client.post(f"{DELTA}/save", fields)
    assert page.status_code == 400
    assert told in wrong(page, field)
    assert form(page)["paragraph"] == "Words that took an hour."
    assert form(page)[field] == text
    assert stored(desk, "delta").paragraph != "Words that took an hour."


def test_a_chosen_picture_outlives_a_mistake_elsewhere(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    picture = plain_picture("another")
    files = {"upload": ("new.png", picture, "image/png")}
    page = client.post(f"{DELTA}/save", written(client, DELTA, year="x"), files=files)
    assert page.status_code == 400
    fields = form(page) | {"year": "2022"}
    client.follow(client.post(f"{DELTA}/save", fields))
    made = stored(desk, "delta")
    assert made.picture.file == "new.png"
    assert made.paper.year == 2022


def test_a_file_that_is_no_picture_is_told_at_the_picture(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    files = {"upload": ("new.png", b"no picture", "image/png")}
    page = client.post(f"{DELTA}/save", written(client, DELTA, alt="Other words."), files=files)
    assert page.status_code == 400
    assert "new.png" in wrong(page, "picture")
    assert form(page)["alt"] == "Other words."


def test_authors_change_drafts_only_and_editors_what_is_ready(desk: Desk) -> None:
    path = f"{ROOT}/collages/alpha"
    author, editor = desk.client(desks.AUTHOR), desk.client(desks.EDITOR)
    page = author.get(path)
    assert "an author may only change drafts" in page.text
    fields = written(editor, path, title="Another title")
    refused = author.post(f"{path}/save", fields)
    assert refused.status_code == 403
    assert form(refused)["title"] == "Another title"
    assert stored(desk, "alpha").paper.title == "The alpha paper"
    editor.follow(editor.post(f"{path}/save", fields))
    assert stored(desk, "alpha").paper.title == "Another title"
    assert stored(desk, "alpha").state is State.READY


def test_what_only_one_of_two_people_has_changed_is_merged(desk_on_each: Desk) -> None:
    ben, cleo = desk_on_each.client(desks.EDITOR), desk_on_each.client(desks.AUTHOR)
    bens, cleos = (
        written(ben, DELTA, title="Ben's title"),
        written(cleo, DELTA, alt="Cleo's words."),
    )
    ben.follow(ben.post(f"{DELTA}/save", bens))
    cleo.follow(cleo.post(f"{DELTA}/save", cleos))
    made = stored(desk_on_each, "delta")
    assert (made.paper.title, made.alt) == ("Ben's title", "Cleo's words.")


def test_of_what_two_have_changed_both_versions_are_shown_and_nothing_is_stored(
    desk_on_each: Desk,
) -> None:
    ben, cleo = desk_on_each.client(desks.EDITOR), desk_on_each.client(desks.AUTHOR)
    bens = written(ben, DELTA, paragraph="Ben wrote this.", alt="Ben's words.")
    cleos = written(
        cleo, DELTA, paragraph="Cleo wrote that.", alt="Cleo's words.", title="Cleo's title"
    )
    cleos["on.outbox.skip"] = "yes"
    ben.follow(ben.post(f"{DELTA}/save", bens | {"on.outbox.skip": "no"}))
    files = {"upload": ("cleo.png", plain_picture("cleo"), "image/png")}
    page = cleo.post(f"{DELTA}/save", cleos, files=files)
    assert page.status_code == 409
    for text in ("Ben wrote this.", "Cleo wrote that.", "Ben&#39;s words.", "Cleo&#39;s words."):
        assert text in page.text
    assert stored(desk_on_each, "delta").paragraph == "Ben wrote this."
    chosen = choices(page)
    assert set(chosen["clash"]) == {"paragraph", "alt", "on.outbox.skip"}
    chosen |= {
        "choice.paragraph": "joined",
        "joined.paragraph": "Ben wrote this.\n\nCleo wrote that.",
        "choice.alt": "mine",
        "choice.on.outbox.skip": "theirs",
    }
    cleo.follow(cleo.post(f"{DELTA}/save", chosen))
    made = stored(desk_on_each, "delta")
    assert made.paragraph == "Ben wrote this.\n\nCleo wrote that."
    assert (made.alt, made.paper.title) == ("Cleo's words.", "Cleo's title")
    assert made.picture.file == "cleo.png"
    assert [entry.skip for entry in made.on] == [False]


def choices(page: requests.Response) -> dict[str, Any]:
    """The fields of the page with both versions, before anything is chosen."""
    found = page.text.partition("</header>")[2]
    fields: dict[str, Any] = {"clash": []}
    for tag in re.findall(r'<input type="hidden"[^>]*>', found):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        if name == "clash":
            fields["clash"].append(value)
        else:
            fields[name] = value
    return fields


def test_two_pictures_are_shown_beside_each_other(desk: Desk) -> None:
    ben, cleo = desk.client(desks.EDITOR), desk.client(desks.AUTHOR)
    bens, cleos = written(ben, DELTA), written(cleo, DELTA)
    ben.post(
        f"{DELTA}/save", bens, files={"upload": ("ben.png", plain_picture("ben"), "image/png")}
    )
    page = cleo.post(
        f"{DELTA}/save", cleos, files={"upload": ("cleo.png", plain_picture("cleo"), "image/png")}
    )
    assert page.status_code == 409
    pictures = re.findall(r'src="(/pictures/[0-9a-f]{64})"', page.text)
    assert len(set(pictures)) == 2
    assert all(cleo.get(path).status_code == 200 for path in pictures)
    cleo.follow(cleo.post(f"{DELTA}/save", choices(page) | {"choice.picture": "mine"}))
    assert stored(desk, "delta").picture.file == "cleo.png"


def test_a_version_that_nobody_chose_is_not_stored(desk: Desk) -> None:
    ben, cleo = desk.client(desks.EDITOR), desk.client(desks.AUTHOR)
    bens, cleos = written(ben, DELTA, alt=""), written(cleo, DELTA, alt="Cleo's.")
    ben.post(f"{DELTA}/save", bens)
    page = cleo.post(f"{DELTA}/save", cleos)
    page = cleo.post(f"{DELTA}/save", choices(page))
    assert page.status_code == 409
    assert "Cleo&#39;s." in page.text
    assert stored(desk, "delta").alt == ""


def test_a_third_version_meanwhile_is_shown_too(desk: Desk) -> None:
    ben, cleo = desk.client(desks.EDITOR), desk.client(desks.AUTHOR)
    bens, cleos = written(ben, DELTA, alt="Ben's."), written(cleo, DELTA, alt="Cleo's.")
    ben.post(f"{DELTA}/save", bens)
    page = cleo.post(f"{DELTA}/save", cleos)
    ben.post(f"{DELTA}/save", written(ben, DELTA, alt="Ben's second."))
    page = cleo.post(f"{DELTA}/save", choices(page) | {"choice.alt": "mine"})
    assert page.status_code == 409
    assert "Ben&#39;s second." in page.text
    assert "Cleo&#39;s." in page.text


def test_a_collage_that_got_another_name_is_found_by_a_form_from_before(desk: Desk) -> None:
    ben, cleo = desk.client(desks.EDITOR), desk.client(desks.AUTHOR)
    cleos = written(cleo, DELTA, alt="Cleo's words.")
    ben.follow(ben.post(f"{DELTA}/save", written(ben, DELTA, name="renamed")))
    cleo.follow(cleo.post(f"{DELTA}/save", cleos))
    assert stored(desk, "renamed").alt == "Cleo's words."


def test_what_was_written_of_a_collage_that_is_gone_comes_back(desk: Desk) -> None:
    ben, cleo = desk.client(desks.EDITOR), desk.client(desks.AUTHOR)
    cleos = written(cleo, DELTA, paragraph="An hour's work.")
    fields = {"name": "delta", "what": "remove", "sure": "yes"}
    ben.follow(ben.post(f"{ROOT}/queue/state", fields))
    page = cleo.post(f"{DELTA}/save", cleos)
    assert page.status_code == 400
    assert form(page)["paragraph"] == "An hour's work."
    cleo.follow(cleo.post(f"{ROOT}/new", form(page)))
    assert stored(desk, "delta").paragraph == "An hour's work."


def test_the_script_is_told_what_is_stored_and_what_is_wrong(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    as_json = {"Accept": "application/json"}
    fields = written(client, f"{ROOT}/new", title="Zeta")
    told = client.post(f"{ROOT}/new", fields, as_json).json()
    assert told["root"] == f"{ROOT}/collages/zeta"
    fields |= {"id": told["id"], "base": told["base"], "year": "x", "auto": "yes"}
    answer = client.post(f"{told['root']}/save", fields, as_json)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["field"] == "year"
    stale = fields | {"base": json.dumps({}), "year": ""}
    answer = client.post(f"{told['root']}/save", stale | {"title": "Eta"}, as_json)
    assert (answer.status_code, answer.json()["is_clash"]) == (409, True)
    answer = desk.nobody().post(f"{told['root']}/save", fields, as_json)
    assert (answer.status_code, "Log in" in answer.json()["problem"]) == (401, True)


def test_a_save_whose_answer_was_lost_is_no_other_persons(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    first = written(client, DELTA, alt="Half a sente")
    client.post(f"{DELTA}/save", first, {"Accept": "application/json"})
    sent = {"alt": first["alt"]}
    then = first | {"alt": "Half a sentence, and the rest.", "sent": json.dumps(sent)}
    answer = client.post(f"{DELTA}/save", then, {"Accept": "application/json"})
    assert answer.status_code == 200
    assert stored(desk, "delta").alt == "Half a sentence, and the rest."


def test_only_drafts_are_saved_by_themselves(desk: Desk) -> None:
    client = desk.client(desks.EDITOR)
    path = f"{ROOT}/collages/alpha"
    fields = written(client, path, alt="Other words.") | {"auto": "yes"}
    answer = client.post(f"{path}/save", fields, {"Accept": "application/json"})
    assert answer.status_code == 403
    assert stored(desk, "alpha").alt != "Other words."


def test_a_preview_shows_what_is_typed_and_stores_nothing(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    before = stored(desk, "delta")
    fields = written(client, DELTA, paragraph="Never stored, only <i>shown</i>.", year="x")
    piece = client.post(f"{DELTA}/preview?part=1", fields)
    assert "Never stored" in piece.text
    assert "<html" not in piece.text
    assert "<i>shown" not in piece.text
    assert "no year" in html.unescape(piece.text)
    page = client.post(f"{DELTA}/preview", fields)
    assert "Never stored" in page.text.partition("<aside")[2]
    assert form(page)["paragraph"] == "Never stored, only <i>shown</i>."
    assert stored(desk, "delta") == before
    new = written(client, f"{ROOT}/new", title="Zeta", paragraph="Words without a picture.")
    assert "Words without a picture." in client.post(f"{ROOT}/new/preview?part=1", new).text


def test_an_alt_text_is_drafted_into_the_form(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    fields = written(client, DELTA, alt="", paragraph="It stays.")
    page = client.post(f"{DELTA}/alt", fields)
    assert page.status_code == 200
    assert "The delta paper" in form(page)["alt"]
    assert form(page)["paragraph"] == "It stays."
    assert stored(desk, "delta").alt == "A white slide about delta."


def test_a_draft_is_saved_and_made_ready_at_once(desk: Desk) -> None:
    author, editor = desk.client(desks.AUTHOR), desk.client(desks.EDITOR)
    fields = written(editor, DELTA, alt="A slide.")
    assert author.post(f"{DELTA}/ready", fields).status_code == 403
    editor.follow(editor.post(f"{DELTA}/ready", fields))
    made = stored(desk, "delta")
    assert (made.state, made.alt) == (State.READY, "A slide.")


def test_what_cannot_be_made_ready_is_saved_all_the_same(desk: Desk) -> None:
    editor = desk.client(desks.EDITOR)
    page = editor.post(f"{DELTA}/ready", written(editor, DELTA, alt="", title="Another title"))
    assert page.status_code == 400
    assert "lacks alt text" in desks.message(page)
    made = stored(desk, "delta")
    assert (made.state, made.paper.title) == (State.DRAFT, "Another title")


def test_the_page_tells_where_words_come_from(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    client.post(f"{DELTA}/save", written(client, DELTA, alt="Cleo's words."))
    page = client.get(DELTA)
    assert "From delta.md, taken in by ada" in page.text
    assert "typed by cleo" in page.text


def test_the_page_shows_place_and_number(desk: Desk) -> None:
    page = desk.client(desks.EDITOR).get(f"{ROOT}/collages/beta")
    assert desks.DAYS[1] in page.text
    assert "<strong>30" in page.text


@pytest.mark.parametrize("name", [desks.AUTHOR, desks.EDITOR])
def test_names_of_collages_are_escaped_and_missing_ones_told(desk: Desk, name: str) -> None:
    page = desk.client(name).get(f"{ROOT}/collages/%3Cb%3E")
    assert page.status_code == 400
    assert "<b>" not in page.text


def test_people_who_save_at_the_same_moment_lose_nothing(desk_on_each: Desk) -> None:
    texts = {
        "title": "A title",
        "paragraph": "A paragraph.",
        "alt": "An alt text.",
        "caption": "A caption",
        "doi": "10.1000/1",
        "link.code": "https://example.org/code",
    }
    clients = [desk_on_each.client(desks.EDITOR) for _ in texts]
    forms = [
        form(client.get(DELTA)) | {field: text}
        for client, (field, text) in zip(clients, texts.items(), strict=True)
    ]

    def send(client: Client, fields: dict[str, str]) -> int:
        return client.post(f"{DELTA}/save", fields).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        assert set(pool.map(send, clients, forms)) == {303}
    now = form(clients[0].get(DELTA))
    assert {field: now[field] for field in texts} == texts


def test_of_those_who_save_the_same_field_at_the_same_moment_one_is_first(
    desk_on_each: Desk,
) -> None:
    clients = [desk_on_each.client(desks.EDITOR) for _ in range(5)]
    forms = [
        form(client.get(DELTA)) | {"alt": f"Version {number}."}
        for number, client in enumerate(clients)
    ]

    def send(client: Client, fields: dict[str, str]) -> requests.Response:
        return client.post(f"{DELTA}/save", fields)

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(send, clients, forms))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    first = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    assert stored(desk_on_each, "delta").alt == f"Version {first}."
    for number, answer in enumerate(answers):
        if number != first:
            assert f"Version {number}." in answer.text
            assert f"Version {first}." in answer.text


def test_what_an_assistant_has_drafted_says_so_until_a_person_writes_it_anew(desk: Desk) -> None:
    with desk.place.context(assistance.name("ada")) as context:
        series = context.config.series[desks.SERIES]
        item = Item(name="eta", paper=Paper(title="Eta"), alt="A guess.", paragraph="Words.")
        accept.take(context, series, [Arrival(item)], draft=True)
    client, path = desk.client(desks.AUTHOR), f"{ROOT}/collages/eta"
    page = client.get(path).text
    assert "Drafted by the assistant for ada, just now" in page
    assert "Drafted by the assistant for ada: read it with care." in page
    client.follow(client.post(f"{path}/save", written(client, path, alt="What I see.")))
    assert "typed by cleo" in client.get(path).text


def test_what_is_different_on_an_account_is_written_and_shown(desk: Desk) -> None:
    client = desk.client(desks.EDITOR)
    fields = written(
        client, DELTA, on__outbox__thread="Own words.\n---\nMore.", on__outbox__handles="@ada"
    )
    page = client.follow(client.post(f"{DELTA}/save", fields))
    assert "Own words." in page.text.partition("<aside")[2]
    (entry,) = stored(desk, "delta").on
    assert (entry.name, entry.thread, entry.authors) == (
        "outbox",
        ("Own words.", "More."),
        ("@ada",),
    )
    left_out = form(page) | {"on.outbox.skip": "yes"}
    page = client.follow(client.post(f"{DELTA}/save", left_out))
    assert "Not on outbox, as the collage says." in page.text


def test_what_reviewers_say_stands_on_the_page(desk: Desk) -> None:
    client = desk.client(desks.AUTHOR)
    client.post(f"{DELTA}/review/note", {"text": "The <b>second</b> figure is ours?"})
    assert "The &lt;b&gt;second&lt;/b&gt; figure is ours?" in client.get(DELTA).text


def test_buttons_of_the_page_come_back_to_it(desk: Desk) -> None:
    client, path = desk.client(desks.EDITOR), f"{ROOT}/collages/alpha"
    hold = {"name": "alpha", "what": "hold", "why": "Wait.", "on": "collage"}
    answer = client.post(f"{ROOT}/queue/state", hold)
    assert answer.headers["location"] == path
    assert "It is held</strong>: Wait." in client.follow(answer).text
    refused = client.post(f"{ROOT}/queue/pin", {"name": "alpha", "day": "x", "on": "collage"})
    assert refused.status_code == 400
    assert 'id="write"' in refused.text


def test_what_is_out_is_corrected_by_editors_and_stays_out(desk: Desk) -> None:
    with desk.place.context() as context:
        deliveries.post_now(context, context.config.series[desks.SERIES], "alpha")
    path = f"{ROOT}/collages/alpha"
    client = desk.client(desks.EDITOR)
    page = client.get(path)
    assert "What is out stays" in page.text
    assert "It is out: " in page.text
    fields = form(page) | {"paragraph": "A correction."}
    assert desk.client(desks.AUTHOR).post(f"{path}/save", fields).status_code == 403
    page = client.follow(client.post(f"{path}/save", fields))
    assert "What outbox got is out, and stays as it was." in page.text
    assert "A correction." not in page.text.partition('id="threads"')[2].partition("</section>")[0]
    made = stored(desk, "alpha")
    assert (made.state, made.paragraph) == (State.POSTED, "A correction.")
    refused = client.post(f"{path}/save", form(page) | {"name": "another"})
    assert refused.status_code == 400
    assert "name stays" in refused.text


@pytest.mark.parametrize("text", [r"\ud800", r"a\u0000b"])
@pytest.mark.parametrize("field", ["base", "sent", "values"])
def test_what_no_text_may_hold_is_refused_in_the_pages_own_fields_too(
    desk: Desk, field: str, text: str
) -> None:
    ada = desk.client(desks.OWNER)
    fields = written(ada, DELTA) | {field: f'{{"title": "{text}", "picture": "{text}"}}'}
    if field == "values":
        fields |= {"clash": "alt", "choice.alt": "theirs"}
    answer = ada.post(f"{DELTA}/save", fields)
    assert answer.status_code == 400
    assert "cannot be read; load the page again" in desks.message(answer)
