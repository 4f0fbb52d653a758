"""What a template cannot do: reach anything but its data, run without end, take all memory, or stop
the bot by what it raises.
"""

import os
import re
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.composing import filters, rendering, template_process, templates
from bot.composing.rendering import Renderer
from bot.composing.sandbox import Sandbox
from bot.core.errors import BadInput
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference
from bot.site import lists, pages
from tests.integration.test_compose import collage, composer, roundup
from tests.waiting import until

FIRST = "posts/collage/first.txt"

REACHING_OUT = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{% for a in [1] %}{{ loop._iterable }}{% endfor %}",
    "{% macro f() %}{% endmacro %}{{ f._environment }}",
    "{{ thing.append(1) }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '%s' | format(1) }}",
    "{{ [1]|attr('__class__') }}",
    "{{ md.__globals__ }}",
    "{{ within.__globals__ }}",
    "{{ dict.fromkeys([1]) }}",
    "{{ day.fromtimestamp(1) }}",
    "{{ day.max }}",
    "{% include '/etc/passwd' %}",
    "{% include '../secret.txt' %}",
    "{% import 'os' as os %}",
    "{{ lipsum(1) }}",
    "{{ [1, 2]|random }}",
]
ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in [1]|map('string') recursive %}{{ loop([1]) }}{% endfor %}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{{ 1|round(100000000, 'ceil') }}",
    "{{ 7 ** 99999999 }}",
    "{% autoescape 1|round(100000000, 'ceil') %}{% endautoescape %}",
    "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}"
    "{{ n.s|string|length }}",
    "{% set n = namespace(a=[1], b=[1]) %}{% for i in range(60) %}"
    "{% set n.a = [n.a, n.a] %}{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}",
]
GROWING = (
    "{{% set ns = namespace(s={start}) %}}"
    "{{% for i in range({count}) %}}{{% set ns.s = {grown} %}}{{% endfor %}}"
)
HUGE = [
    "{{ 'x' * 1000000000 }}",
    "{{ 'x' * 10 ** 9 }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ 'x'|center(1000000000) }}",
    "{{ '%01000000000d' % 1 }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ range(100000)|join('x' * 200000) }}",
    "{{ ('a' * 100000)|replace('a', 'b' * 100000) }}",
    "{{ day.strftime('%Y' * 99999999) }}",
    GROWING.format(start="'ab'", count=100, grown="ns.s ~ ns.s"),
    GROWING.format(start="[1]", count=100, grown="ns.s + ns.s"),
    GROWING.format(start="[]", count=90000, grown="ns.s + ['a' * 9999]"),
    "{% for i in range(1000) %}{{ 'x' * 100000 }}{% endfor %}",
    "{% set x %}{% for i in range(99999) %}{{ 'x' * 200000 }}{% endfor %}{% endset %}",
    "{% filter upper %}{% for i in range(99999) %}{{ 'x' * 200000 }}{% endfor %}{% endfilter %}",
    "{{ range(1000000000)|list }}",
]
RAISING = [
    ("{{ thing|truncate(2) }}", "line 1: expected length >= 3, got 2"),
    (
        "a\n{{ thing.titel }}",
        "line 2: 'dict object' has no attribute 'titel'; did you mean 'title'?",
    ),
    ("a\n\n{{ 1 / 0 }}", "line 3: division by zero"),
    ("{{ 1|round(1, 'sideways') }}", "line 1: method must be common, ceil or floor"),
    ("{{ 10.0 ** 999 }}", "line 1: "),
    ("{{ {}|dictsort(by='nothing') }}", 'line 1: You can only sort by either "key" or "value"'),
    ("{{ 'a' < 1 }}", "line 1: '<' not supported"),
    ("{{ thing|date }}", "line 1: "),
    ("{{ '2021-99'|month }}", "line 1: "),
    ("{{ 5|number(1, 2) }}", "line 1: "),
    ("{% if %}", "line 1: Expected an expression"),
    ("{% for a in [1] %}" * 25 + "{% endfor %}" * 25, "too many statically nested blocks"),
    ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "calls itself without end, or nests too deep"),
    ("{{ " + "-" * 3000 + "1 }}", "calls itself without end, or nests too deep"),
    ("{{ '\x07' }}", "writes the control character U+0007"),
    ("{{ '\\x1b[31m' }}", "writes the control character U+001B"),
    ("{{ thing[9999] }}", "line 1: dict object has no element 9999"),
    ("{{ super() }}", "line 1: "),
    ("{{ nothing() }}", "line 1: 'nothing' is undefined"),
]
DATA = {"thing": {"title": "Text"}, "day": date(2021, 9, 1), "series": {"language": "en"}}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A maintainer's folder of templates, beside a file that no template may read."""
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "templates"
    (folder / "posts" / "collage").mkdir(parents=True)
    return folder


