"""What git and the other side say, as errors named by the next step; and addresses of theirs."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from bot.core.errors import Blocked, MlcollageError, Unavailable, ended
from bot.core.text import terminal

BEHIND = re.compile(
    r"\[rejected\]|\(fetch first\)|\(non-fast-forward\)|stale info|cannot lock ref"
    r"|failed to update ref|incorrect old value|reference already exists"
)
"""A push refused because the branch is another one by now: git's own words, and those of a server
that two pushes reach at once."""

BLOCKED = {
    r"checked out|denyCurrentBranch": (
        "the branch is checked out there; to have its files updated with it, say there: "
        "git config receive.denyCurrentBranch updateInstead"
    ),
    r"remote rejected|protected branch|hook declined": (
        "the other side refuses the push; see what it wants of one, or set pull_request = true"
    ),
    r"Permission denied \(|Permission to .* denied|insufficient permission": (
        "give the key, which must be one without a passphrase or in an agent, the right to push"
    ),
    r"Authentication failed|could not read (Username|Password)|terminal prompts disabled"
    r"|returned error: 40[13]": "renew the token, and give it the right to push",
    r"Host key verification failed": (
        "this user has never met that host: connect once by hand with ssh, and compare its key"
    ),
    r"[Rr]epository.*not found|not appear to be a git repository|does not exist"
    r"|No such file or directory|returned error: 404": "look after remote, and who may read it",
    r"dubious ownership": (
        "the repository belongs to another user; say as the user who runs this: "
        "git config --global --add safe.directory FOLDER"
    ),
    r"Could not open a connection to your authentication agent|Load key|UNPROTECTED PRIVATE KEY": (
        "look after ssh_key: only you may read its file"
    ),
}
"""Refusals that a person has to see to, by what git says in English, and what helps."""


def error(output: str, remote: str, hidden: Iterable[str] = ()) -> MlcollageError:
    """What a failure of a call to the remote means."""
    said = reason(output, hidden)
    for pattern, advice in BLOCKED.items():
        if re.search(pattern, output):
            return Blocked(f"{remote}: {said} Then: {advice}")
    return Unavailable(f"{remote} cannot be reached: {said}")


def is_behind(output: str) -> bool:
    """Whether a push was refused because the branch has moved since it was fetched."""
    return BEHIND.search(output) is not None


def is_damaged(output: str) -> bool:
    """Whether our own clone is not whole, as after a power cut; it can be fetched anew."""
    return (
        re.search(r"object file|bad object|loose object|corrupt|unable to read", output) is not None
    )


_NOISE = re.compile(
    r"(To |Done$|Everything up-to-date|hint:|warning:|Please make sure|and the repository"
    r"|error: failed to push some refs|fatal: Could not read from remote repository|\s*$)"
)


def reason(output: str, hidden: Iterable[str] = ()) -> str:
    """The line of git's output that says what is wrong, as the rest of a sentence."""
    lines = [line for line in without(output, hidden).splitlines() if not _NOISE.match(line)]
    telling = [line for line in lines if re.match(r"(fatal|error|!|.*: Permission denied)", line)]
    told = (telling or lines or ["git failed"])[0]
    told = re.sub(r"^(fatal: |error: |remote: |!\s+)", "", terminal.one_line(told)).strip()
    told = re.sub(r"^[0-9a-f]{40,64}:", "", told)
    theirs = _theirs(lines) if "hook declined" in told else ""
    return ended(f"{told}: {theirs}"[:300] if theirs else told[:300])


def _theirs(lines: Iterable[str]) -> str:
    """What the other side says about a refusal, such as that a branch is protected."""
    said = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    return terminal.one_line(" ".join(each for each in said if re.search(r"\w", each)))


def without(text: str, hidden: Iterable[str] = ()) -> str:
    """A text without passwords: neither those that are given, nor any in an address."""
    for each in hidden:
        if each:
            text = text.replace(each, "***")
    return re.sub(r"(\w+://)[^/\s@]*@", r"\1", text)


def request_page(remote: str, base: str, branch: str) -> str:
    """The page at which a pull request is opened, where the host is a known one; else ""."""
    match = re.fullmatch(
        r"(?:(?i:https?)://|ssh://(?:[^@/]+@)?|(?:[^@/]+@))([\w.-]+)(?::\d+)?[/:](.+?)(?:\.git)?/?",
        remote,
    )
    if not match:
        return ""
    host, path = match.groups()
    if host == "github.com":
        return f"https://{host}/{path}/compare/{quote(base)}...{quote(branch)}?expand=1"
    if "gitlab" in host:
        branches = (
            f"merge_request[source_branch]={quote(branch, safe='')}"
            f"&merge_request[target_branch]={quote(base, safe='')}"
        )
        return f"https://{host}/{path}/-/merge_requests/new?{branches}"
    if host in {"codeberg.org"}:
        return f"https://{host}/{path}/compare/{quote(base)}...{quote(branch)}"
    return ""
