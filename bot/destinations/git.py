"""A git repository that gets the site or the article: as a commit, or as a branch to be merged.

The commit is made in a bare clone of our own, without any checkout, so that there is no working
tree that a crash could leave half-written and nobody's own is touched. It depends on nothing but
the branch and the files: made again after a crash it is the same one, and pushing it does nothing.
No branch is ever forced.
"""

import base64
import logging
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from bot import environment, files, processes, system
from bot.core import address, settings
from bot.core.collage import shown
from bot.core.errors import Blocked, MlcollageError, Unavailable
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.destinations import addresses, copies, exports, git_answers
from bot.destinations.protocol import Article, Checked, Published, Saved

log = logging.getLogger(__name__)

CLONES = "destinations"
"""The folder beside the configuration that our own clones are in."""

MOST = 50_000_000
"""Bytes that git may print: the names of some hundred thousand files."""

CROWDED = 200
"""Loose objects in one of 256 folders of our clone above which it is fetched anew."""

TRIES = 3
"""How often a push is tried whose branch somebody else has moved meanwhile."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`[destinations.NAME]` with `kind = "git"`.

    `what` is the site, or the kind of program that the article is written for; `path` the folder in
    the repository that it goes into. `url` is the address that a roundup then has. The token is for
    a remote over https, the key for one over ssh; without them git is left to find its own.
    """

    remote: str = setting(settings.some_text)
    branch: str = setting(settings.some_text, "main")
    path: str = setting(settings.text, "")
    what: str = setting(settings.one_of(*exports.WHAT), exports.SITE)
    pull_request: bool = setting(settings.flag, False)
    url: str = setting(addresses.page_address, "")
    author: str = setting(settings.some_text, "mlcollage")
    email: str = setting(settings.some_text, "mlcollage@localhost")
    message: str = setting(settings.formatted("title", "month"), "{title}")
    user: str = setting(settings.text, "")
    token: Secret = setting(settings.secret_text, Secret(""))
    token_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    ssh_key: str = setting(settings.text, "")

    name: str = ""

    @property
    def problem(self) -> tuple[str, str] | None:
        """What does not fit together: the key and why."""
        if re.match(rf"{address.SCHEME}[^/?#]*@", self.remote):
            return "remote", "holds a user or a password; write them as user and token"
        if self.remote.startswith("-"):
            return "remote", "is no address of a repository"
        if self.token and not address.is_https(self.remote) and not _is_here(self.remote):
            return "token", "is for a remote over https; use ssh_key for one over ssh"
        if not re.fullmatch(BRANCH, self.branch) or ".." in self.branch:
            return "branch", f"must be the name of a branch, not {shown(self.branch)}"
        parts = self.path.strip("/").split("/")
        if self.path and any(part in {"", ".", "..", ".git"} for part in parts):
            return "path", f"must be a folder in the repository, not {shown(self.path)}"
        for key in ("author", "email"):
            if re.search("[<>]", getattr(self, key)):
                return key, "must be without < and >"
        return None


BRANCH = r"(?![-/.])[\w./+#@-]{1,200}(?<![/.])"


def _is_here(remote: str) -> bool:
    """Whether a remote is on this machine, over HTTP."""
    return address.is_web(remote) and not address.open_problem(remote)


class _Side(NamedTuple):
    """A branch of the remote as it is now: its commit, "" where there is none."""

    branch: str
    commit: str


class Git:
    """One branch of a repository."""

    wants_site = True

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self._settings = own
        self._base = base
        self._clone = base / CLONES / own.name
        self._clock, self._longest = clock, longest
        self.export = exports.kind(own.what)

    def check(self) -> Checked:
        with self._opened() as calls:
            found = calls.branches(self._settings.branch)
            if not found and calls.branches():
                raise Blocked(
                    f"{calls.remote} has no branch {self._settings.branch}: name another one as "
                    f"branch under [destinations.{self._settings.name}], or make it."
                )
        return Checked(f"{calls.remote}, branch {self._settings.branch}")

    def publish(self, article: Article, saved: Saved) -> Published:
        assert article.files
        sources = copies.sources(article.files)
        exports.check(sources, article, self.export)
        with self._opened() as calls:
            made = _Making(self._settings, calls, article, self.export)
            if self._settings.pull_request:
                return made.propose(sources, saved)
            return made.push(sources, saved)

    @contextmanager
    def _opened(self) -> Iterator["_Calls"]:
        """Our clone, for us alone; raises `Unavailable` where another process has it."""
        calls = _Calls(self._settings, self._base, self._clone, self._deadline())
        try:
            files.make_folder(self._clone)
            with _locked(self._clone):
                calls.begin()
                yield calls
        except OSError as error:
            reason = system.why(error, self._clone)
            raise Unavailable(f"{self._clone} cannot be written: {reason}.") from None

    def _deadline(self) -> "_Deadline":
        return _Deadline(self._clock, self._clock.monotonic() + self._longest.total_seconds())


