"""Roundups are published at their destinations: once, beside the tick, and again when corrected."""

import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app.runner import Duty
from bot.context import Context
from bot.core.errors import BadConfig, BadInput, NotAllowed
from bot.core.publication import Publication, State
from bot.deciding import publications, roundups
from bot.destinations import exports as published
from bot.destinations.protocol import LEASE, LONGEST
from bot.intake import accept
from bot.roundups import corrections, publish
from bot.scheduling import tick
from bot.site import exports
from bot.storage import tables
from bot.storage.work import Work
from bot.watching import outstanding
from tests.conftest import StoppedClock, make_context, threads_out, write_item
from tests.fakes import buttondown
from tests.published import Out, lay
from tests.waiting import until

MOMENT = datetime(2021, 8, 31, 18, tzinfo=UTC)
MONTH = "2021-09"


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


def begin(
    folder: Path,
    clock: StoppedClock,
    destinations: str,
    *,
    url: str = "",
    live: bool = True,
    home: str = "",
) -> Context:
    """A series whose roundup is due, with these destinations."""
    names = [
        line.split(".")[1].rstrip("]") for line in destinations.splitlines() if "[dest" in line
    ]
    settings = f"""
live = {str(live).lower()}
{destinations}
[series.mlcollage.roundup]
base_url = "https://lab.example.org"
destinations = {names}
home = "{home}"
"""
    made = make_context(folder, settings, clock, url or None)
    tick.tick(made)
    accept.take(
        made,
        made.config.series["mlcollage"],
        [accept.from_file(write_item(folder, "barlow"))],
    )
    clock.at = datetime(2021, 8, 4, 15, tzinfo=UTC)
    tick.tick(made)
    clock.at = MOMENT
    return made


@pytest.fixture
def www(tmp_path: Path) -> Path:
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


WEB = """
[destinations.web]
kind = "folder"
folder = "www"
url = "https://www.example.edu/{slug}/"
"""


def command(name: str, script: str) -> str:
    return f"""
[destinations.{name}]
kind = "command"
command = ["sh", "-c", '''{script}''']
url = "https://{name}.example.edu/{{slug}}/"
"""


def made(context: Context, name: str) -> Publication:
    with context.read() as work:
        roundup = work.roundups.get("mlcollage", MONTH)
        return next(one for one in work.publications.of(roundup) if one.destination == name)


def told(context: Context) -> list[str]:
    with context.read() as work:
        return [notice.text for notice in work.notices.listed(everything=True)]


def again(context: Context) -> None:
    """What shows on the page has changed."""
    with context.write() as work:
        work.publications.mark_due(work.roundups.get("mlcollage", MONTH))


def runs(folder: Path) -> int:
    file = folder / "runs"
    return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def opened() -> Iterator[list[Context]]:
    contexts: list[Context] = []
    yield contexts
    for context in contexts:
        context.database.close()


