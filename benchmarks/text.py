"""How fast a text is weighed for X, beside the two that others use: npm's twitter-text and PyPI's
twitter-text-parser.

    python benchmarks/text.py [--rounds 5] [--port PYTHON]

All sides take turns in one run. The JavaScript is the one that `.ci/run` installs; the Python port
needs an interpreter of its own, because it imports `pkg_resources`:

    python -m venv port && port/bin/pip install twitter-text-parser "setuptools<81"
    python benchmarks/text.py --port port/bin/python
"""

import argparse
import compileall
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
# In place of this folder, where the standard library would find a benchmark under the name of its
# own module.
sys.path[0] = str(ROOT)

from bot.core.network import NETWORKS, Network, X  # noqa: E402 - the checkout's own
from bot.core.text import parts as splitting  # noqa: E402 - as above

SECONDS = 0.3
REFERENCE = ROOT / ".ci" / "node_modules" / "twitter-text"
ENGLISH = (
    "The authors ask how far a small model gets with more data, e.g. ten times as much, and find "
    "that it gets far. "
    "Their curves bend only late. The code is at https://github.com/example/small-models and the "
    "paper is free. "
    "Compare Kaplan et al. (2020), who trained v2.0 of the same network for a week. #mlcollage "
)
CHINESE = (
    "作者想知道，用更多的数据训练一个小模型能走多远，结果是走得很远。曲线直到很晚才变平。"
    "代码见 https://github.com/example/small-models ，论文是免费的。对比方法把 Transformer "
    "训练了一周。 #mlcollage "
)
TEXTS = {
    f"{length:,} {name}": (said * (length // len(said) + 1))[:length]
    for length in (280, 20_000)
    for name, said in (("English", ENGLISH), ("Chinese", CHINESE))
}
JAVASCRIPT = """
const { parseTweet } = require(process.argv[1]);
const said = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (let begun = Date.now(); Date.now() - begun < 300; ) parseTweet(said);
const begun = process.hrtime.bigint();
const seconds = () => Number(process.hrtime.bigint() - begun) / 1e9;
let count = 0, spent = 0;
for (; spent < Number(process.argv[2]); spent = seconds()) { parseTweet(said); count++; }
console.log(count / spent);
"""
PORT = """
import json, sys, time
from twitter_text import parse_tweet
said = json.load(sys.stdin)
count, begun = 0, time.perf_counter()
while (spent := time.perf_counter() - begun) < float(sys.argv[1]):
    parse_tweet(said)
    count += 1
print(count / spent)
"""


def ours(said: str) -> float:
    X.length(said)
    count, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < SECONDS:
        X.length(said)
        count += 1
    return count / spent


def asked(command: list[str]) -> Callable[[str], float]:
    def rate(said: str) -> float:
        done = subprocess.run(
            command,
            input=json.dumps(said),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return float(done.stdout)

    return rate


def sides(port: str) -> dict[str, Callable[[str], float]]:
    """Who takes part; what is missing is said."""
    found: dict[str, Callable[[str], float]] = {"ours": ours}
    node = shutil.which("node")
    if node and REFERENCE.exists():
        found["npm twitter-text"] = asked([node, "-e", JAVASCRIPT, str(REFERENCE), str(SECONDS)])
    else:
        print(
            "Without npm's twitter-text: "
            f"{'node is not installed' if not node else f'{REFERENCE} is missing'}."
        )
    if subprocess.run([port, "-c", "import twitter_text"], capture_output=True).returncode == 0:
        found["twitter-text-parser"] = asked([port, "-c", PORT, str(SECONDS)])
    else:
        print(f"Without PyPI's twitter-text-parser: {port} cannot import it (see --help).")
    return found


def lengths(rounds: int, port: str) -> None:
    taking_part = sides(port)
    rates: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for kind, said in TEXTS.items():
            for name, rate in taking_part.items():
                rates.setdefault((kind, name), []).append(rate(said))
    print(f"\n{'texts weighed a second':<24}" + "".join(f"{name:>22}" for name in taking_part))
    for kind in TEXTS:
        middle = {name: statistics.median(rates[kind, name]) for name in taking_part}
        ratios = "".join(
            f"{middle['ours'] / rate:>11.2f} ×{rate:>9,.1f}"
            for name, rate in middle.items()
            if name != "ours"
        )
        print(f"{kind:<24}{middle['ours']:>22,.1f}{ratios}")
    print("(× is ours against theirs; goals at 280 characters: 0.5 × npm, 30 × the port)")
    for name in ("English", "Chinese"):
        short, long = (
            statistics.median(rates[f"{length:,} {name}", "ours"]) * length
            for length in (280, 20_000)
        )
        print(
            f"{name}: {short / 1e6:.1f} million characters a second at 280, "
            f"{long / 1e6:.1f} at 20,000"
        )


def spent_by(code: str) -> float:
    """The least processor time, in milliseconds, of so many fresh interpreters."""
    least = float("inf")
    for _ in range(20):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        least = min(least, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return least * 1000


def imports() -> None:
    compileall.compile_dir(ROOT / "bot" / "core", quiet=1)
    bare, whole = spent_by("pass"), spent_by("from bot.core.text import counting, parts")
    print(
        f"\nimport of bot.core.text: {whole - bare:.1f} ms over bare Python's {bare:.1f} "
        "(goal: under 30)"
    )


def splits() -> None:
    """What a paragraph's way into parts costs, and how often it asks whether a text fits."""
    print()
    for name, language, said in (("English", "en", ENGLISH * 4), ("Chinese", "zh", CHINESE * 4)):
        for network in NETWORKS.values():
            asked_for: list[str] = []

            def fits(
                part: str,
                network: Network = network,
                seen: list[str] = asked_for,
            ) -> bool:
                seen.append(part)
                return network.fits(part)

            splitting.split(said, language, fits)
            asked_for.clear()
            begun = time.perf_counter()
            parts = splitting.split(said, language, fits)
            spent = (time.perf_counter() - begun) * 1000
            print(f"split {len(said):,} {name} characters for {network.name}: ", end="")
            print(f"{len(parts)} parts, {len(asked_for)} tried, {spent:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often all take their turn")
    parser.add_argument(
        "--port",
        default=sys.executable,
        metavar="PYTHON",
        help="an interpreter with twitter-text-parser",
    )
    given = parser.parse_args()
    lengths(given.rounds, given.port)
    imports()
    splits()


if __name__ == "__main__":
    main()
