"""What the documents say is so: every command is there, every link leads somewhere, every example
can be typed.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot import cli
from bot.core import collage
from bot.intake import items
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
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
    assert all(line in told for _, line in cli.COMMANDS.values())


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_relative_link_leads_to_a_file(file: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", written(file))
    assert [link for link in links if not (file.parent / link.partition("#")[0]).exists()] == []


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