def test_a_roundup_is_published_once_it_is_rendered(
    tmp_path: Path, url: str, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(
        context := begin(tmp_path, clock, WEB + command("rsync", "echo x >> runs"), url=url)
    )
    tick.tick(context)
    web = made(context, "web")
    assert web.state is State.PUBLISHED
    assert web.url.startswith("https://www.example.edu/one-deep-learning-paper")
    assert (www / "index.html").is_file()
    assert made(context, "rsync").state is State.PUBLISHED
    assert any("is published: web, https://www.example.edu/" in each for each in told(context))
    clock.go(hours=1)
    tick.tick(context)
    assert runs(tmp_path) == 1, "what is published is left alone"
    again(context)
    tick.tick(context)
    assert runs(tmp_path) == 2
    assert made(context, "web").url == web.url


HUGO = """
[destinations.hugo]
kind = "folder"
folder = "hugo"
what = "hugo"
"""


def imported(folder: Path, clock: StoppedClock) -> Context:
    """A series that has imported two months and made none, with three destinations."""
    settings = f"""
live = true
{WEB}{HUGO}{command("rsync", "echo x >> runs")}
[series.mlcollage.roundup]
base_url = "https://lab.uni.net"
destinations = ["web", "hugo", "rsync"]
"""
    context = make_context(folder, settings, clock)
    for month in ("2021-06", "2021-07"):
        link = f"https://www.blog.example/{month}"
        papers = [Out(f"old-{month}", f"The {month} paper")]
        lay(context, month, papers, published_elsewhere=True, link=link)
        change_page(context, month)
    return context


def change_page(context: Context, month: str) -> None:
    with context.write() as work:
        work.roundups.touch(work.roundups.get("mlcollage", month))


def test_where_the_site_is_published_imported_months_follow_once_and_nothing_is_posted(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := imported(tmp_path, clock))
    for _ in range(2):
        tick.tick(context)
        clock.go(hours=1)
    assert (runs(tmp_path), len(list(www.glob("*-2021/index.html")))) == (1, 2)
    assert len([each for each in told(context) if each.startswith("The site of mlcollage")]) == 2
    change_page(context, "2021-06")
    change_page(context, "2021-07")
    for _ in range(2):
        tick.tick(context)
        clock.go(hours=1)
    assert runs(tmp_path) == 2, "one publishing has the pages of both"
    assert not (tmp_path / "hugo").exists()
    assert threads_out(tmp_path) == []


def test_what_takes_articles_is_told_to_get_none_of_an_imported_month(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := imported(tmp_path, clock))
    series = context.config.series["mlcollage"]
    with pytest.raises(NotAllowed, match="has no page here yet; write it with: mlcollage site"):
        list(publications.publish(context, series, "2021-06", ()))
    tick.tick(context)
    outcomes = list(publications.publish(context, series, "2021-06", ()))
    assert [each.publication.destination for each in outcomes] == ["web", "rsync"]
    with pytest.raises(NotAllowed, match="hugo would get an article of it, and it is not posted"):
        list(publications.publish(context, series, "2021-06", ["hugo"]))
    assert roundups.show(context, series, "2021-06").passed_over == ("hugo",)


def test_what_is_asked_for_while_it_is_being_published_is_published_again(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB))
    tick.tick(context)
    again(context)
    with context.write() as work:
        (publication,) = work.publications.of(work.roundups.get("mlcollage", MONTH))
        claimed = work.publications.begin(publication, LEASE, "a", "")
        assert claimed
    clock.go(seconds=1)
    again(context)
    with context.write() as work:
        assert done(work, claimed, "there")
    assert made(context, "web").next_at == clock.now()


def test_in_a_rehearsal_nothing_is_published_and_it_is_said_what_would_be(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB, live=False))
    tick.tick(context)
    clock.go(hours=1)
    tick.tick(context)
    assert list(www.iterdir()) == []
    said = [each for each in told(context) if "is published nowhere; live it would be: web" in each]
    assert len(said) == 1
    series = context.config.series["mlcollage"]
    with pytest.raises(NotAllowed, match="This is a rehearsal"):
        list(publications.publish(context, series, MONTH, ()))


