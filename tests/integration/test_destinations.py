"""Destinations of files against the real thing: folders, git, commands."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import BadConfig, Blocked, Unavailable
from bot.core.settings import Table
from bot.destinations import table
from bot.destinations.protocol import Article, Destination, Published
from tests import git_http, sshd
from tests.conftest import StoppedClock
from tests.sshd import Sshd

AT = datetime(2021, 8, 31, 18, tzinfo=UTC)
SLUG = "four-papers-to-read-in-september-2021"
PAGE = f"{SLUG}/index.html"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a site, as the program writes it."""
    folder = tmp_path / "site"
    write(folder, {PAGE: "<h1>Four Papers</h1>", f"{SLUG}/a.png": "a picture", "index.html": "all"})
    write(folder, {".mlcollage.json": "{}", "index.html.edited": "old", ".b.html.12-34": "half"})
    write(folder, {".mlcollage-staging-1/c.html": "half", ".nojekyll": ""})
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def read(folder: Path) -> dict[str, str]:
    """All files but our own books."""
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.parts and not file.name.startswith(".mlcollage")
    }


def article(files: Path, month: str = "2021-09") -> Article:
    return Article(
        key=f"mlcollage/{month}",
        title="Four Papers to Read in September 2021",
        subtitle="",
        slug=SLUG,
        language="en",
        description="",
        html="<p>Text</p>",
        markdown="Text",
        pictures={},
        cover="",
        canonical_url="https://lab.example/four/",
        published_at=AT,
        updated_at=AT,
        tags=(),
        files=files,
    )


Make = Callable[..., Destination]


@pytest.fixture
def make(tmp_path: Path, clock: StoppedClock) -> Make:
    """Makes the destination of a section of the configuration."""

    def made(**values: Any) -> Destination:
        section = Table("config.toml", "destinations.web", values)
        return table.make(section, tmp_path, clock, timedelta(seconds=60))

    return made


# Folders


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


def test_a_folder_gets_the_whole_site_and_nothing_of_our_own_books(
    make: Make, site: Path, web: Path
) -> None:
    folder = make(kind="folder", folder="www", url="https://lab.example/{slug}/")
    published = folder.publish(article(site), {})
    assert published == Published(f"https://lab.example/{SLUG}/", {})
    assert read(web) == {
        PAGE: "<h1>Four Papers</h1>",
        f"{SLUG}/a.png": "a picture",
        "index.html": "all",
        ".nojekyll": "",
    }


def test_a_correction_replaces_and_removes_what_is_ours_and_nothing_else(
    make: Make, site: Path, web: Path
) -> None:
    folder = make(kind="folder", folder="www")
    write(web, {"robots.txt": "theirs", f"{SLUG}/notes.txt": "theirs"})
    folder.publish(article(site), {})
    write(site, {PAGE: "<h1>Four Better Papers</h1>"})
    (site / SLUG / "a.png").unlink()
    assert folder.publish(article(site), {}).left == ()
    assert read(web) == {
        PAGE: "<h1>Four Better Papers</h1>",
        "index.html": "all",
        ".nojekyll": "",
        "robots.txt": "theirs",
        f"{SLUG}/notes.txt": "theirs",
    }


def test_what_was_edited_there_or_made_by_others_is_left_and_said(
    make: Make, site: Path, web: Path
) -> None:
    folder = make(kind="folder", folder="www")
    write(web, {"index.html": "It works!"})
    assert folder.publish(article(site), {}).left == ("index.html",)
    assert read(web)["index.html"] == "It works!"
    write(web, {PAGE: "edited there"})
    write(site, {PAGE: "corrected"})
    with pytest.raises(Blocked, match=f"{PAGE} in .* was edited there"):
        folder.publish(article(site), {})
    assert read(web)[PAGE] == "edited there"