@contextmanager
def _locked(clone: Path) -> Iterator[None]:
    """Hold a clone's lock; raises `Unavailable` where another process has it."""
    handle = os.open(clone / "lock", os.O_RDWR | os.O_CREAT, files.PRIVATE)
    try:
        try:
            import fcntl  # Windows has no such module

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"Another process is at work in {clone} now.") from None
        except (ImportError, OSError):
            pass  # a system without locks
        yield
    finally:
        os.close(handle)


class _Deadline:
    """When everything has to be over."""

    def __init__(self, clock: Clock, at: float) -> None:
        self._clock, self._at = clock, at

    def left(self) -> float:
        """Seconds that are left; raises `Unavailable` where none are."""
        left = self._at - self._clock.monotonic()
        if left <= 0:
            raise Unavailable("git took too long.")
        return left


class _Calls:
    """Git, called in our clone, until a deadline."""

    def __init__(self, own: Settings, base: Path, clone: Path, deadline: _Deadline) -> None:
        self._settings, self._clone, self._deadline = own, clone / "clone.git", deadline
        self.remote = own.remote
        if re.match(r"[~./]", own.remote):
            with suppress(RuntimeError):  # a "~" without a home folder
                self.remote = str(base / Path(own.remote).expanduser())
        self._environment = _environment(own, base)

    def begin(self) -> None:
        """Make our clone, or tidy up what a crash has left in it."""
        if (self._clone / "HEAD").is_file() and not self._is_crowded():
            # We hold our lock, so nobody holds one of these any more.
            for lock in self._clone.rglob("*.lock"):
                lock.unlink(missing_ok=True)
            return
        shutil.rmtree(self._clone, ignore_errors=True)
        files.make_folder(self._clone)
        self.local("init", "--quiet", "--bare", ".")

    def _is_crowded(self) -> bool:
        """Whether so much was published that a new clone is smaller."""
        return len(list((self._clone / "objects" / "17").glob("*"))) > CROWDED

    def forget(self) -> None:
        """Throw our clone away: it is fetched anew."""
        shutil.rmtree(self._clone, ignore_errors=True)

    def branches(self, *names: str) -> dict[str, str]:
        """The commits of the remote's branches with these names, or of all."""
        patterns = [f"refs/heads/{name}" for name in names]
        ran = self.far("ls-remote", "--heads", "--", self.remote, *patterns)
        lines = (line.split("\t") for line in ran.stdout.splitlines() if "\t" in line)
        return {name.removeprefix("refs/heads/"): commit for commit, name in lines}

    def fetch(self, branch: str) -> _Side:
        """A branch of the remote, with its newest commit in our clone."""
        commit = self.branches(branch).get(branch, "")
        if commit and not self.has(commit):
            ref = f"+refs/heads/{branch}:refs/mlcollage/base"
            self.far("fetch", "--quiet", "--depth=1", "--no-tags", "--", self.remote, ref)
            commit = self.local("rev-parse", "refs/mlcollage/base").strip()
        elif commit:
            self.local("update-ref", "refs/mlcollage/base", commit)
        return _Side(branch, commit)

    def has(self, commit: str) -> bool:
        """Whether our clone has all of a commit."""
        asked = self._run(("cat-file", "-e", f"{commit}^{{tree}}"))
        return asked.code == 0

    def listing(self, commit: str, folder: str) -> dict[str, str]:
        """The objects in a folder of a commit by their paths; "" is all of it.

        Of what is no file it is `copies.STRANGE`.
        """
        words = ("ls-tree", "-r", "-z", "--full-tree", commit, "--", *filter(None, [folder]))
        found = {}
        for line in self.local(*words).split("\0"):
            facts, tab, name = line.partition("\t")
            if tab:
                mode, _, id_ = facts.split(" ")
                found[name] = id_ if mode.startswith("100") else copies.STRANGE
        return found

    def text(self, commit: str, path: str) -> str:
        """A file of a commit; "" where it has none of that path."""
        ran = self._run(("cat-file", "blob", f"{commit}:{path}"))
        return "" if ran.code else ran.stdout

    def push(self, commit: str, branch: str) -> processes.Ran:
        """Push a commit to a branch of the remote that is behind it; how git ended."""
        words = ("push", "--porcelain", "--", self.remote, f"{commit}:refs/heads/{branch}")
        return self._run(words)

    def far(self, *words: str) -> processes.Ran:
        """A call of git that asks the remote; raises what its failure means."""
        ran = self._run(words)
        if ran.code:
            raise git_answers.error(ran.output, self.remote, self._hidden)
        return ran

    def local(self, *words: str, given: bytes = b"", more: Mapping[str, str] | None = None) -> str:
        """What git prints; where it fails our clone is thrown away, and fetched at the next try."""
        ran = self._run(words, given, more)
        if ran.code:
            self.forget()
            reason = git_answers.reason(ran.output, self._hidden)
            raise Unavailable(f"git {words[0]} failed in {self._clone}: {reason}")
        return ran.stdout

    def hidden(self, text: str) -> str:
        """A text without our token."""
        return git_answers.without(text, self._hidden)

    @property
    def _hidden(self) -> Sequence[str]:
        return (self._settings.token,)

    def _run(
        self, words: Sequence[str], given: bytes = b"", more: Mapping[str, str] | None = None
    ) -> processes.Ran:
        command = ("git", "--git-dir=.", *words)
        environment = self._environment | dict(more or {})
        try:
            allowed = processes.Allowed(self._deadline.left(), MOST)
            ran = processes.run(command, environment, allowed, self._clone, given)
        except processes.TooLong:
            raise Unavailable(f"git {words[0]} took too long.") from None
        except processes.NotStarted as error:
            raise Blocked(f"git {error}; install it.") from None
        if ran.code and git_answers.is_damaged(ran.output):
            self.forget()
            reason = git_answers.reason(ran.output, self._hidden)
            raise Unavailable(f"{self._clone} is damaged, and is fetched anew: {reason}")
        log.debug("git %s ended with %d: %s", words[0], ran.code, self.hidden(ran.output))
        return ran