def test_what_cannot_be_reached_is_tried_again_with_growing_waits(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    script = "echo x >> runs; test -e open || { echo no route to host >&2; exit 9; }"
    opened.append(context := begin(tmp_path, clock, command("rsync", script)))
    waits = []
    for _ in range(8):
        tick.tick(context)
        failed = made(context, "rsync")
        assert failed.state is State.TRYING
        assert "no route to host" in failed.problem
        assert failed.next_at
        waits.append((failed.next_at - clock.now()).total_seconds())
        clock.at = failed.next_at
    assert 40 <= waits[0] <= 60
    assert waits == sorted(waits)
    assert waits[-1] <= 3600
    late = [each for each in told(context) if "is not published at rsync after" in each]
    assert len(late) == 1, "told once that it takes long"
    (tmp_path / "open").touch()
    tick.tick(context)
    assert made(context, "rsync").state is State.PUBLISHED
    assert made(context, "rsync").problem == ""


def test_a_mail_that_was_sent_and_is_corrected_is_told_of_and_another_home_is_no_correction(
    tmp_path: Path, clock: StoppedClock, www: Path, web_server: int, opened: list[Context]
) -> None:
    web = WEB.replace("https://www.example.edu", f"http://127.0.0.1:{web_server}")
    with buttondown.running() as newsletter:
        letter = f"""
[destinations.letter]
kind = "buttondown"
base_url = "{newsletter.url}"
api_key = "{buttondown.KEY}"
send = true
"""
        opened.append(context := begin(tmp_path, clock, letter + web, home="web"))
        for _ in range(3):
            tick.tick(context)
            newsletter.deliver()
            clock.go(minutes=1)
        assert made(context, "letter").problem == ""
        assert not any("stays as it was" in each for each in told(context))
        corrections.edit(context, context.config.series["mlcollage"], MONTH, "Another title", None)
        tick.tick(context)
        [notice] = [each for each in told(context) if "stays as it was at letter" in each]
        assert '"Another title" changed after it was mailed' in notice
        assert len(newsletter.sent) == 1


def test_a_draft_that_only_names_another_home_is_told_of_once(
    tmp_path: Path, clock: StoppedClock, www: Path, web_server: int, opened: list[Context]
) -> None:
    web = WEB.replace("https://www.example.edu", f"http://127.0.0.1:{web_server}")
    with buttondown.running() as newsletter:
        letter = f"""
[destinations.letter]
kind = "buttondown"
base_url = "{newsletter.url}"
api_key = "{buttondown.KEY}"
"""
        # It comes first: the address of its home is not known then.
        opened.append(context := begin(tmp_path, clock, letter + web, home="web"))
        for _ in range(3):
            tick.tick(context)
            clock.go(minutes=1)
        [mail] = newsletter.mails.values()
        with context.read() as work:
            assert mail["canonical_url"] == work.roundups.get("mlcollage", MONTH).link != ""
        series = context.config.series["mlcollage"]
        assert sum("lies ready at letter" in each for each in told(context)) == 1
        corrections.edit(context, series, MONTH, "Another title", None)
        tick.tick(context)
        assert sum("lies ready at letter" in each for each in told(context)) == 2


def test_what_needs_a_person_waits_for_one_and_for_other_settings(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB + command("rsync", "echo x >> runs")))
    tick.tick(context)
    assert made(context, "web").state is State.NEEDS_PERSON
    assert made(context, "rsync").state is State.PUBLISHED, "the others go on"
    advice = "mlcollage roundup publish 2021-09 --to web --series mlcollage"
    assert any("There is no folder" in each and advice in each for each in told(context))
    (tmp_path / "www").mkdir()
    clock.go(days=1)
    tick.tick(context)
    assert made(context, "web").state is State.NEEDS_PERSON, "nothing says that it is mended"
    series = context.config.series["mlcollage"]
    outcomes = list(publications.publish(context, series, MONTH, ["web"]))
    assert [each.publication.state for each in outcomes] == [State.PUBLISHED]
    assert runs(tmp_path) == 1


def test_what_was_told_of_a_failure_is_settled_by_a_success_and_told_anew_when_it_fails_again(
    tmp_path: Path, url: str, clock: StoppedClock, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB, url=url))
    tick._do_until_nothing_is_soon(tick.begin(context), tick.Workers())
    series = context.config.series["mlcollage"]
    www, away = tmp_path / "www", tmp_path / "away"
    unheard = []
    for is_there in (False, True, False):
        if is_there:
            www.mkdir()
        elif www.exists():
            www.rename(away)
        list(publications.publish(context, series, MONTH, ()))
        said = [each.text for each in tick.unheard(context)]
        failures = [each for each in said if "is not published" in each or "is not brought" in each]
        unheard.append(len(failures))
        if not is_there and not away.exists():
            # As if nobody had heard it yet.
            with context.write() as work:
                work.conn.execute(update(tables.notices).values(printed_at=None))
    assert unheard == [1, 0, 1], "the success settles it, and the same failure is told again"
    assert outstanding.is_any(context)


