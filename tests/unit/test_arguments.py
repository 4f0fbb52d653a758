"""What a tool tells an assistant of its arguments is what is checked of them."""

from typing import Any, cast

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistants import tools
from bot.assistants.arguments import Argument, Flag, OneOf, Record, Several, Text, Whole
from bot.assistants.tools import TOOLS
from bot.core.errors import BadInput

LINK = Record(
    "A link.", {"kind": OneOf("Its kind.", ("paper", "code")), "url": Text("It.", 4)}, ("url",)
)
EACH: list[Argument] = [
    Text("A text.", 3),
    OneOf("A word.", ("paper", "code")),
    Whole("A number.", 2, 5),
    Flag("A flag."),
    Several("A list.", Text("An entry.", 3), 2),
    Several("Links.", LINK, 2),
    LINK,
]

# What JSON holds; without control characters, of which a schema says nothing, and without 2.0,
# which a schema takes for a whole number.
SIMPLE = (
    st.none()
    | st.booleans()
    | st.integers(-2, 8)
    | st.just(2.5)
    | st.sampled_from(["", "paper", "code", "abc", "abcd", "论文号", "日本語学"])
)
VALUES = st.recursive(
    SIMPLE,
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "url", "more"]), values)
    ),
    max_leaves=8,
)


def is_taken(argument: Argument, value: Any) -> bool:
    try:
        argument.check(value, "it")
    except BadInput:
        return False
    return True


@pytest.mark.parametrize("argument", EACH, ids=lambda each: each.says)
@given(value=VALUES)
def test_the_check_takes_what_the_schema_allows(argument: Argument, value: Any) -> None:
    allowed = jsonschema.Draft202012Validator(argument.schema()).is_valid(value)
    assert is_taken(argument, value) == allowed


@pytest.mark.parametrize("name", TOOLS)
def test_the_schema_of_a_tool_is_one(name: str) -> None:
    schema = TOOLS[name].takes.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert set(schema["required"]) <= set(schema["properties"])


@pytest.mark.parametrize("text", ["a\0", "a\x1b[", "\x7f", "\ud800", "a\nb", "a\tb", "\x85"])
def test_no_text_of_one_line_holds_a_control_character(text: str) -> None:
    assert not is_taken(Text("A text.", 10), text)
    assert is_taken(Text("A text.", 10, lines=True), text) == (text in {"a\nb", "a\tb"})


def test_a_mistake_of_ours_is_a_sentence_and_its_traceback_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # No path: the first use of it is a mistake that no code expects.
    told = tools.answer(tools.Installation(cast(Any, 7)), "list_queue", {})
    assert told.is_error
    assert told.text.startswith("Something unexpected happened: AttributeError. It is a mistake")
    assert "Traceback" in caplog.text


def test_what_is_wrong_is_named_with_its_place() -> None:
    links = Several("Links.", LINK, 9)
    with pytest.raises(BadInput, match=r"links, entry 2 takes no 'urk'; .* Did you mean url\?"):
        links.check([{"url": "a"}, {"urk": "a"}], "links")
    with pytest.raises(BadInput, match="links, entry 1, url: 5 characters, at most 4 are allowed"):
        links.check([{"url": "abcde"}], "links")
    with pytest.raises(BadInput, match="a text, not something too large to show"):
        Text("A text.", 3).check(10**5000, "it")
