"""The table of destinations: kinds, and what is wrong with a section of the configuration."""

import re

import pytest

from bot.core.errors import BadConfig
from bot.core.settings import Table
from bot.destinations import table


def section(**values: object) -> Table:
    return Table("config.toml", "destinations.blog", values)


def test_the_kind_of_a_destination_is_one_of_the_table() -> None:
    assert table.kind_of(section(kind="git", branch="main")) == "git"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "destinations.blog.kind in config.toml is missing; it is one of folder, git"),
        ({"kind": "wordpres"}, "not 'wordpres'; did you mean \"wordpress\""),
        ({"kind": 7}, "destinations.blog.kind in config.toml must be one of folder, git"),
    ],
)
def test_a_section_without_a_known_kind_is_refused_by_its_key(
    values: dict[str, object], message: str
) -> None:
    with pytest.raises(BadConfig, match=re.escape(message)):
        table.kind_of(section(**values))