def test_what_is_the_same_is_not_written_again(make: Make, site: Path, web: Path) -> None:
    folder = make(kind="folder", folder="www")
    folder.publish(article(site), {})
    before = {file: file.stat().st_ino for file in web.rglob("*")}
    folder.publish(article(site), {})
    assert {file: file.stat().st_ino for file in web.rglob("*")} == before


def test_no_folder_is_made_where_a_disk_may_be_missing(make: Make, site: Path) -> None:
    folder = make(kind="folder", folder="gone")
    with pytest.raises(Blocked, match=r"There is no folder .*gone"):
        folder.publish(article(site), {})
    with pytest.raises(Blocked, match="There is no folder"):
        folder.check()


def test_a_site_without_its_page_takes_nothing_away(make: Make, site: Path, web: Path) -> None:
    folder = make(kind="folder", folder="www")
    folder.publish(article(site), {})
    (site / PAGE).unlink()
    with pytest.raises(Unavailable, match="has no page of mlcollage/2021-09"):
        folder.publish(article(site), {})
    assert PAGE in read(web)


def test_a_folder_within_the_site_is_refused(make: Make, site: Path) -> None:
    (site / "copy").mkdir()
    with pytest.raises(Blocked, match="are one in the other"):
        make(kind="folder", folder="site/copy").publish(article(site), {})


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    make: Make, site: Path, web: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (web / SLUG).symlink_to(tmp_path / "outside")
    with pytest.raises(Blocked, match="is left as it is"):
        make(kind="folder", folder="www").publish(article(site), {})
    assert list((tmp_path / "outside").iterdir()) == []


# Git