def test_other_settings_of_a_destination_are_tried_by_themselves(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB))
    tick.tick(context)
    assert made(context, "web").state is State.NEEDS_PERSON
    (tmp_path / "other").mkdir()
    config = (tmp_path / "config.toml").read_text(encoding="utf-8").replace('"www"', '"other"')
    opened.append(context := make_context(tmp_path, config, clock))
    tick.tick(context)
    assert made(context, "web").state is State.PUBLISHED


def test_what_fails_again_after_it_was_mended_is_told_again_and_as_what_it_is(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, command("rsync", "test ! -e shut || exit 77")))
    shut = tmp_path / "shut"
    tick.tick(context)
    assert made(context, "rsync").state is State.PUBLISHED
    for _ in range(2):
        shut.touch()
        again(context)
        clock.go(minutes=1)
        tick.tick(context)
        assert made(context, "rsync").state is State.NEEDS_PERSON
        shut.unlink()
        again(context)
        clock.go(minutes=1)
        tick.tick(context)
        assert made(context, "rsync").state is State.PUBLISHED
    told_of = [each for each in told(context) if "The roundup 2021-09 of mlcollage is not" in each]
    assert len(told_of) == 2
    assert all("is not brought up to date at rsync: " in each for each in told_of)


def test_a_slow_destination_holds_up_no_other_and_no_tick(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    slow = command("slow", "touch begun; while ! test -e go; do sleep 0.05; done")
    opened.append(context := begin(tmp_path, clock, slow + WEB))
    duty = Duty(context)
    start = time.monotonic()
    duty.tick()
    duty.watch()
    assert time.monotonic() - start < 5
    until((tmp_path / "begun").exists)
    until(lambda: made(context, "web").state is State.PUBLISHED)
    again(context)
    duty.watch()
    until(lambda: made(context, "web").next_at is None)
    assert made(context, "slow").published_at is None
    (tmp_path / "go").touch()
    duty.finish()
    assert made(context, "slow").published_at


def test_a_stop_ends_a_command_that_is_under_way_and_it_is_tried_again(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    script = "test -e begun && exit; touch begun; sleep 60"
    opened.append(context := begin(tmp_path, clock, command("slow", script)))
    duty = Duty(context)
    duty.tick()
    duty.watch()
    until((tmp_path / "begun").exists)
    context.stop.set()
    start = time.monotonic()
    duty.finish()
    assert time.monotonic() - start < 10
    failed = made(context, "slow")
    assert (failed.state, failed.lease_until) == (State.TRYING, None)
    assert failed.next_at
    context.stop.clear()
    clock.at = failed.next_at
    assert publish.everything(context)
    assert made(context, "slow").state is State.PUBLISHED


def test_two_processes_never_publish_at_one_destination_at_once(
    tmp_path: Path, url: str, clock: StoppedClock, opened: list[Context]
) -> None:
    script = "mkdir at-work || exit 64; sleep 0.5; rmdir at-work; echo x >> runs"
    opened.append(context := begin(tmp_path, clock, command("rsync", script), url=url))
    tick._do_until_nothing_is_soon(tick.begin(context), tick.Workers())
    config = (tmp_path / "config.toml").read_text(encoding="utf-8")
    config = config.partition("\n[database]")[0]
    hosts = [make_context(tmp_path, config, clock, url) for _ in range(3)]
    opened += hosts
    threads = [threading.Thread(target=publish.everything, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs(tmp_path) == 1
    assert made(context, "rsync").state is State.PUBLISHED


def test_what_a_killed_process_left_is_taken_up_when_its_lease_ends(
    tmp_path: Path, url: str, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB, url=url))
    tick._do_until_nothing_is_soon(tick.begin(context), tick.Workers())
    with context.write() as work:
        roundup = work.roundups.get("mlcollage", MONTH)
        (publication,) = work.publications.of(roundup)
        assert work.publications.begin(publication, LEASE, "killed", "")
    if not url.startswith("sqlite"):
        # There leases go by the clock of the database.
        return
    assert not publish.everything(context)
    clock.at += LEASE + timedelta(seconds=1)
    assert publish.everything(context)
    assert made(context, "web").state is State.PUBLISHED


def test_whoever_comes_late_writes_nothing_over_a_newer_try(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB))
    tick.tick(context)
    again(context)
    with context.write() as work:
        (old,) = work.publications.of(work.roundups.get("mlcollage", MONTH))
        first = work.publications.begin(old, LEASE, "a", "")
        assert first
        assert work.publications.begin(old, LEASE, "b", "") is None
    clock.at += LEASE + timedelta(seconds=1)
    with context.write() as work:
        second = work.publications.begin(first, LEASE, "b", "")
        assert second
        assert not done(work, first, "old")
        assert done(work, second, "new")
    assert made(context, "web").url == "new"


def done(work: Work, publication: Publication, url: str) -> bool:
    values = {"saved": {}, "is_public": True, "problem": "", "revision": 0, "content": ""}
    return work.publications.done(publication, url=url, **values)


def test_a_destination_that_is_gone_is_said_and_its_rows_stay(
    tmp_path: Path, clock: StoppedClock, www: Path, opened: list[Context]
) -> None:
    opened.append(context := begin(tmp_path, clock, WEB + command("rsync", "true")))
    tick.tick(context)
    again(context)
    config = (tmp_path / "config.toml").read_text(encoding="utf-8")
    config = config.replace("destinations = ['web', 'rsync']", 'destinations = ["rsync"]')
    opened.append(context := make_context(tmp_path, config, clock))
    for _ in range(2):
        tick.tick(context)
    assert made(context, "web").url
    said = [each for each in told(context) if "web is no destination of mlcollage any more" in each]
    assert len(said) == 1
    series = context.config.series["mlcollage"]
    with pytest.raises(BadInput, match=r"rsyn is no destination .* Did you mean rsync\?"):
        list(publications.publish(context, series, MONTH, ["rsyn"]))


def test_an_article_is_exported_for_a_program_into_a_repository(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "blog.git"], cwd=tmp_path, check=True)
    blog = """
[destinations.blog]
kind = "git"
remote = "./blog.git"
what = "hugo"
"""
    opened.append(context := begin(tmp_path, clock, blog))
    tick.tick(context)
    assert made(context, "blog").problem == ""
    words = ["git", "ls-tree", "-r", "--name-only", "main"]
    listed = subprocess.run(words, cwd=tmp_path / "blog.git", capture_output=True, check=True)
    names = listed.stdout.decode().split()
    assert any(name.endswith("index.md") for name in names)
    assert any(name.endswith(".png") for name in names)


def test_every_kind_of_export_that_a_destination_names_can_be_made() -> None:
    assert set(published.PROGRAMS) <= set(exports.KINDS)


def test_the_lease_outlives_every_publishing() -> None:
    assert LEASE > LONGEST


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('kind = "folder"', "destinations.web.folder .* is missing"),
        ('kind = "folder"\nfolder = "www"\nfoldr = "x"', 'did you mean "folder"'),
        ('kind = "folder"\nfolder = "www"', "series one and two both publish their site there"),
        (
            'kind = "command"\ncommand = ["x"]\ntime_limit = "10m"',
            "destinations.web.time_limit .* must be at most 5m",
        ),
    ],
)
def test_wrong_settings_of_a_destination_are_found_at_the_start(
    tmp_path: Path, clock: StoppedClock, settings: str, message: str
) -> None:
    series = "".join(
        f'[series.{name}.roundup]\nfolder = "{name}"\ndestinations = ["web"]\n'
        for name in ("one", "two")
    )
    with pytest.raises(BadConfig, match=message):
        make_context(tmp_path, f"live = true\n[destinations.web]\n{settings}\n{series}", clock)


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ('kind = "folder"\nfolder = "www"', 'kind = "folder"\nfolder = "./www/"', True),
        ('kind = "folder"\nfolder = "www"', 'kind = "folder"\nfolder = "web"', False),
        ('kind = "git"\nremote = "a.git"', 'kind = "git"\nremote = "a.git"', True),
        ('kind = "git"\nremote = "a.git"', 'kind = "git"\nremote = "a.git"\npath = "b"', False),
    ],
)
def test_two_series_at_one_place_are_found_also_where_it_has_two_names(
    tmp_path: Path, clock: StoppedClock, one: str, two: str, is_same: bool
) -> None:
    series = "".join(
        f'[series.{name}.roundup]\nfolder = "{name}"\ndestinations = ["at-{name}"]\n'
        for name in ("one", "two")
    )
    text = f"[destinations.at-one]\n{one}\n[destinations.at-two]\n{two}\n{series}"
    if not is_same:
        make_context(tmp_path, text, clock)
        return
    with pytest.raises(BadConfig, match=r"at-two\.kind .* series one and two both publish"):
        make_context(tmp_path, text, clock)


