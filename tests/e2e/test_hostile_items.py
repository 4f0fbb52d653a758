"""Hostile item files and pictures through the commands: one sentence each, and the database as it
was.
"""

import sqlite3
from pathlib import Path

import pytest

from tests.conftest import write_item
from tests.e2e.conftest import Desk
from tests.integration.test_hostile_files import HOSTILE_ITEMS, HOSTILE_PICTURES


def rows(folder: Path) -> list[str]:
    """Everything in the database, row by row."""
    connection = sqlite3.connect(folder / "queue.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


@pytest.mark.parametrize("part", range(4))
def test_a_hostile_item_keeps_the_good_ones_beside_it_out_and_changes_nothing(
    desk: Desk, part: int
) -> None:
    good = write_item(desk.folder, "epsilon")
    desk("list")
    before = rows(desk.folder)
    for number, (name, content) in enumerate(HOSTILE_ITEMS[part * 7 :: 28]):
        file = desk.folder / f"hostile-{number}.md"
        file.write_bytes(content)
        answer = desk("add", good, file, code=1)
        assert file.name in answer.err, name
    assert rows(desk.folder) == before


def test_a_hostile_picture_changes_nothing(desk: Desk) -> None:
    item = write_item(desk.folder, "epsilon")
    desk("list")
    before = rows(desk.folder)
    for name, content in HOSTILE_PICTURES[::2]:
        (desk.folder / "epsilon.png").write_bytes(content)
        answer = desk("add", item, code=1)
        assert "epsilon.png" in answer.err, name
    assert rows(desk.folder) == before
