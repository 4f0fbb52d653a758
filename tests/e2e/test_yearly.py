"""The turn of a year by commands: what is coming, what went out, what it looks like afterwards."""

import json
from pathlib import Path

from tests.conftest import threads_out, write_item
from tests.e2e.process import mlcollage

SETTINGS = """live = false
[series.mlcollage]
language = "de"
[series.mlcollage.roundup]
base_url = "https://lab.example.edu"
yearly_thread = true
"""


def test_a_year_ends_with_one_thread(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(SETTINGS, encoding="utf-8")
    names = ("adam", "barlow", "clip", "dino", "elmo", "fixup")
    mlcollage(tmp_path, "add", *(write_item(tmp_path, name) for name in names))

    def play(last: str) -> str:
        place = ("--in", "trial", "--from", "2021-11-01", "--to", last)
        return mlcollage(tmp_path, "simulate", *place)

    def trial(*args: str, code: int = 0) -> str:
        return mlcollage(tmp_path, *args, "--config", "trial/config.toml", code=code)

    play("2021-12-31")
    assert "the thread of 2021, with 4 collages so far" in trial("next")
    ahead = json.loads(trial("next", "--json"))["year"]
    assert (ahead["year"], ahead["collages"], ahead["is_late"]) == ("2021", 4, False)
    shown = trial("roundup", "preview", "2021")
    assert "Alle Collagen des Jahres 2021" in shown
    assert "Monat für Monat, insgesamt 4." in shown
    shown = trial("roundup", "show", "2021")
    assert "Alle Collagen des Jahres 2021" in shown
    assert "to come; this is how it would be now" in shown
    said = play("2022-01-10")
    assert "The roundup 2021 is out: Alle Collagen des Jahres 2021" in said
    (out,) = [each for each in threads_out(tmp_path / "trial") if each.name.endswith("-2021")]
    parts = json.loads((out / "thread.json").read_text(encoding="utf-8"))["parts"]
    assert parts[0]["text"].splitlines()[0] == "Alle Collagen des Jahres 2021"
    assert parts[0]["picture"]["alt"].startswith("Titelbild der Liste „Alle Collagen des Jahres")
    assert parts[1]["text"] == "💻 https://lab.example.edu/2021/"
    listed = trial("roundup", "list")
    assert "2021, a year  announced" in listed
    assert "adam" in trial("roundup", "show", "2021")
    kinds = {
        each["title_month"]: each["kind"] for each in json.loads(trial("roundup", "list", "--json"))
    }
    assert kinds == {"2021": "year", "2021-12": "month", "2022-01": "month"}
    assert "the thread of 2022, with 2 collages so far" in trial("next")
    assert "made again" not in trial("site")
