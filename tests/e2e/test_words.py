"""Templates, counting, splitting and previews, as a maintainer uses them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core import network as networks
from tests.conftest import ROOT
from tests.e2e.conftest import Desk


def piped(*args: str, lines: list[object]) -> tuple[int, list[dict[str, object]], str]:
    """A command with JSON lines on standard input."""
    given = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    command = [sys.executable, "-m", "bot", *args]
    done = subprocess.run(
        command,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_count_measures_line_by_line() -> None:
    code, answers, _ = piped(
        "count", "--network", "x", lines=[{"text": "Read README.md #mlcollage"}, {"text": "你好"}]
    )
    assert code == 0
    assert answers[0] == {
        "length": 39,
        "limit": 280,
        "valid": True,
        "urls": [[5, 14, "README.md"]],
        "hashtags": [[15, 25, "#mlcollage"]],
        "mentions": [],
    }
    assert answers[1]["length"] == 4


def test_links_on_words_are_counted_and_shown_where_there_are_such_links() -> None:
    text = "😀 [📝 Paper](https://example.org/paper) #tag"
    answer = piped("count", "--network", "bluesky", lines=[{"text": text}])[1][0]
    assert answer == {
        "shown": "😀 📝 Paper #tag",
        "labels": [[2, 9, "📝 Paper", "https://example.org/paper"]],
        "length": 14,
        "limit": 300,
        "valid": True,
        "urls": [[2, 9, "📝 Paper"]],
        "hashtags": [[10, 14, "#tag"]],
        "mentions": [],
    }
    elsewhere = piped("count", "--network", "mastodon", lines=[{"text": text}])[1][0]
    assert "shown" not in elsewhere
    assert elsewhere["written"] == "😀 📝 Paper: https://example.org/paper #tag"


@pytest.mark.parametrize("network", ["x", "mastodon", "bluesky"])
@pytest.mark.parametrize(
    ("language", "text", "written"),
    [
        ("en", "[📝 Paper](https://example.org/p)", "📝 Paper: https://example.org/p"),
        ("de", "[📝 Artikel](https://example.org/p)", "📝 Artikel: https://example.org/p"),
        ("zh", "[📝 论文](https://example.org/p)", "📝 论文：https://example.org/p"),
        ("en", "[📝](https://example.org/p)", "📝 https://example.org/p"),
    ],
)
def test_a_link_on_words_counts_as_it_is_sent_to_each_network(
    network: str, language: str, text: str, written: str
) -> None:
    chosen = networks.named(network)
    given = {"text": text, "language": language}
    answer = piped("count", "--network", network, lines=[given])[1][0]
    sent = text if chosen.has_labels else written
    assert answer.get("written", text) == sent
    assert answer["length"] == chosen.length(sent)
    assert answer["valid"] == chosen.fits(sent)
    assert answer["urls"] == [[span.start, span.end, span.text] for span in chosen.urls(sent)]


def test_a_preview_shows_the_words_of_a_link_and_where_it_leads(desk: Desk) -> None:
    config = desk.folder / "config.toml"
    settings = '\n[accounts.sky]\nnetwork = "outbox"\nlike = "bluesky"\nfolder = "sky"\n'
    config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
    name = desk.names()[0]
    lines = desk("preview", name, "--account", "sky").out.splitlines()
    assert "│ 📝 Paper" in lines
    (note,) = [line for line in lines if line.startswith("│ links: ")]
    assert note.startswith("│ links: 📝 Paper → https://")
    (account,) = desk("preview", name, "--account", "sky", "--json").json["accounts"]
    last = account["parts"][-1]
    assert last["shown"] == "📝 Paper"
    assert last["text"].startswith("[📝 Paper](https://")
    assert last["labels"][0][3].startswith("https://")


def test_count_and_split_go_by_the_length_that_an_account_has() -> None:
    text = "One sentence of many words. " * 20
    lines = [{"text": text}]
    answer = piped("count", "--network", "x", "--length", "25000", lines=lines)[1][0]
    assert (answer["limit"], answer["valid"]) == (25_000, True)
    assert not piped("count", "--network", "x", lines=lines)[1][0]["valid"]
    answer = piped("split", "--network", "x", "--length", "25000", lines=lines)[1][0]
    assert answer["parts"] == [text.strip()]


def test_a_preview_shows_one_post_and_what_is_left_of_the_account_s_own_length(desk: Desk) -> None:
    config = desk.folder / "config.toml"
    settings = (
        '\n[accounts.long]\nnetwork = "outbox"\nlike = "x"\nfolder = "long"\n'
        'length = 25000\nlayout = "post"\n'
    )
    config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
    name = desk.names()[0]
    assert "long (x, 25000 characters)" in desk("preview", name, "--account", "long").out
    (account,) = desk("preview", name, "--account", "long", "--json").json["accounts"]
    (part,) = account["parts"]
    assert part["limit"] == 25_000
    assert "https://" in part["text"]
    assert "up to 25,000 characters; what fits into one post goes out as one" in desk("doctor").out


@pytest.mark.parametrize(("network", "length"), [("bluesky", 2), ("mastodon", 2), ("x", 4)])
def test_each_network_counts_by_its_own_rule(network: str, length: int) -> None:
    assert (
        piped("count", "--network", network, lines=[{"text": "👩‍🔬🇩🇪"}])[1][0]["length"] == length
    )


def test_split_gives_parts_that_fit_with_markers_counted_in() -> None:
    said = " ".join(f"Sentence {n} says a little about the matter." for n in range(40))
    code, answers, _ = piped("split", "--markers", lines=[{"text": said}, {"text": "Short."}])
    parts = answers[0]["parts"]
    assert isinstance(parts, list)
    assert code == 0
    assert [part.rsplit(" ", 1)[1] for part in parts] == [
        f"{n}/{len(parts)}" for n in range(1, len(parts) + 1)
    ]
    assert all(len(part) <= 280 for part in parts)
    assert answers[1]["parts"] == ["Short."]


@pytest.mark.parametrize("line", ["{bad", "[1]", '{"txt": "a"}', '{"text": 3}', "[" * 100_000])
def test_a_line_that_is_no_text_is_named_with_its_number(line: str) -> None:
    code, answers, said = piped("count", lines=[{"text": "fine"}, line])
    assert (code, len(answers)) == (1, 1)
    assert said.startswith("line 2 of the input: ")
    assert len(said.splitlines()) == 1


def test_every_template_is_listed_copied_and_checked(desk: Desk) -> None:
    names = [one["name"] for one in desk("templates", "list", "--json").json]
    assert "posts/collage/first.txt" in names
    desk("templates", "copy", "posts/collage/first.txt", "--network", "x")
    own = desk.folder / "templates" / "networks" / "x" / "posts" / "collage" / "first.txt"
    assert own.read_bytes() == (ROOT / "templates" / "posts" / "collage" / "first.txt").read_bytes()
    desk("templates", "copy", "posts/collage/first.txt", "--network", "x", code=1)
    desk("templates", "copy", "posts/nonsense.txt", code=1)
    desk(
        "templates",
        "copy",
        "posts/collage/first.txt",
        "--network",
        "x",
        "--account",
        "outbox",
        code=2,
    )
    assert "no problems" in desk("templates", "check").out
    listed = {one["name"]: one["own"] for one in desk("templates", "list", "--json").json}
    assert listed["posts/collage/first.txt"] == ["networks/x/posts/collage/first.txt"]


@pytest.mark.parametrize(
    ("template", "content", "complaint"),
    [
        (
            "posts/collage/first.txt",
            "{{ hashtag }}\n{{ papr }}",
            "first.txt, line 2: 'papr' is undefined",
        ),
        ("posts/collage/more.txt", "{{ 'x' * 281 }}", "fits a part by itself"),
        (
            "posts/roundup/first.txt",
            "{{ roundup.titel }}",
            "first.txt, line 1: 'dict object' has no attribute 'titel'",
        ),
        ("posts/year/first.txt", "{{ yaer }}", "first.txt, line 1: 'yaer' is undefined"),
        (
            "roundup/page.html",
            "<h1>\n\n{{ nonsense }}",
            "page.html, line 3: 'nonsense' is undefined",
        ),
    ],
)
def test_check_names_the_file_and_the_line(
    desk: Desk, template: str, content: str, complaint: str
) -> None:
    file = desk.folder / "templates" / template
    file.parent.mkdir(parents=True)
    file.write_text(content, encoding="utf-8")
    long = "One sentence after the other says what there is to say. " * 8
    desk("edit", "alpha", "--paragraph", long)
    problems = desk("templates", "check", "--json", code=1).json["problems"]
    assert [problem for problem in problems if complaint in problem] != []


@pytest.mark.parametrize(
    "name", ["collage/more", "collage/links", "roundup/line", "roundup/more", "year/more"]
)
def test_check_fills_templates_that_no_item_of_the_queue_needs(desk: Desk, name: str) -> None:
    own = desk.folder / f"templates/posts/{name}.txt"
    own.parent.mkdir(parents=True)
    own.write_text("{{ paper.titel or papers.titel }}", encoding="utf-8")
    desk("remove", "alpha")
    said = desk("templates", "check", code=1).out
    assert f"{name}.txt, line 1: " in said


@pytest.mark.parametrize(
    ("source", "sample"),
    [
        ("{{ paper.year + 1 }}", "nothing but a title, an author and a sentence, and 1 more"),
        ("{{ paper.authors[1] }}", "nothing but a title, an author and a sentence, and 2 more"),
        ("{{ paper.links[0].url }}", "nothing but a title, an author and a sentence, and 1 more"),
        ('{{ number.split("/")[1] }}', "no number"),
        ("{{ 1 // (54 - number.split('/')[0]|int - 1) if number else 1 }}", "the last number of"),
        ("{% if text|length > 1000 %}{{ nope }}{% endif %}{{ text }}", "a long paragraph"),
    ],
)
def test_check_fills_templates_with_samples_and_says_which_one_was_wrong(
    desk: Desk, source: str, sample: str
) -> None:
    own = desk.folder / "templates/posts/collage/more.txt"
    own.parent.mkdir(parents=True)
    own.write_text(f"{{# mine #}}\n{source}", encoding="utf-8")
    said = desk("templates", "check", code=1).out
    assert "more.txt, line 2: " in said
    assert f"(the sample: {sample}" in said


def test_check_fills_roundups_of_several_lengths(desk: Desk) -> None:
    own = desk.folder / "templates/roundup/page.html"
    own.parent.mkdir(parents=True)
    own.write_text("{{ sections[3].title }}", encoding="utf-8")
    said = desk("templates", "check", code=1).out
    assert "page.html, line 1: " in said
    own.write_text("{{ sections[0].title }}{{ previous.url }}", encoding="utf-8")
    said = desk("templates", "check", code=1).out
    assert "page.html, line 1: " in said
    own.write_text(
        "{{ sections[0].title }}{% if previous %}{{ previous.url }}{% endif %}", encoding="utf-8"
    )
    desk("templates", "check")


def test_the_program_s_own_templates_make_threads_and_pages_of_every_sample(desk: Desk) -> None:
    file = desk.folder / "config.toml"
    (desk.folder / "queue.db").unlink()
    for network in ("x", "bluesky", "mastodon"):
        accounts = f"live = false\n[accounts.a]\nnetwork = 'outbox'\nlike = '{network}'\n"
        series = "".join(
            f"[series.{language}]\nlanguage = '{language}'\nmarkers = true\n"
            f"roundup = {{ folder = 'site/{language}' }}\n"
            for language in ("en", "de", "zh")
        )
        file.write_text(accounts + series, encoding="utf-8")
        assert "no problems" in desk("templates", "check").out


def test_check_fills_pages_before_anything_is_in_the_queue(desk: Desk) -> None:
    for item in desk("list", "--json").json:
        desk("remove", item["name"])
    own = desk.folder / "templates/roundup/page.html"
    own.parent.mkdir(parents=True)
    own.write_text("{% for s in sections %}{{ s.picture.sha }}{% endfor %}", encoding="utf-8")
    said = desk("templates", "check", code=1).out
    assert "page.html, line 1: 'dict object' has no attribute 'sha'; did you mean 'sha256'?" in said


def test_check_names_the_templates_that_were_not_tried(desk: Desk) -> None:
    desk("templates", "copy", "posts/collage/more.txt", "--network", "mastodon")
    desk("templates", "copy", "posts/collage/more.txt")
    said = desk("templates", "check").out
    place = "networks/mastodon/posts/collage/more.txt"
    assert f"{place} was not tried: no account of a series and no page uses it." in said
    assert desk("templates", "check", "--json").json["unused"] == [place]
    listed = {one["name"]: one for one in desk("templates", "list", "--json").json}
    row = listed["posts/collage/more.txt"]
    assert (row["own"], row["unused"]) == (["posts/collage/more.txt"], [place])
    assert f"{place} is not used: no account of a series and no page reads it." in (
        desk("templates", "list").out
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "posts/collage/more.txt --account foo",
            "There is no account foo in config.toml; it has outbox.",
        ),
        (
            "posts/collage/more.txt --series foo",
            "There is no series foo in config.toml; it has mlcollage.",
        ),
        (
            "posts/collage/more.txt --network foo",
            "There is no network foo; it is one of x, bluesky, mastodon.",
        ),
        ("roundup/page.html --network x", "is the same for all networks, series and accounts"),
        ("roundup/style.css --account outbox", "run: mlcollage templates copy roundup/style.css"),
    ],
)
def test_no_copy_is_made_that_nothing_would_read(desk: Desk, words: str, said: str) -> None:
    assert said in desk("templates", "copy", *words.split(), code=1).err
    assert not (desk.folder / "templates").exists()


def test_a_page_template_in_a_folder_for_posts_only_is_listed_as_unused(desk: Desk) -> None:
    own = desk.folder / "templates/networks/x/roundup/page.html"
    own.parent.mkdir(parents=True)
    own.write_text("", encoding="utf-8")
    said = desk("templates", "list").out
    assert "networks/x/roundup/page.html is not used" in said
    assert "networks/x/roundup/page.html was not tried" in desk("templates", "check").out


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("alpha.md", "Not a directory; a file is where a folder should be"),
        ("/proc/templates", "No such file or directory"),
    ],
    ids=["a file", "a file system that is read only"],
)
def test_a_copy_that_cannot_be_written_is_told_in_one_line(
    desk: Desk, folder: str, reason: str
) -> None:
    config = desk.folder / "config.toml"
    lines = config.read_text(encoding="utf-8")
    config.write_text(f'templates = "{folder}"\n{lines}', encoding="utf-8")
    said = desk("templates", "copy", "posts/collage/more.txt", code=1).err
    assert said.endswith(f"more.txt cannot be written: {reason}.\n")


def lengthen(desk: Desk, template: str) -> None:
    """Begin one of the maintainer's templates with more words than a part holds."""
    own = desk.folder / f"templates/posts/{template}.txt"
    own.parent.mkdir(parents=True)
    shipped = (ROOT / f"templates/posts/{template}.txt").read_text(encoding="utf-8")
    own.write_text("word " * 60 + shipped, encoding="utf-8")