def _environment(own: Settings, base: Path) -> dict[str, str]:
    """What git gets: nothing of ours but what it needs to get in, and nobody to ask."""
    given = environment.for_programs()
    kept = {name: given[name] for name in given if name in FOR_GIT} | environment.for_children()
    ssh = [given.get("GIT_SSH_COMMAND") or "ssh", "-o BatchMode=yes -o ConnectTimeout=20"]
    if own.ssh_key:
        with suppress(RuntimeError):  # a "~" without a home folder
            base /= Path(own.ssh_key).expanduser()
        ssh.append(f"-o IdentitiesOnly=yes -i {shlex.quote(str(base))}")
    more = {
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "GIT_SSH_COMMAND": " ".join(ssh),
        "GIT_AUTHOR_NAME": own.author,
        "GIT_AUTHOR_EMAIL": own.email,
        "GIT_COMMITTER_NAME": own.author,
        "GIT_COMMITTER_EMAIL": own.email,
    }
    return kept | more | _header(own)


FOR_GIT = frozenset(
    {"SSH_AUTH_SOCK", "SSH_AGENT_PID", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_SSL_CAINFO"}
)
"""The environment's variables that git needs besides those of every program."""


def _header(own: Settings) -> dict[str, str]:
    """The token, which others would see among the words of a command."""
    if not own.token:
        return {}
    pair = base64.b64encode(f"{own.user or 'x-access-token'}:{own.token}".encode()).decode()
    host = re.sub(r"^((?i:https?)://[^/]*).*", r"\1/", own.remote)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{host}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
    }


class _Made(NamedTuple):
    """A commit on top of a branch: the branch's own where nothing had to change."""

    commit: str
    left: tuple[str, ...]


