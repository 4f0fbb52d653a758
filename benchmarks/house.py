"""The shape of the code in figures, to compare one commit with another.

    python benchmarks/house.py [TREE ...]

A tree is a checkout; without one, this checkout is measured. Each tree gets a column, each measure
a line. Only files are read, nothing is imported: a tree needs no environment.
"""

import argparse
import ast
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

ROOT = Path(__file__).parent.parent

THREADED = ("conn", "world", "context", "rehearsal", "now")
"""Parameters that an object could carry in place of each signature."""

LONG_LINE, LONG_FUNCTION, LONG_MODULE, MANY_PARAMETERS = 100, 60, 400, 5

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file; `path` counts from the folder of the package."""

    path: Path
    source: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.source)))

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        return list(tokenize.generate_tokens(io.StringIO(self.source).readline))

    @property
    def entry(self) -> str:
        """The top-level file or folder of the package it belongs to."""
        return self.path.parts[0].removesuffix(".py")

    @property
    def lines(self) -> list[str]:
        return self.source.splitlines()

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in self.nodes if isinstance(node, Function)]

    @property
    def code_lines(self) -> int:
        """Lines that hold code: neither blank nor a comment, nor a text that stands by itself."""
        texts: set[int] = set()
        for node in self.nodes:
            match node:
                case ast.Expr(value=ast.Constant(value=str())):
                    texts.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        code: set[int] = set()
        for token in self.tokens:
            if token.type not in NO_CODE:
                code.update(range(token.start[0], token.end[0] + 1))
        return len(code - texts)

    @property
    def comments(self) -> int:
        """All comments, those for a tool too: here they come with their reason."""
        return sum(token.type == tokenize.COMMENT for token in self.tokens)

    def is_in(self, *names: str) -> bool:
        """Whether one of its folders has one of these names."""
        return not set(names).isdisjoint(self.path.parts[:-1])


@dataclass(frozen=True)
class Tree:
    """A checkout: the program, and how long its tests are."""

    folder: Path

    @cached_property
    def modules(self) -> list[Module]:
        bot = self.folder / "bot"
        files = sorted(file for file in bot.rglob("*.py") if "__pycache__" not in file.parts)
        return [Module(file.relative_to(bot), file.read_text(encoding="utf-8")) for file in files]

    @cached_property
    def entries(self) -> set[str]:
        return {module.entry for module in self.modules} - {"__init__"}

    @cached_property
    def code_lines(self) -> int:
        return sum(module.code_lines for module in self.modules)

    @property
    def comments(self) -> int:
        return sum(module.comments for module in self.modules)

    def count(self, kind: type[ast.AST]) -> int:
        return sum(isinstance(node, kind) for module in self.modules for node in module.nodes)

    def per(self, count: int, unit: int) -> str:
        """A count for each so many lines of code."""
        return f"{count * unit / self.code_lines:.1f}"


def imported(module: Module) -> Iterator[str]:
    """The dotted names below `bot` that a module imports, wherever in it."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("bot."))
        elif isinstance(node, ast.ImportFrom) and node.module == "bot":
            yield from (f"bot.{name.name}" for name in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot."):
            yield str(node.module)


def arrows(tree: Tree) -> set[tuple[str, str]]:
    """Which top-level entry of `bot` imports which other one."""
    found: set[tuple[str, str]] = set()
    for module in tree.modules:
        found |= {(module.entry, name.split(".")[1]) for name in imported(module)}
    return {(one, other) for one, other in found if one != other and other in tree.entries}


def parameters(function: Function) -> list[str]:
    """The names of a function's parameters, without `self` and `cls`."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [each for each in (arguments.vararg, arguments.kwarg) if each]
    return [each.arg for each in named + starred if each.arg not in {"self", "cls"}]


def functions(tree: Tree, *without: str) -> list[Function]:
    """All functions and methods, but for those in folders of these names."""
    modules = [module for module in tree.modules if not module.is_in(*without)]
    return [each for module in modules for each in module.functions]


def signatures(tree: Tree, names: Iterable[str]) -> int:
    """Signatures outside storage that have a parameter of one of these names."""
    wanted = set(names)
    return sum(not wanted.isdisjoint(parameters(each)) for each in functions(tree, "storage"))


def crowded(tree: Tree) -> int:
    """Functions with many parameters, but commands, which have one an option, and migrations."""
    found = functions(tree, "cli", "migrations")
    return sum(len(parameters(each)) > MANY_PARAMETERS for each in found)


def has_logic(text: ast.JoinedStr) -> bool:
    """Whether an f-string decides, loops, or calls something with another f-string."""
    inside = list(ast.walk(text))
    if any(isinstance(node, (ast.IfExp, *COMPREHENSIONS)) for node in inside):
        return True
    calls = [node for node in inside if isinstance(node, ast.Call)]
    return any(isinstance(node, ast.JoinedStr) for call in calls for node in ast.walk(call))


def with_logic(tree: Tree) -> int:
    """F-strings with logic inside; one within another counts by itself, a format's own does not."""
    nodes = [node for module in tree.modules for node in module.nodes]
    specs = {id(node.format_spec) for node in nodes if isinstance(node, ast.FormattedValue)}
    texts = [node for node in nodes if isinstance(node, ast.JoinedStr) and id(node) not in specs]
    return sum(has_logic(text) for text in texts)


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def long_functions(tree: Tree) -> int:
    return sum(length(each) > LONG_FUNCTION for each in functions(tree))


def long_modules(tree: Tree) -> int:
    return sum(len(module.lines) > LONG_MODULE for module in tree.modules)


def long_lines(tree: Tree) -> int:
    return sum(len(line) > LONG_LINE for module in tree.modules for line in module.lines)


def tests(tree: Tree) -> str:
    """All lines of the tests for one line of the program, blank ones and comments too."""
    files = (tree.folder / "tests").rglob("*.py")
    count = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    lines = sum(len(module.lines) for module in tree.modules)
    return f"{count:,} : {lines:,} = {count / lines:.2f}"


MEASURES: dict[str, Callable[[Tree], object]] = {
    "entries in bot/": lambda tree: len(tree.entries),
    "arrows between them": lambda tree: len(arrows(tree)),
    "signatures with any of these, outside storage/": lambda tree: signatures(tree, THREADED),
    **{f"    {name}": partial(signatures, names=[name]) for name in THREADED},
    f"functions with more than {MANY_PARAMETERS} parameters": crowded,
    "comments per 100 lines": lambda tree: tree.per(tree.comments, 100),
    "conditional expressions per 1,000": lambda tree: tree.per(tree.count(ast.IfExp), 1_000),
    "f-strings with logic per 1,000": lambda tree: tree.per(with_logic(tree), 1_000),
    f"lines over {LONG_LINE} columns": long_lines,
    f"modules over {LONG_MODULE} lines": long_modules,
    f"functions over {LONG_FUNCTION} lines": long_functions,
    "lines of code": lambda tree: tree.code_lines,
    "lines of tests : of bot": tests,
}
"""Each measure by its name. What is counted per 100 or 1,000 is so for lines of code."""


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("trees", nargs="*", type=Path, default=[ROOT], metavar="TREE")
    trees = [Tree(folder) for folder in parser.parse_args().trees]
    for tree in trees:
        if not tree.modules:
            parser.error(f"{tree.folder} has no Python files in bot/")
    width = max(map(len, MEASURES))
    for name, measure in MEASURES.items():
        print(f"{name:<{width}}", *(f"{measure(tree)!s:>24}" for tree in trees))


if __name__ == "__main__":
    main()