SHORT = 0.3
"""Seconds that a template may take here, so that tests are soon over."""


def written(own: Path, source: str, context: dict[str, Any] | None = None) -> str:
    """What a template of the maintainer's own writes."""
    (own / FIRST).write_text(source, encoding="utf-8")
    return Renderer(own, seconds=SHORT).render(FIRST, context or DATA)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", REACHING_OUT + ENDLESS + HUGE)
def test_it_ends_soon_with_one_sentence_that_names_the_template(own: Path, source: str) -> None:
    with pytest.raises(BadInput) as caught:
        written(own, source)
    assert "\n" not in str(caught.value)
    assert FIRST in str(caught.value)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", REACHING_OUT[::4] + ENDLESS[::2] + HUGE[::4])
def test_so_does_a_text_in_an_item(tmp_path: Path, source: str) -> None:
    with pytest.raises(BadInput) as caught:
        Renderer(tmp_path, seconds=SHORT).render_text(source, DATA, "barlow, thread")
    assert "\n" not in str(caught.value)
    assert "barlow, thread" in str(caught.value)


@pytest.mark.parametrize(("source", "reason"), RAISING)
def test_whatever_a_template_raises_is_a_mistake_in_it(own: Path, source: str, reason: str) -> None:
    with pytest.raises(BadInput) as caught:
        written(own, source)
    assert FIRST in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


UPPER = "'upper' is a method, not a text; write upper(…)."
NO_TEXT = [
    ("{{ thing.title.upper }}", UPPER),
    ("{{ 'a' ~ thing.title.upper }}", UPPER),
    ("{{ thing.title.upper|string }}", UPPER),
    ("{{ [1, [thing.title.upper]] }}", UPPER),
    ("{{ [thing.title.upper]|join }}", UPPER),
    ("{{ ['a'.upper]|map('string')|list }}", UPPER),
    ("{{ '%s' % thing.title.upper }}", UPPER),
    ("{{ {'a': thing.title.upper} }}", UPPER),
    ("{{ range }}", "'range' is a function, not a text; write range(…)."),
    ("{{ md }}", "'md' is a function, not a text; write md(…)."),
    ("{% macro m() %}{% endmacro %}{{ m }}", "'m' is a macro, not a text; write m(…)."),
    ("{% for a in 'x' %}{{ loop }}{% endfor %}", "a tool of templates, such as loop, not a text"),
    ("{{ self }}", "a tool of templates, such as loop, not a text"),
    ("{{ cycler(1) ~ '' }}", "a tool of templates, such as loop, not a text"),
    ("{{ thing.keys() }}", "this is no text, number or list; write |list behind it."),
    ("{{ [1]|map('string') }}", "this is no text, number or list; write |list behind it."),
    ("{{ [nothing] }}", "'nothing' is undefined."),
    ("{{ md(thing) }}", "'dict' object has no attribute"),
    ("{{ thing|wordwrap }}", "No filter named 'wordwrap'."),
]


@pytest.mark.parametrize(("source", "reason"), NO_TEXT)
def test_what_is_no_text_is_not_written_but_told(own: Path, source: str, reason: str) -> None:
    with pytest.raises(BadInput) as caught:
        written(own, source)
    assert reason in str(caught.value)
    assert not re.search("<(class|function|built-in|bound)|0x[0-9a-f]{6}", str(caught.value))


def test_an_included_template_that_is_missing_is_named_in_short(own: Path) -> None:
    with pytest.raises(BadInput, match=f"There is no template {'a' * 100}…, which .*first.txt, li"):
        written(own, "{% include '" + "a" * 9_000 + "' %}")
    with pytest.raises(BadInput, match=r"There is no template without a name, which .*first.txt, "):
        written(own, "{% include '' %}")


@pytest.mark.parametrize("source", ENDLESS[:1] + ENDLESS[4:5])
def test_one_that_computes_without_end_is_named_with_its_line(own: Path, source: str) -> None:
    with pytest.raises(BadInput, match=r"first\.txt, line 3: takes too long"):
        written(own, f"one\ntwo\n{source}")
    renderer = Renderer(own, seconds=SHORT)
    with pytest.raises(BadInput, match=r"^Template item, thread, line 2: takes too long"):
        renderer.render_text(f"one\n{source}", DATA, "item, thread")


