"""How long the desk takes to show what goes out while somebody types, and to save a draft.

    python benchmarks/desk.py [--quick] [--queue 50] [--accounts 3]

A real desk on SQLite, asked over HTTP by one browser; each request has other words than the one
before. Three accounts, each going by another network's rules.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
# In place of this folder: its queue.py would be taken for the standard library's.
sys.path[0] = str(ROOT)

from bot.deciding import queue_changes  # noqa: E402 - as above
from bot.intake import accept  # noqa: E402 - as above
from tests.conftest import write_item  # noqa: E402 - as above
from tests.desk import desks  # noqa: E402 - as above
from tests.desk.desks import Client, Place  # noqa: E402 - as above
from tests.desk.test_writing import form  # noqa: E402 - as above

RULES = ("x", "bluesky", "mastodon")
PARAGRAPH = (
    "The method is told in a few sentences, with *emphasis* and a formula, $x^2$, and it is about "
    "as long as a paragraph of the series is; try {number} says something else than the others. "
) * 4


def settings(accounts: int) -> str:
    """A configuration with so many accounts."""
    names = [f"out-{rules}" for rules in RULES[:accounts]]
    listed = ", ".join(f'"{name}"' for name in names)
    tables = "".join(
        f'\n[accounts.{name}]\nnetwork = "outbox"\nfolder = "{name}"\nlike = "{rules}"\n'
        for name, rules in zip(names, RULES, strict=False)
    )
    titled = 'title = "ML-Collage"'
    return desks.SETTINGS.replace(titled, f"{titled}\naccounts = [{listed}]") + tables


def fill(place: Place, count: int) -> None:
    """Put so many more ready collages into the queue."""
    with place.context() as context:
        series = context.config.series[desks.SERIES]
        items = [write_item(place.folder, f"filler-{number}") for number in range(count)]
        accept.take(context, series, [accept.from_file(item) for item in items])
        queue_changes.make_ready(context, series, ["delta"])


def measure(what: str, count: int, ask: Callable[[int], None]) -> float:
    """Ask so often; print and return the 95th percentile, in milliseconds."""
    ask(0)
    took = []
    for number in range(1, count + 1):
        start = time.perf_counter()
        ask(number)
        took.append((time.perf_counter() - start) * 1000)
    worst = statistics.quantiles(took, n=20)[-1]
    middle = statistics.median(took)
    print(f"{what:<34} {middle:7.1f} ms {worst:7.1f} ms {max(took):7.1f} ms")
    return worst


def asked(client: Client, count: int) -> None:
    """Measure what somebody does who writes."""
    new, path = f"/s/{desks.SERIES}/new", f"/s/{desks.SERIES}/collages/delta"
    fields = form(client.get(path))
    draft = form(client.get(new))

    def words(number: int) -> dict[str, str]:
        return {"paragraph": PARAGRAPH.format(number=number), "title": f"Paper, try {number}"}

    def preview(number: int) -> None:
        answer = client.post(f"{path}/preview?part=1", fields | words(number))
        assert f"try {number}" in answer.text

    def preview_new(number: int) -> None:
        answer = client.post(f"{new}/preview?part=1", draft | words(number))
        assert f"try {number}" in answer.text

    def save(number: int) -> None:
        nonlocal fields
        as_json = {"Accept": "application/json"}
        answer = client.post(f"{path}/save", fields | words(number), as_json)
        assert answer.status_code == 200, answer.text
        fields = fields | {"base": answer.json()["base"]}

    def show(number: int) -> None:
        assert client.get(path).status_code == 200

    print(f"{'':<34} {'median':>10} {'95 %':>10} {'most':>10}")
    measure("preview of a collage", count, preview)
    measure("preview of a new one", count, preview_new)
    measure("the page", max(10, count // 5), show)
    measure("saving", max(10, count // 5), save)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="A few requests only.")
    parser.add_argument("--queue", type=int, default=50, help="Ready collages in the queue.")
    parser.add_argument("--accounts", type=int, default=3, choices=(1, 2, 3))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = desks.install(Path(folder) / "desk", settings(given.accounts))
        fill(place, given.queue)
        with desks.served(place) as desk:
            asked(desk.client(desks.EDITOR), 20 if given.quick else 200)


if __name__ == "__main__":
    main()
