"""The brief as a maintainer meets it: printed by the next tick, and kept with its details."""

from datetime import timedelta

from tests.e2e.conftest import NOW, Desk

SOON = NOW + timedelta(hours=5)
SETTINGS = f"""
[series.mlcollage]
slots = ["{SOON:%A %H:%M}"]
roundup = {{ day = {(NOW + timedelta(days=14)).day} }}
"""


def test_a_tick_prints_the_brief_of_a_coming_slot_once(bare: Desk) -> None:
    (bare.folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    bare("add", "alpha.md", "beta.md")
    [line] = bare("tick").out.splitlines()
    assert line.endswith(
        f"· {SOON:%A %Y-%m-%d %H:%M}, a rehearsal: alpha [1/52] goes to outbox; all is well."
    )
    assert bare("tick").out == ""
    assert bare("notices", "--json").json == []
    [kept] = bare("notices", "--all", "--json").json
    assert "[alt text: A white slide about alpha.]" in kept["details"]


def test_a_brief_that_needs_somebody_ends_a_tick_with_1_and_stays_until_it_is_acknowledged(
    bare: Desk,
) -> None:
    (bare.folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    told = bare("tick", code=1).out
    assert f"! {SOON:%A %Y-%m-%d %H:%M}, a rehearsal: nothing goes out; no collage is ready" in told
    assert "no collage is ready" in bare("notices").out
    assert bare("tick", code=1).out == "", "it is not new, and still open"
    bare("notices", "--done")
    assert bare("tick").out == ""


def test_a_span_that_cannot_be_read_is_named_with_its_place(bare: Desk) -> None:
    (bare.folder / "config.toml").write_text('[alerts]\nbrief = ["soon"]\n', encoding="utf-8")
    assert "alerts.brief in config.toml must be a span of time" in bare("tick", code=2).err
