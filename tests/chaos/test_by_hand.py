"""kill -9 at every point of a thread's way into the folder of a person who posts it by hand."""

import hashlib
from pathlib import Path

import pytest

from tests.chaos import scene
from tests.chaos.forks import Forks

pytestmark = pytest.mark.slow

ACCOUNT = {"network": "manual", "title": "LinkedIn"}


def lying(folder: Path) -> dict[str, str]:
    """Every file that a person sees in what is to be posted, with its hash."""
    place = folder / "by-hand" / scene.ACCOUNT
    return {
        file.relative_to(place).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in place.rglob("*")
        if file.is_file()
    }


def test_a_process_killed_at_any_point_leaves_one_folder_and_one_notice_in_the_end(
    tmp_path: Path, forked: Forks
) -> None:
    scene.prepare(tmp_path / "prepared", ACCOUNT)

    def fresh(name: str) -> Path:
        scene.copy(tmp_path / "prepared", tmp_path / name, ACCOUNT)
        return tmp_path / name

    whole = fresh("whole")
    run = forked.send(whole)
    meant = lying(whole)
    assert len(meant) == scene.PARTS + len(("picture", "alt.txt", "how-to-post.txt", "thread.json"))
    assert len(run.points) > 20
    bad = []
    for count, point in enumerate(run.points, 1):
        folder = fresh(f"killed-{count}")
        assert forked.send(folder, kill_at=count).killed_at == point
        end = forked.resume(folder).end
        assert end
        told = [kind for kind, _ in end.notices if kind == "by hand"]
        is_right = (end.state, end.is_asked, told) == ("uncertain", True, ["by hand"])
        if not is_right or lying(folder) != meant or any(end.receipts):
            bad.append(f"killed at {count}, {point}: {end}: {sorted(lying(folder))}")
    assert not bad, "\n".join(bad)