@pytest.mark.timeout(60)
def test_a_template_that_leaves_no_room_for_a_link_is_refused_at_once(desk: Desk) -> None:
    lengthen(desk, "collage/links")
    said = desk("preview", "alpha", code=1).out
    assert "the link 'https://example.org/alpha' does not fit into one part" in said


@pytest.mark.timeout(60)
def test_a_template_that_leaves_no_room_for_a_line_of_the_roundup_is_refused_at_once(
    posted: Desk,
) -> None:
    lengthen(posted, "roundup/line")
    said = posted("roundup", "preview").out
    assert "does not fit into one part; shorten its title" in said


def test_a_preview_shows_counts_links_tags_the_picture_and_the_price(desk: Desk) -> None:
    desk("edit", "alpha", "--paragraph", "Look into model.py first. Then read on.")
    said = desk("preview", "alpha").out
    for piece in (
        "tags: #mlcollage",
        "careful: model.py becomes a link",
        "links: https://example.org/alpha",
        "image/png, 1000 × 563,",
        "alt text: A white slide about alpha.",
    ):
        assert piece in said
    assert "Price" not in said, "an outbox costs nothing, though it goes by the rules of X"
    account = desk("preview", "alpha", "--json").json["accounts"][0]
    assert (account["cost"], account["cost_of_reads"]) == (None, None)
    assert account["parts"][0]["hashtags"][0][2] == "#mlcollage"