@pytest.mark.parametrize("folder", ["pages", "pages/copy", "./www/../pages", "."])
def test_a_folder_that_the_site_is_in_or_that_is_in_the_site_is_found_at_the_start(
    tmp_path: Path, clock: StoppedClock, folder: str
) -> None:
    series = '[series.one.roundup]\nfolder = "pages"\ndestinations = ["web"]\n'
    web = f'[destinations.web]\nkind = "folder"\nfolder = "{folder}"\n'
    with pytest.raises(
        BadConfig, match=r"destinations\.web\.folder .* neither may be in the other"
    ):
        make_context(tmp_path, f"live = true\n{web}{series}", clock)
    make_context(tmp_path, f'live = true\n{web}what = "hugo"\n{series}', clock)


def test_a_draft_is_looked_at_until_somebody_lets_it_out(
    tmp_path: Path, clock: StoppedClock, opened: list[Context]
) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=tmp_path / "pages.git", check=True)

    subprocess.run(["git", "init", "-q", "--bare", "pages.git"], cwd=tmp_path, check=True)
    pages = """
[destinations.pages]
kind = "git"
remote = "./pages.git"
pull_request = true
url = "https://pages.example.edu/{slug}/"
"""
    opened.append(context := begin(tmp_path, clock, pages))
    tick.tick(context)
    draft = made(context, "pages")
    assert (draft.state, draft.url) == (State.DRAFT, "")
    assert any("lies ready at pages. Open the pull request" in each for each in told(context))
    for _ in range(3):
        clock.go(hours=1)
        tick.tick(context)
    git("update-ref", "refs/heads/main", "refs/heads/mlcollage/2021-09")
    clock.go(hours=1)
    tick.tick(context)
    merged = made(context, "pages")
    assert (merged.state, merged.next_at) == (State.PUBLISHED, None)
    assert merged.url.startswith("https://pages.example.edu/")
    assert sum("lies ready" in each for each in told(context)) == 1