class _Making:
    """One publishing: files become a tree, the tree a commit, the commit a branch."""

    def __init__(self, own: Settings, calls: _Calls, article: Article, export: str) -> None:
        self._settings, self._calls = own, calls
        self._article, self._export = article, export
        self._folder = own.path.strip("/")
        self._wanted: dict[str, str] = {}

    def push(self, sources: Mapping[str, Path], saved: Saved) -> Published:
        """Have the files on the branch, on top of whatever is there by now."""
        branch = self._settings.branch
        self._wanted = self._blobs(sources)
        for _ in range(TRIES):
            base = self._calls.fetch(branch)
            made = self._commit(base.commit)
            if made.commit == base.commit or self._is_pushed(made.commit, branch):
                url = addresses.of(self._settings.url, self._article)
                return Published(url, {**saved, "commit": made.commit}, left=made.left)
        raise Unavailable(f"Others push to {self._calls.remote} all the time.")

    def propose(self, sources: Mapping[str, Path], saved: Saved) -> Published:
        """Have the files on a branch of their own, unless the branch has them already."""
        base = self._settings.branch
        mine = f"mlcollage/{self._article.key.rpartition('/')[2]}"
        self._wanted = self._blobs(sources)
        for _ in range(TRIES):
            made = self._commit(target := self._calls.fetch(base).commit)
            if made.commit == target:
                # Somebody has merged it.
                url = addresses.of(self._settings.url, self._article)
                return Published(url, {**saved, "commit": target}, left=made.left)
            if start := self._calls.fetch(mine).commit:
                made = self._commit(start)
            if made.commit == start or self._is_pushed(made.commit, mine):
                todo = self._todo(mine)
                return Published("", {**saved, "commit": made.commit}, False, todo, made.left)
        raise Unavailable(f"Others push to {self._calls.remote} all the time.")

    def _todo(self, mine: str) -> str:
        base, month = self._settings.branch, self._article.key.rpartition("/")[2]
        page = git_answers.request_page(self._settings.remote, base, mine)
        where = page or f"from {mine} to {base} in {self._calls.remote}"
        return (
            f"Open the pull request {where} and merge it: that is seen within the hour, or by "
            f"mlcollage roundup publish {month} --to {self._settings.name}"
        )

    def _is_pushed(self, commit: str, branch: str) -> bool:
        """Push; False where somebody else was faster. Raises what any other refusal means."""
        ran = self._calls.push(commit, branch)
        if ran.code == 0:
            return True
        if git_answers.is_behind(ran.output):
            return False
        raise self._refusal(ran)

    def _refusal(self, ran: processes.Ran) -> MlcollageError:
        remote = self._calls.remote
        return git_answers.error(ran.output, remote, (self._settings.token,))

    def _blobs(self, sources: Mapping[str, Path]) -> dict[str, str]:
        """Our files by their paths in the repository, as objects in our clone."""
        if odd := next((name for name in sources if re.search(r'[\n"\\]', name)), None):
            raise Blocked(f"{shown(odd)} cannot be the name of a file in git; rename it.")
        paths = "".join(f"{path}\n" for path in sources.values()).encode()
        words = ("hash-object", "-w", "--no-filters", "--stdin-paths")
        ids = self._calls.local(*words, given=paths).split()
        if len(ids) != len(sources):
            raise Unavailable("The site was changed meanwhile.")
        return {self._inside(name): id_ for name, id_ in zip(sources, ids, strict=True)}

    def _inside(self, name: str) -> str:
        return f"{self._folder}/{name}" if self._folder else name

    def _commit(self, base: str) -> _Made:
        """A commit of our files on top of another one, or that one where it has them all."""
        index = {"GIT_INDEX_FILE": "mlcollage.index"}
        self._calls.local("read-tree", base or "--empty", more=index)
        there = self._there(base)
        ledger = self._ledger(base)
        owner = exports.owner(self._article)
        known = ledger.get(owner, {})
        scope = self._inside(exports.scope(self._article, self._export))
        planned = copies.plan(self._wanted, there, known, scope)
        exports.check_page(self._shown(planned.left), self._article, self._export, self._place())
        if not planned.write and not planned.remove and base:
            return _Made(base, self._shown(planned.left))
        books = {**ledger, owner: copies.known_after(planned, self._wanted, known)}
        text = copies.ledger_text(books).encode()
        blob = self._calls.local("hash-object", "-w", "--stdin", given=text).strip()
        lines = [f"100644 {self._wanted[name]}\t{name}" for name in planned.write]
        lines += [f"0 {'0' * len(blob)}\t{name}" for name in planned.remove]
        lines.append(f"100644 {blob}\t{self._inside(copies.LEDGER)}")
        given = "".join(f"{line}\0" for line in lines).encode()
        self._calls.local("update-index", "-z", "--index-info", given=given, more=index)
        tree = self._calls.local("write-tree", more=index).strip()
        parents = ("-p", base) if base else ()
        made = self._calls.local(
            "commit-tree", tree, *parents, "-F", "-", given=self._message(), more=self._dates()
        )
        return _Made(made.strip(), self._shown(planned.left))

    def _place(self) -> str:
        return f"{self._calls.remote}, branch {self._settings.branch}"

    def _shown(self, left: Sequence[str]) -> tuple[str, ...]:
        """Paths as the site has them."""
        return tuple(name.removeprefix(f"{self._folder}/") for name in left)

    def _there(self, base: str) -> dict[str, str]:
        """The objects of the branch by their paths; of a file where we want a folder, and of a
        folder where we want a file, one that is not ours."""
        if not base:
            return {}
        listed = self._calls.listing(base, self._folder)
        folders = {parent for name in listed for parent in _parents(name)}
        odd = {name: copies.STRANGE for name in self._wanted if name in folders}
        odd |= {
            name: copies.STRANGE
            for name in self._wanted
            if any(parent in listed for parent in _parents(name))
        }
        return listed | odd

    def _ledger(self, base: str) -> dict[str, dict[str, list[str]]]:
        if not base:
            return {}
        return copies.read_ledger(self._calls.text(base, self._inside(copies.LEDGER)))

    def _message(self) -> bytes:
        month = self._article.key.rpartition("/")[2]
        first = self._settings.message.format(title=self._article.title, month=month)
        return f"{first}\n\nMlcollage-Roundup: {self._article.key}\n".encode()

    def _dates(self) -> dict[str, str]:
        at = f"{int(self._article.updated_at.timestamp())} +0000"
        return {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}


def _parents(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name