def test_a_preview_for_a_network_that_charges_has_the_price_with_its_reads(desk: Desk) -> None:
    settings = (desk.folder / "config.toml").read_text(encoding="utf-8")
    lab = '[accounts.lab]\nnetwork = "x"\n'
    (desk.folder / "config.toml").write_text(lab + settings, encoding="utf-8")
    desk("edit", "alpha", "--paragraph", "Look into model.py first. Then read on.")
    assert (
        "Price when live: 2 of 2 parts hold a link: $0.42; all links in one part: $0.23; "
        "$0.012 of it for reading; by the price list of 2026-11-28\n"
    ) in desk("preview", "alpha").out
    account = desk("preview", "alpha", "--json").json["accounts"][0]
    assert (account["cost"], account["cost_of_reads"]) == ("0.417", "0.012")


def test_a_preview_warns_of_a_slide_drawn_for_another_number(desk: Desk, tmp_path: Path) -> None:
    desk("edit", "alpha", "--alt", "A slide with ML-Collage 31/52 on it.")
    assert "says 31/52; the thread says 29/52" in desk("preview", "alpha").out


def test_a_preview_shows_whom_a_text_would_notify(desk: Desk) -> None:
    desk("edit", "alpha", "--paragraph", "Mark it with @property and @jit, write me@b.org.")
    said = desk("preview", "alpha").out
    assert "mentions: @property, @jit\n" in said
    assert "careful: would notify @property, @jit; leave the @ out if nobody is meant\n" in said
    (first, _) = desk("preview", "alpha", "--json").json["accounts"][0]["parts"]
    assert [text for _, _, text in first["mentions"]] == ["@property", "@jit"]
    assert first["cautions"] == ["would notify @property, @jit; leave the @ out if nobody is meant"]
    assert "mentions" not in desk("preview", "beta").out