def git(*words: str, at: Path) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@lab.example", *words]
    return subprocess.run(
        command, cwd=at, env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare repository with one commit on main."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    bare = tmp_path / "remote.git"
    git("init", "-q", "--bare", "-b", "main", str(bare), at=tmp_path)
    commit(bare, tmp_path / "theirs", {"README": "ours and theirs"})
    return bare


def commit(bare: Path, work: Path, changed: dict[str, str]) -> None:
    """Somebody else pushes a commit."""
    if not work.exists():
        git("clone", "-q", str(bare), str(work), at=bare.parent)
        git("checkout", "-q", "-B", "main", at=work)
    else:
        git("pull", "-q", "origin", "main", at=work)
    write(work, changed)
    git("add", "-A", at=work)
    git("commit", "-q", "-m", "theirs", at=work)
    git("push", "-q", "origin", "main", at=work)


def on(bare: Path, branch: str = "main") -> dict[str, str]:
    """The files on a branch, but our own books."""
    names = git("ls-tree", "-r", "--name-only", branch, at=bare).splitlines()
    return {
        name: git("show", f"{branch}:{name}", at=bare)
        for name in names
        if not name.rpartition("/")[2].startswith(".mlcollage")
    }


def subjects(bare: Path, branch: str = "main") -> list[str]:
    return git("log", "--format=%s", branch, at=bare).splitlines()


def test_git_gets_the_site_as_one_commit_in_a_folder_of_it(
    make: Make, site: Path, remote: Path
) -> None:
    pages = make(
        kind="git", remote="./remote.git", path="docs", email="bot@lab.example", author="The Bot"
    )
    assert pages.check().identity == f"{remote}, branch main"
    first = pages.publish(article(site), {})
    assert on(remote) == {
        "README": "ours and theirs",
        f"docs/{PAGE}": "<h1>Four Papers</h1>",
        f"docs/{SLUG}/a.png": "a picture",
        "docs/index.html": "all",
        "docs/.nojekyll": "",
    }
    said = git("log", "-1", "--format=%an <%ae>|%s|%b", "main", at=remote)
    assert said.startswith("The Bot <bot@lab.example>|Four Papers to Read in September 2021|")
    again = pages.publish(article(site), {})
    assert again.saved == first.saved
    assert len(subjects(remote)) == 2, "nothing to commit"


def test_git_keeps_what_others_push_and_puts_ours_on_top(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    pages = make(kind="git", remote="./remote.git")
    pages.publish(article(site), {})
    commit(remote, tmp_path / "theirs", {"CNAME": "lab.example", f"{SLUG}/theirs.txt": "theirs"})
    write(site, {PAGE: "corrected"})
    (site / SLUG / "a.png").unlink()
    pages.publish(article(site), {})
    found = on(remote)
    assert found["CNAME"] == "lab.example"
    assert found[f"{SLUG}/theirs.txt"] == "theirs"
    assert found[PAGE] == "corrected"
    assert f"{SLUG}/a.png" not in found
    assert len(subjects(remote)) == 4


def test_what_somebody_edited_in_the_repository_is_left_and_said(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    pages = make(kind="git", remote="./remote.git")
    pages.publish(article(site), {})
    commit(remote, tmp_path / "theirs", {"index.html": "edited there"})
    write(site, {"index.html": "all of them", PAGE: "corrected"})
    assert pages.publish(article(site), {}).left == ("index.html",)
    assert on(remote)["index.html"] == "edited there"
    assert on(remote)[PAGE] == "corrected"


def test_a_branch_that_moves_under_the_push_is_fetched_and_tried_again(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    pages = make(kind="git", remote="./remote.git")
    pages.check()
    # The clone's own hook: somebody is faster, once.
    work = tmp_path / "theirs"
    hook = tmp_path / "destinations" / "web" / "clone.git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    script = f"""#!/bin/sh
        rm "$0"; unset $(git rev-parse --local-env-vars); cd {work}
        echo faster > faster.txt; git add -A
        git -c user.name=Ada -c user.email=a@lab.example commit -q -m faster
        git push -q origin main
    """
    hook.write_text(script, encoding="utf-8")
    hook.chmod(0o755)
    pages.publish(article(site), {})
    assert subjects(remote) == ["Four Papers to Read in September 2021", "faster", "theirs"]
    assert on(remote)["faster.txt"] == "faster\n"


def test_a_repository_without_any_commit_gets_its_first(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    git("init", "-q", "--bare", "-b", "main", "empty.git", at=tmp_path)
    pages = make(kind="git", remote="./empty.git")
    pages.check()
    pages.publish(article(site), {})
    assert PAGE in on(tmp_path / "empty.git")


def test_a_pull_request_is_a_branch_of_its_own_until_somebody_merges_it(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    pages = make(
        kind="git", remote="./remote.git", pull_request=True, url="https://lab.example/{slug}/"
    )
    first = pages.publish(article(site), {})
    assert (first.url, first.is_public) == ("", False)
    assert "mlcollage roundup publish 2021-09 --to web" in first.todo
    assert on(remote) == {"README": "ours and theirs"}
    assert PAGE in on(remote, "mlcollage/2021-09")
    assert pages.publish(article(site), {}).saved == first.saved, "the same branch, once"
    commit(remote, tmp_path / "theirs", {"README": "moved on"})
    assert pages.publish(article(site), {}).saved == first.saved
    write(site, {PAGE: "corrected"})
    pages.publish(article(site), {})
    assert on(remote, "mlcollage/2021-09")[PAGE] == "corrected"
    work = tmp_path / "theirs"
    git("fetch", "-q", at=work)
    git("merge", "-q", "-m", "merged", "origin/mlcollage/2021-09", at=work)
    git("push", "-q", "origin", "main", at=work)
    merged = pages.publish(article(site), {})
    assert (merged.url, merged.is_public) == (f"https://lab.example/{SLUG}/", True)


def test_a_lock_that_a_killed_git_left_is_no_trouble(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    pages = make(kind="git", remote="./remote.git")
    pages.publish(article(site), {})
    clone = tmp_path / "destinations" / "web" / "clone.git"
    for name in ("mlcollage.index.lock", "HEAD.lock", "refs/mlcollage/base.lock", "shallow.lock"):
        (clone / name).touch()
    write(site, {PAGE: "corrected"})
    pages.publish(article(site), {})
    assert on(remote)[PAGE] == "corrected"


def test_a_damaged_clone_is_fetched_anew(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    pages = make(kind="git", remote="./remote.git")
    pages.publish(article(site), {})
    objects = tmp_path / "destinations" / "web" / "clone.git" / "objects"
    for file in objects.rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"")
    write(site, {PAGE: "corrected"})
    with pytest.raises(Unavailable):
        pages.publish(article(site), {})
    pages.publish(article(site), {})
    assert on(remote)[PAGE] == "corrected"


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"remote": "./none.git"}, Blocked, "look after remote"),
        ({"remote": "https://127.0.0.1:1/none.git"}, Unavailable, "cannot be reached"),
        ({"remote": "ssh://git@127.0.0.1:1/none.git"}, Unavailable, "cannot be reached"),
    ],
)
def test_a_remote_that_cannot_be_used_says_what_helps(
    make: Make, site: Path, values: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(kind="git", **values).publish(article(site), {})


def test_a_branch_that_is_checked_out_is_said_so(
    make: Make, site: Path, remote: Path, tmp_path: Path
) -> None:
    with pytest.raises(Blocked, match="updateInstead"):
        make(kind="git", remote="./theirs").publish(article(site), {})
    git("config", "receive.denyCurrentBranch", "updateInstead", at=tmp_path / "theirs")
    make(kind="git", remote="./theirs").publish(article(site), {})
    assert (tmp_path / "theirs" / PAGE).is_file()


def test_a_push_that_the_other_side_refuses_waits_for_a_person(
    make: Make, site: Path, remote: Path
) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no pushes; echo; echo on Sundays; exit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    told = r"git: refs/heads/main .*\(pre-receive hook declined\): no pushes on Sundays\. Then: the"
    with pytest.raises(Blocked, match=told):
        make(kind="git", remote="./remote.git").publish(article(site), {})


def test_a_git_that_hangs_is_ended(
    remote: Path, site: Path, tmp_path: Path, clock: StoppedClock
) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsleep 60\n", encoding="utf-8")
    hook.chmod(0o755)
    section = Table("config.toml", "destinations.web", {"kind": "git", "remote": str(remote)})
    start = time.monotonic()
    with pytest.raises(Unavailable, match="git push took too long"):
        table.make(section, tmp_path, clock, timedelta(seconds=1)).publish(article(site), {})
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"remote": "https://ada:secret@h.example/a.git"}, "web.remote .* write them as user"),
        ({"remote": "-oProxyCommand=x"}, "web.remote .* is no address of a repository"),
        ({"remote": "git@h.example:a.git", "token": "t"}, "web.token .* use ssh_key"),
        ({"remote": "a.git", "branch": "../x"}, "web.branch .* must be the name of a branch"),
        ({"remote": "a.git", "path": "../x"}, "web.path .* must be a folder"),
        ({"remote": "a.git", "url": "https://h.example/"}, "web.url .* must hold {slug}"),
    ],
)
def test_settings_of_git_that_cannot_be_are_refused_by_their_key(
    make: Make, values: dict[str, str], message: str
) -> None:
    with pytest.raises(BadConfig, match=message) as caught:
        make(kind="git", **values)
    assert "secret" not in str(caught.value)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with sshd.running(tmp_path / "ssh") as running:
        monkeypatch.setenv("GIT_SSH_COMMAND", running.command)
        yield running


def test_git_pushes_over_ssh_with_a_key_of_its_own(
    make: Make, site: Path, remote: Path, server: Sshd
) -> None:
    pages = make(kind="git", remote=server.url(remote), ssh_key=str(server.key))
    pages.check()
    pages.publish(article(site), {})
    assert PAGE in on(remote)
    assert len(subjects(remote)) == 2


def test_over_ssh_a_refused_key_and_an_unknown_host_wait_for_a_person(
    make: Make, site: Path, remote: Path, server: Sshd
) -> None:
    stranger = server.key.with_name("stranger")
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", str(stranger)], check=True)
    with pytest.raises(Blocked, match="the right to push"):
        make(kind="git", remote=server.url(remote), ssh_key=str(stranger)).check()
    server.known.write_text("", encoding="utf-8")
    with pytest.raises(Blocked, match="connect once by hand with ssh"):
        make(kind="git", remote=server.url(remote), ssh_key=str(server.key)).check()


def test_over_http_a_token_lets_git_in_and_is_shown_nowhere(
    make: Make, site: Path, remote: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    git("config", "http.receivepack", "true", at=remote)
    with git_http.running(remote.parent) as url:
        pages = make(kind="git", remote=f"{url}/{remote.name}", token=git_http.TOKEN)
        pages.publish(article(site), {})
        assert PAGE in on(remote)
        wrong = make(kind="git", remote=f"{url}/{remote.name}", token="another-token")
        for each in (wrong, make(kind="git", remote=f"{url}/{remote.name}")):
            with pytest.raises(Blocked, match="renew the token") as refused:
                each.check()
            assert "token" not in str(refused.value).replace("renew the token", "")
    for secret in (git_http.TOKEN, "another-token"):
        assert secret not in caplog.text


# Commands


def script(folder: Path, text: str) -> None:
    file = folder / "deploy.sh"
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


def test_a_command_is_told_of_the_roundup_and_of_no_secret(
    make: Make, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLCOLLAGE_X_CONSUMER_KEY", "hush-hush")
    monkeypatch.setenv("RSYNC_RSH", "ssh -p 2222")
    script(tmp_path, 'cp -r "$MLCOLLAGE_SITE" www; env > told')
    made = make(kind="command", command=["./deploy.sh"], url="https://lab.example/{month}/")
    assert made.check().identity == "./deploy.sh"
    assert made.publish(article(site), {}).url == "https://lab.example/2021-09/"
    assert read(tmp_path / "www")[PAGE] == "<h1>Four Papers</h1>"
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert "MLCOLLAGE_TITLE=Four Papers to Read in September 2021" in told
    assert "MLCOLLAGE_TITLE_MONTH=2021-09" in told
    assert "MLCOLLAGE_SERIES=mlcollage" in told
    assert "MLCOLLAGE_LINK=https://lab.example/four/" in told
    assert f"MLCOLLAGE_SLUG={SLUG}" in told
    assert "RSYNC_RSH=ssh -p 2222" in told
    assert not any("hush-hush" in line for line in told)


def test_the_last_line_of_a_command_may_be_the_address(
    make: Make, site: Path, tmp_path: Path
) -> None:
    script(tmp_path, "echo uploading; echo https://lab.example/new; echo noise >&2")
    made = make(kind="command", command=["./deploy.sh"], link="output")
    assert made.publish(article(site), {}).url == "https://lab.example/new"
    script(tmp_path, "echo done")
    assert made.publish(article(site), {}).url == ""


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("echo a; echo no route to host >&2; exit 12", Unavailable, "ended with 12: no route to"),
        ("exit 3", Unavailable, "ended with 3, and said nothing"),
        ("echo no key; exit 77", Blocked, "ended with 77: no key"),
        ("sleep 30", Unavailable, "did not end within 1 s"),
        ("kill -KILL $$", Unavailable, "ended with 137, and"),
        ("kill -ILL $$", Unavailable, "ended with 132, and"),
    ],
)
def test_a_command_that_fails_says_why(
    make: Make, site: Path, tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    script(tmp_path, text)
    made = make(kind="command", command=["./deploy.sh"], time_limit="1s")
    with pytest.raises(error, match=message):
        made.publish(article(site), {})


def test_a_command_that_is_not_there_waits_for_a_person(make: Make, site: Path) -> None:
    made = make(kind="command", command=["./deploy.sh", "now"])
    for call in (made.check, lambda: made.publish(article(site), {})):
        with pytest.raises(Blocked, match=r"\./deploy\.sh now is not there"):
            call()
    with pytest.raises(BadConfig, match=r"web\.command .* must be a list of words"):
        make(kind="command", command="rsync -a")