def test_a_mistake_that_all_collages_share_costs_the_whole_time_once(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    ask = rendering._filler.ask

    def noted(question: dict[str, Any]) -> Any:
        asked.append(question["seconds"])
        return ask(question)

    monkeypatch.setattr(rendering._filler, "ask", noted)
    monkeypatch.setattr(rendering, "SECONDS_AGAIN", SHORT / 3)
    endless = "{% if thing.title == 'Text' %}" + ENDLESS[0] + "{% endif %}fine"
    (own / FIRST).write_text(endless, encoding="utf-8")
    for _ in range(3):
        with pytest.raises(BadInput, match=r"first\.txt, line 1: takes too long"):
            Renderer(own, seconds=SHORT).render(FIRST, DATA)
    # Between them the line of the mistake is asked for.
    assert asked[::2] == [SHORT, SHORT / 3, SHORT / 3]
    other = DATA | {"thing": {"title": "Other"}}
    assert Renderer(own, seconds=SHORT).render(FIRST, other) == "fine"
    assert written(own, "mended") == "mended"
    assert asked[-1] == SHORT, "it is another file by now"


def test_includes_without_end_are_stopped(own: Path) -> None:
    twice = "{% include 'twice.txt' %}{% include 'twice.txt' %}"
    macro = "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}"
    (own / "twice.txt").write_text(twice, encoding="utf-8")
    (own / "macros.txt").write_text(macro, encoding="utf-8")
    for source in ("{% include 'twice.txt' %}", "{% from 'macros.txt' import f %}{{ f(40) }}"):
        with pytest.raises(BadInput, match=r"(twice|macros)\.txt, line 1: "):
            written(own, source)


def test_all_templates_of_a_thread_share_one_allowance_of_time(own: Path) -> None:
    (own / FIRST).write_text(
        "{% for a in range(300) %}{% for b in range(300) %}{% endfor %}{% endfor %}"
    )
    renderer = Renderer(own, seconds=SHORT)
    renderer.render(FIRST, DATA)
    with pytest.raises(BadInput, match="takes too long"):
        [renderer.render(FIRST, DATA) for _ in range(1000)]


def test_all_templates_of_a_thread_share_one_allowance_of_size(tmp_path: Path) -> None:
    renderer = Renderer(tmp_path)
    with pytest.raises(BadInput, match=r"writes more than 20,000,000 characters in all"):
        [renderer.render_text("{{ 'x' * 1999999 }}", DATA, "barlow, thread") for _ in range(12)]


def test_a_text_in_an_item_includes_no_template(own: Path) -> None:
    (own / "private.txt").write_text("private", encoding="utf-8")
    for name in ("private.txt", FIRST):
        with pytest.raises(BadInput, match="There is no template"):
            Renderer(own).render_text(f"{{% include '{name}' %}}", DATA, "barlow, thread")


def test_the_process_that_fills_templates_has_no_environment_and_can_write_no_file(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLCOLLAGE_X_TOKEN", "secret")
    rendering._filler.stop()
    assert written(own, "filled") == "filled"
    process = rendering._filler._process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"MLCOLLAGE" not in environment
    limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
    assert str(template_process.MEMORY) in limits
    assert "Max file size             0" in limits


def test_a_process_that_was_killed_is_started_again(own: Path) -> None:
    assert written(own, "one") == "one"
    process = rendering._filler._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    # Nothing is left of it, though nothing was asked.
    until(lambda: not Path(f"/proc/{process.pid}").exists())
    assert written(own, "two") == "two"


def test_the_process_ends_by_itself_when_the_bot_is_gone() -> None:
    filler = rendering._Filler()
    filler.ask({"folders": (), "source": "", "name": "", "context": {}, "seconds": 1, "most": 1})
    process = filler._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 0
    filler.stop()


def test_what_stops_a_service_does_not_end_a_template_half_way(own: Path) -> None:
    assert written(own, "one") == "one"
    process = rendering._filler._process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert written(own, "two") == "two"
    assert rendering._filler._process is process


def test_threads_that_fill_templates_at_the_same_time_get_their_own_answers(own: Path) -> None:
    (own / FIRST).write_text("{{ n }}", encoding="utf-8")
    wrong: list[int] = []

    def fill(n: int) -> None:
        wrong.extend(n for _ in range(20) if Renderer(own).render(FIRST, {"n": n}) != str(n))

    threads = [threading.Thread(target=fill, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_programs_own_templates_need_no_process(tmp_path: Path) -> None:
    rendering._filler.stop()
    composer(tmp_path).collage(collage(), 29)
    composer(tmp_path).collage(collage(thread=("Without marks #mlcollage",)), 29)
    composer(tmp_path).collage(collage(thread=("{{ number }} {{hashtag}} {{ paper.year }}",)), 29)
    assert rendering._filler._process is None


@pytest.mark.parametrize(
    "source",
    [
        *("{{ a }}", "{{a}} and {{ b.c }}", "{{  a  }}", "{{ a }}}", "{{{ a }}}", "{{ a }}{{ a }}"),
        *(
            "{{ n }}\n\n{{ a }}\n",
            "{{ marks }}",
            "{{ a\n}}",
            "{{ none }}",
            "{{ yes }}",
        ),
        *(
            "{ { a } }",
            "{{ '{{ a }}' }}",
            "{% raw %}{{ a }}{% endraw %}",
            "{# {{ a }} #}b",
            "{{ b }}",
        ),
    ],
)
def test_placeholders_are_filled_in_as_a_template_fills_them(own: Path, source: str) -> None:
    data = {
        "a": "Text",
        "b": {"c": "inner"},
        "n": 29,
        "marks": "{{ a }}",
        "none": None,
        "yes": True,
    }

    def outcome(fill: Callable[[], str]) -> str:
        try:
            return fill().rstrip("\r\n")
        except BadInput as error:
            return str(error).partition(": ")[2]

    here = outcome(lambda: Renderer(own).render_text(source, data, "item, thread"))
    assert here == outcome(lambda: written(own, source, data))


def test_templates_that_cannot_be_read_are_named(own: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is unreadable for root")
    file = own / FIRST
    file.write_text("secret", encoding="utf-8")
    file.chmod(0)
    with pytest.raises(BadInput, match=r"first\.txt: cannot be read: Permission denied"):
        Renderer(own).render(FIRST, DATA)
    file.parent.chmod(0)
    try:
        with pytest.raises(BadInput, match="cannot be read: Permission denied"):
            Renderer(own)
    finally:
        file.parent.chmod(stat.S_IRWXU)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "{% for a in 'xyz' %}"
            "{{ loop.index }}/{{ loop.length }}{{ '' if loop.last else ' ' }}"
            "{% endfor %}",
            "1/3 2/3 3/3",
        ),
        ("{{ [1, 2]|join(', ') }}", "1, 2"),
        ("{{ 'a-b'|replace('-', ' ')|title }}", "A B"),
        ("{{ 'Abc'.lower() ~ 'x' * 3 }}", "abcxxx"),
        (
            "{% set ns = namespace(n=0) %}"
            "{% for a in [1, 2] %}{% set ns.n = ns.n + a %}{% endfor %}{{ ns.n }}",
            "3",
        ),
        ("{% macro tag(word) %}#{{ word }}{% endmacro %}{{ tag('mlcollage') }}", "#mlcollage"),
        (
            "{% for row in [[1, 2], [3]] recursive %}"
            "{{ row if row is number else loop(row) }}"
            "{% endfor %}",
            "123",
        ),
        ("{% for a in [1, 2] %}{{ loop.cycle('a', 'b') }}{% endfor %}", "ab"),
        ("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}", "aba"),
        ("{% set s = joiner(', ') %}{{ s() }}a{{ s() }}b", "a, b"),
        ("{{ dict(a=1).items()|list }}", "[('a', 1)]"),
        ("{{ day.year }} {{ day.isoformat() }}", "2021 2021-09-01"),
        ("{{ day.strftime('%d.%m.') }}", "01.09."),
        ("{{ day|date }}", "September 1, 2021"),
        (
            "{% for year in [{'y': 1}, {'y': 2}]|groupby('y') %}{{ year.grouper }}{% endfor %}",
            "12",
        ),
        ("{% from 'macros.txt' import tag %}{{ tag('a') }}", "#a"),
        ("{% import 'macros.txt' as m %}{{ m.tag('b') }}", "#b"),
        ("{% block a %}x{% endblock %}{{ self.a() }}", "xx"),
        ("{% call tag() %}{% endcall %}{% macro tag() %}{{ caller() }}c{% endmacro %}", None),
        ("{{ thing.nothing|default('none') }}", "none"),
    ],
)  # fmt: skip
def test_what_a_writer_needs_works(own: Path, source: str, expected: str | None) -> None:
    (own / "macros.txt").write_text("{% macro tag(w) %}#{{ w }}{% endmacro %}", encoding="utf-8")
    if expected is None:
        source, expected = (
            "{% macro tag() %}{{ caller() }}c{% endmacro %}{% call tag() %}b{% endcall %}",
            "bc",
        )
    assert written(own, source) == expected


# What templates are given: walked, so that nothing else ever hangs on it.

PAPER = Paper(
    title="Barlow Twins",
    authors=("Jure Zbontar",),
    year=2021,
    links=(Link(LinkKind.PAPER, "https://arxiv.org/abs/2103.03230"),),
    figures=(Figure("loss.png", "The loss", "https://example.org"),),
    references=(Reference("SimCLR", "https://arxiv.org/abs/2002.05709"),),
)
PLAIN = (str, int, float, bool, type(None), date)


def contexts(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each kind of template is given."""
    composing = composer(folder)
    item = collage(PAPER, paragraph="See [this](https://example.org/this).")
    month = roundup()
    yield "collage", composing.collage_context(item, 29)
    yield "roundup", composing.roundup_context(month, [item, item])
    series = config.parse("", folder / "config.toml").series["mlcollage"]
    edition = pages.Edition(month, [item], {}, month, month, [month])
    shelf = pages.shelf(series, edition)
    yield "page", pages.roundup_context(series, edition)
    yield "collage page", pages.collage_context(series, edition, shelf.page, 0)
    yield "front", lists.front_context(series, [shelf.entry, shelf.entry], shelf)
    yield "archive", lists.archive_context(series, [shelf.entry])
    yield "year", lists.year_context(series, "2021", [shelf], ["2021", "2020"])


def strange(value: object, place: str) -> Iterator[str]:
    """The places of values that are not plain."""
    if type(value) is dict:
        for key, inner in value.items():
            yield from strange(key, f"{place}, a key")
            yield from strange(inner, f"{place}.{key}")
    elif type(value) in (list, tuple):
        for index, inner in enumerate(value):  # type: ignore[arg-type, var-annotated]
            yield from strange(inner, f"{place}[{index}]")
    elif type(value) not in PLAIN:
        yield f"{place} is a {type(value).__name__}"


def test_every_template_is_given_plain_values_only(tmp_path: Path) -> None:
    for kind, context in contexts(tmp_path):
        assert list(strange(context, kind)) == []


def test_a_value_that_is_not_plain_goes_to_no_process(own: Path) -> None:
    with pytest.raises(TypeError, match="a template is given a PosixPath"):
        written(own, "{{ path }}", {"path": own})


def reached(
    env: Sandbox, value: object, place: str, seen: set[int]
) -> Iterator[tuple[str, object]]:
    """All that a template reaches from a value by attributes, keys and indices."""
    if id(value) in seen:
        return
    seen.add(id(value))
    yield place, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from reached(env, inner, f"{place}.{key}", seen)
    if isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from reached(env, inner, f"{place}[{index}]", seen)
    for name in dir(value):
        inner = getattr(value, name, None)
        if env.is_safe_attribute(value, name, inner):
            yield from reached(env, inner, f"{place}.{name}", seen)


def test_nothing_that_a_template_reaches_leads_out_of_its_values(tmp_path: Path) -> None:
    env = templates.environment((str(templates.shipped()),))
    assert isinstance(env, Sandbox)
    roots: dict[str, object] = dict(contexts(tmp_path))
    roots |= {f"global {name}": value for name, value in env.globals.items()}
    tools = {"range", "dict", "cycler", "joiner", "namespace", *filters.FUNCTIONS}
    assert set(env.globals) == tools
    for root, start in roots.items():
        for place, value in reached(env, start, root, set()):
            if isinstance(value, (*PLAIN, list, tuple, dict)):
                continue
            # A method of a plain value, or a tool itself, of which nothing can be read.
            owner = getattr(value, "__self__", None)
            assert isinstance(owner, (*PLAIN, list, tuple, dict)) or place == root, place


@pytest.mark.parametrize("value", [Path("/"), os, subprocess.run, object(), DATA.__class__, open])
def test_whatever_else_it_were_given_a_template_could_use_none_of_it(value: object) -> None:
    env = templates.environment(())
    names = [name for name in dir(value) if env.is_safe_attribute(value, name, None)]  # type: ignore[attr-defined]
    assert names == []
    assert not env.is_safe_callable(value) or value is dict  # type: ignore[attr-defined]
    for name in dir(value):
        assert not env.is_safe_callable(getattr(value, name, None)), name  # type: ignore[attr-defined]
