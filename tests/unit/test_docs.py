"""The documents against the code: commands exist, links and paths lead somewhere, examples run."""

import re
import shlex
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot import cli
from bot.core import collage
from bot.core.network import X
from bot.intake import items
from tests.conftest import ROOT

TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS = [*TOP, *sorted((ROOT / "docs").rglob("*.md"))]
OF_OLD = ("2026-11-28-plain-lines.md", "2026-11-28-the-house.md")
"""Notes that tell what was before: they name files that are gone."""
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by the words that call it."""
    context = click.Context(cli.main)
    for name in cli.COMMANDS:
        command = cli.main.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", found) for sub, found in command.commands.items())
        yield name, command


KNOWN = dict(commands())


def written(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_the_readme_lists_every_command_and_no_other() -> None:
    table = README.partition("## The commands")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z]+)`", " ".join(cells))) == sorted(cli.COMMANDS)


def test_the_readme_is_short_and_starts_with_one_sentence() -> None:
    lines = README.splitlines()
    assert len(lines) <= 150
    assert lines[0] == "# mlcollage"
    assert len(re.findall(r"[.!?](?:\s|$)", lines[2])) == 1
    assert README.index("make demo") < README.index("make test") < README.index("## ")


@pytest.mark.parametrize("name", KNOWN)
def test_every_command_has_help_with_an_example(name: str) -> None:
    told = CliRunner().invoke(cli.main, [*name.split(), "--help"])
    assert told.exit_code == 0
    assert re.search(rf"\bmlcollage {name}\b", told.output.partition("Example: ")[2])
    assert (KNOWN[name].help or "").strip()


def test_the_list_of_commands_says_what_the_table_of_modules_says() -> None:
    told = CliRunner().invoke(cli.main, ["--help"]).output
    assert all(entry.line in told for entry in cli.COMMANDS.values())


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_relative_link_leads_to_a_file(file: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", written(file))
    assert [link for link in links if not (file.parent / link.partition("#")[0]).exists()] == []


def paths_in(text: str) -> set[str]:
    """Every path of the project in backticks, whole or as a module below bot/."""
    folders = "bot|tests|docs|templates|benchmarks|demo-items"
    whole = re.findall(rf"`((?:{folders})/[\w./-]*|\.ci/\w+)`", text)
    modules = re.findall(r"`((?:\w+/)*\w+\.py)`", text)
    return {*whole, *modules}


def is_there(path: str) -> bool:
    """Whether a path exists, seen from the top, from bot/, or from bot/core/ and its like."""
    return any((ROOT / start / path).exists() for start in ("", "bot")) or (
        "/" not in path and any((ROOT / "bot").rglob(path))
    )


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_path_a_document_names_exists(file: Path) -> None:
    if file.name in OF_OLD:
        return
    # A migration's file is named without its folder, a maintainer's own template with one.
    wrong = [path for path in paths_in(written(file)) if not is_there(path)]
    assert [path for path in wrong if not path.startswith("templates/")] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_make_target_a_document_names_exists(file: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w./-]+):", makefile, re.MULTILINE))
    lines = re.findall(r"(?:^\$ |^|`)make ((?:[A-Z]+=\S+ )*[\w./-]+)", written(file), re.MULTILINE)
    assert {line.split()[-1] for line in lines} <= targets


def test_contributing_names_every_command_that_checks_something() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = ("check", "test", "test-all", "chaos", "mutants", "bench", "format")
    assert [name for name in commands if f"make {name}" not in text] == []
    assert len(paths_in(text)) > 20


def calls(text: str) -> Iterator[list[str]]:
    """The commands a document shows, as words: in blocks and in running text."""
    for line in re.findall(
        r"(?:^\$ |^|`|&& |\.venv/bin/)mlcollage ([a-z][^`\n]*)", text, re.MULTILINE
    ):
        with_options = re.split(r"\s(?:&&|>>|#)\s|\s{3,}", line)[0]
        yield shlex.split(with_options.rstrip(".,:"))


EXAMPLES = {
    named(file): [call for call in calls(written(file)) if call[0] in cli.COMMANDS]
    for file in DOCUMENTS
}


@pytest.mark.parametrize("file", EXAMPLES)
def test_every_command_a_document_shows_can_be_typed(file: str) -> None:
    for words in EXAMPLES[file]:
        name = " ".join(words[:2]) if " ".join(words[:2]) in KNOWN else words[0]
        known = {option for parameter in KNOWN[name].params for option in parameter.opts}
        options = {word for word in words if word.startswith("--")}
        assert options <= known | {"--help"}, words


def test_the_documents_show_commands_at_all() -> None:
    assert len([call for shown in EXAMPLES.values() for call in shown]) > 10


def test_the_readmes_item_lacks_nothing_but_the_picture_beside_it() -> None:
    source = re.findall(r"```markdown\n(.*?)```", README, re.DOTALL)[0]
    item = items.parse(source, "barlow.md")
    assert list(collage.problems(item)) == []
    assert collage.missing(item, has_picture=True) == ()


@pytest.mark.parametrize(
    "file", [*DOCUMENTS, ROOT / "Makefile", ROOT / "config.example.toml"], ids=named
)
def test_no_document_names_a_path_of_this_machine(file: Path) -> None:
    for place in (ROOT, Path.home()):
        assert str(place) not in written(file)


@pytest.mark.parametrize("file", sorted((ROOT / "docs/decisions").glob("*.md")), ids=named)
def test_a_decision_has_its_date_its_context_its_choice_and_its_price(file: Path) -> None:
    text = written(file)
    assert re.match(r"# .+\n\n(\d{4}-\d\d-\d\d)\n\n", text)
    assert file.name.startswith(text.splitlines()[2])
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Choice", "Price"]


def test_the_page_on_x_has_the_prices_that_are_counted_with() -> None:
    text = (ROOT / "docs" / "x.md").read_text(encoding="utf-8")
    price = X.price
    assert price
    rows = re.findall(r"^\| .* \| (\d\.\d{3}) \|$", text, re.MULTILINE)
    listed = {getattr(price, name) for name in price._fields if name != "read_on"}
    assert {Decimal(row) for row in rows} == listed
    assert f"as it was read on {price.read_on}" in text


def test_every_test_that_the_promises_name_exists() -> None:
    page = written(ROOT / "docs/promises.md")
    rows = re.findall(r"^\| .+ \| `(tests/[\w/]+\.py)`: (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 15
    for file, names in rows:
        for name in re.findall(r"`(test_\w+)`", names):
            assert f"def {name}(" in written(ROOT / file), f"{file} has no {name}"
    assert len(rows) == page.count("| `tests/"), "every row names its test"