def test_a_preview_counts_the_parts_of_a_thread_that_few_would_read_to_its_end(desk: Desk) -> None:
    more = "says a little more about what the paper found, and how they did it."
    paragraph = " ".join(f"Sentence {n} {more}" for n in range(40))
    desk("edit", "alpha", "--paragraph", paragraph)
    account = desk("preview", "alpha", "--json").json["accounts"][0]
    count = len(account["parts"])
    assert count > 9
    told = f"the thread has {count} parts; a shorter paragraph is read by more people"
    assert account["caution"] == told
    assert f"careful: {told}\n" in desk("preview", "alpha").out
    assert desk("preview", "beta", "--json").json["accounts"][0]["caution"] is None


def test_a_preview_of_a_draft_says_what_it_lacks_or_what_is_to_be_done(desk: Desk) -> None:
    desk("edit", "alpha", "--paragraph", "")
    said = desk("preview", "alpha", code=1).out
    assert "! alpha could not go out: it lacks a paragraph.\n" in said
    shown = desk("preview", "alpha", "--json", code=1).json
    assert (shown["state"], shown["problem"]) == (
        "draft",
        "alpha could not go out: it lacks a paragraph.",
    )
    desk("edit", "alpha", "--paragraph", "It says one thing.")
    said = desk("preview", "alpha").out
    assert "It is a draft and goes nowhere before: mlcollage ready alpha\n" in said
    desk("hold", "beta")
    assert "goes nowhere before: mlcollage release beta\n" in desk("preview", "beta").out


def test_a_line_in_a_language_that_cannot_be_split_is_refused() -> None:
    code, _, said = piped("split", lines=[{"text": "Un. Deux.", "language": "xx"}])
    assert code == 1
    assert said.startswith("line 1 of the input: ")
    assert "must be the tag of a language, such as" in said


def test_a_line_may_be_in_any_language_that_has_a_tag() -> None:
    code, answers, _ = piped("split", lines=[{"text": "Un. Deux.", "language": "fr"}])
    assert code == 0
    assert answers[0]["parts"] == ["Un. Deux."]