@pytest.fixture
def web_server(www: Path) -> Iterator[int]:
    """Serves the folder of the destination; its port."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(www))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_the_address_at_its_home_is_the_roundups_link_and_all_others_name_it(
    tmp_path: Path, clock: StoppedClock, www: Path, web_server: int, opened: list[Context]
) -> None:
    web = WEB.replace("https://www.example.edu", f"http://127.0.0.1:{web_server}")
    other = command("rsync", 'echo "$MLCOLLAGE_LINK" > told')
    opened.append(context := begin(tmp_path, clock, other + web, home="web"))
    tick.tick(context)
    slug = "one-deep-learning-paper-to-read-in-september-2021"
    link = f"http://127.0.0.1:{web_server}/{slug}/"
    with context.read() as work:
        assert work.roundups.get("mlcollage", MONTH).link == link
        assert work.publications.url(work.roundups.get("mlcollage", MONTH), "web") == link
    thread = threads_out(tmp_path)[-1]
    assert link in "".join(part.read_text(encoding="utf-8") for part in thread.glob("*.txt"))
    for _ in range(2):
        clock.go(minutes=1)
        tick.tick(context)
    assert (tmp_path / "told").read_text(encoding="utf-8").strip() == link
    page = (www / slug / "index.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{link}">' in page
    assert made(context, "rsync").state is State.PUBLISHED
