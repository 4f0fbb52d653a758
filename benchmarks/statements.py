"""How many SQL statements and connections one thread of two parts costs, from its slot to `sent`.

    python benchmarks/statements.py [--all]

One tick of a bot with one series and one outbox, on SQLite, when its slot has just come: all that
this tick asks is counted, also what does not concern the thread. A statement is named by what it
does to which table, and by the function outside storage/ that wanted it.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parent.parent
# In place of this folder: its queue.py would be taken for the standard library's.
sys.path[0] = str(ROOT)

from sqlalchemy import Engine, event  # noqa: E402 - as above

from bot.intake import accept  # noqa: E402 - as above
from bot.scheduling import tick  # noqa: E402 - as above
from tests.conftest import MONDAY, StoppedClock, make_context, write_item  # noqa: E402 - as above

BOT, STORAGE = ROOT / "bot", ROOT / "bot" / "storage"
SLOT = timedelta(days=2, hours=6)
"""From Monday 9:00, when the collage is put into the queue, to the slot on Wednesday 15:00."""


@dataclass
class Traffic:
    """What went to a database."""

    statements: list[tuple[str, str]] = field(default_factory=list)
    """Each statement in order, and who wanted it."""
    connections: int = 0

    def shapes(self) -> list[tuple[int, str, str]]:
        """How often each shape of statement came, the most frequent first, and who wanted it."""
        counts = Counter(shape(words) for words, _ in self.statements)
        return [(count, name, self._askers(name)) for name, count in counts.most_common()]

    def _askers(self, name: str) -> str:
        counts = Counter(asker for words, asker in self.statements if shape(words) == name)
        return ", ".join(f"{asker} ×{count}" for asker, count in counts.most_common())


def shape(statement: str) -> str:
    """A statement without its values: its verb, its table, and what an update sets."""
    words = " ".join(statement.replace('"', "").split())
    if found := re.match(r"UPDATE (\w+) SET (.*?) WHERE ", words):
        columns = re.findall(r"(\w+)=", found[2])
        return f"UPDATE {found[1]} ({', '.join(columns)})"
    if found := re.match(r"INSERT INTO (\w+)|DELETE FROM (\w+)", words):
        return found[0]
    tables = re.findall(r"(?:FROM|JOIN) (\w+)", words)
    return f"SELECT {', '.join(dict.fromkeys(tables))}"


def asker() -> str:
    """The innermost function of the program outside storage/ that is being run."""
    frame: FrameType | None = sys._getframe()
    while frame:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(BOT) and not file.is_relative_to(STORAGE):
            return f"{file.stem}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return "nobody"


@contextmanager
def counted(engine: Engine) -> Iterator[Traffic]:
    """Count what goes to a database meanwhile, on all threads."""
    found = Traffic()

    def statement(conn: Any, cursor: Any, words: str, *rest: Any) -> None:
        found.statements.append((words, asker()))

    def connection(*rest: Any) -> None:
        found.connections += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "checkout", connection)
    yield found
    event.remove(engine, "before_cursor_execute", statement)
    event.remove(engine, "checkout", connection)


def one_thread(folder: Path) -> Traffic:
    """Send one thread of two parts to an outbox; what that tick asked of the database."""
    clock = StoppedClock(MONDAY)
    context = make_context(folder, "", clock=clock)
    item = accept.from_file(write_item(folder, "barlow"))
    accept.take(context, context.config.series["mlcollage"], [item])
    # The first tick makes rows of its own.
    tick.tick(context)
    clock.go(seconds=SLOT.total_seconds())
    with counted(context.database.engine) as found:
        tick.tick(context)
    context.database.close()
    sent = sorted(file.name for file in (folder / "outbox").rglob("*.txt"))
    assert sent == ["1.txt", "2.txt"], sent
    return found


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--all", action="store_true", help="each statement in order, in full")
    everything = parser.parse_args().all
    with tempfile.TemporaryDirectory() as folder:
        found = one_thread(Path(folder))
    if everything:
        for words, asked_by in found.statements:
            print(f"{asked_by}: {' '.join(words.split())}")
    else:
        for count, name, askers in found.shapes():
            print(f"{count:>3} × {name}\n        {askers}")
    print(f"\n{len(found.statements)} statements on {found.connections} connections")


if __name__ == "__main__":
    main()
