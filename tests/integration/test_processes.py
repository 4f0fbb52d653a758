"""A child process ends at its bounds, and gets nothing that it does not need."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import environment, processes
from bot.processes import Bounds, BrokeOff, Lasting, NoAnswer, TooLong
from tests.e2e.process import ENVIRONMENT
from tests.waiting import until

BOUNDS = Bounds(20, 200_000_000)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


def ask(script: Path, source: str, bounds: Bounds = BOUNDS, question: bytes = b"") -> bytes:
    script.write_text(source, encoding="utf-8")
    return processes.ask(script, question, bounds, environment.for_children())


def test_a_script_reads_its_question_and_what_it_writes_is_the_answer(script: Path) -> None:
    source = "import sys; sys.stdout.write(sys.stdin.read().upper())"
    assert ask(script, source, question=b"one\ntwo") == b"ONE\nTWO"


def test_a_child_that_does_not_end_is_ended(script: Path) -> None:
    start = time.monotonic()
    with pytest.raises(TooLong, match=r"^did not end within 0\.5 s$"):
        ask(script, "import time; time.sleep(60)", Bounds(0.5, BOUNDS.memory))
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "source",
    ["bytearray(10**10)", "x = []\nwhile True: x.append(bytes(10**6))"],
    ids=["at once", "bit by bit"],
)
def test_a_child_gets_no_more_memory_than_its_bound(script: Path, source: str) -> None:
    with pytest.raises(BrokeOff):
        ask(script, source)


def test_a_child_that_fails_gave_no_answer_whatever_it_wrote(script: Path) -> None:
    with pytest.raises(NoAnswer, match=r"^broke off \(3\)$"):
        ask(script, "print('nearly', flush=True); import os; os._exit(3)")


def test_a_child_ends_when_whoever_asked_was_killed(script: Path, tmp_path: Path) -> None:
    """In one call of a library, which no thread of its own could end."""
    lines = [
        "import os, pathlib",
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))",
        "sum(range(10 ** 12))",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    source = (
        "import pathlib; from bot import config, processes\n"
        f"processes.ask(pathlib.Path({str(script)!r}), b'', processes.Bounds(1, 10 ** 9), {{}})"
    )
    with subprocess.Popen([sys.executable, "-c", source], env=ENVIRONMENT) as asking:
        pid = tmp_path / "pid"
        until(lambda: pid.exists() and pid.read_text() != "")
        asking.kill()
    child = int(pid.read_text())
    try:
        until(lambda: not is_running(child))
    except AssertionError:
        os.kill(child, signal.SIGKILL)
        raise


def is_running(pid: int) -> bool:
    """Whether a process is there, and not only waits to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"
    except OSError:
        return False


def test_a_child_inherits_what_it_needs_and_no_secret(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "MLCOLLAGE_X_ACCESS_TOKEN": "hush",
        "MLCOLLAGE_DATABASE_URL": "hush",
        "PGPASSWORD": "hush",
        "AWS_SECRET_ACCESS_KEY": "hush",
    }
    needed = {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "localhost", "LC_ALL": "C.UTF-8"}
    for name, value in (secrets | needed).items():
        monkeypatch.setenv(name, value)
    answer = ask(script, "import json, os; print(json.dumps(dict(os.environ)))")
    inherited = json.loads(answer)
    assert inherited["PATH"] == os.environ["PATH"]
    assert needed.items() <= inherited.items()
    assert "hush" not in inherited.values()


def test_a_child_has_no_open_file_but_its_three(script: Path, tmp_path: Path) -> None:
    with (tmp_path / "open").open("w", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        answer = ask(script, "import os; print(len(os.listdir('/proc/self/fd')))")
    # Those three, and the folder that is listed.
    assert int(answer) == 4


# One that answers several questions

ANSWERING = """
import os, time
def answer(question):
    print("this is no answer")
    if question == b"die":
        os._exit(7)
    if question == b"sleep":
        time.sleep(60)
    return b"%d %s" % (os.getpid(), question.upper())
"""


@pytest.fixture
def lasting(script: Path) -> Iterator[Lasting]:
    script.write_text(ANSWERING, encoding="utf-8")
    made = Lasting(script, Bounds(2, BOUNDS.memory), environment.for_children())
    yield made
    made.close()


def test_one_child_answers_all_questions(lasting: Lasting) -> None:
    questions = [b"", b"one", b"\n\0" * 1_000_000]
    answers = [lasting.ask(question).split(b" ", 1) for question in questions]
    assert [answer for _, answer in answers] == [question.upper() for question in questions]
    assert len({pid for pid, _ in answers}) == 1


@pytest.mark.parametrize(("bad", "error"), [(b"die", BrokeOff), (b"sleep", TooLong)])
def test_a_child_that_gave_no_answer_is_replaced(
    lasting: Lasting, bad: bytes, error: type[NoAnswer]
) -> None:
    first = lasting.ask(b"one")
    with pytest.raises(error):
        lasting.ask(bad)
    second = lasting.ask(b"one")
    assert second.endswith(b" ONE")
    assert first != second


def test_a_child_that_is_spent_is_replaced_after_its_answer(script: Path) -> None:
    script.write_text(ANSWERING + "\ndef is_spent():\n    return True\n", encoding="utf-8")
    with closing(Lasting(script, Bounds(2, BOUNDS.memory), environment.for_children())) as lasting:
        first, second = (int(lasting.ask(b"one").split()[0]) for _ in range(2))
        assert first != second
        assert not is_running(first)


def test_a_child_that_was_killed_in_between_is_replaced(lasting: Lasting) -> None:
    pid = int(lasting.ask(b"one").split()[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_running(pid))
    assert lasting.ask(b"two").endswith(b" TWO")


def test_a_lasting_child_ends_with_the_process_that_asks(script: Path) -> None:
    script.write_text(ANSWERING, encoding="utf-8")
    source = (
        "import pathlib, sys; from bot.processes import Bounds, Lasting\n"
        f"asking = Lasting(pathlib.Path({str(script)!r}), Bounds(20, 10 ** 9), {{}})\n"
        "print(asking.ask(b'x').split()[0].decode(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", source],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as asking:
        assert asking.stdout
        child = int(asking.stdout.readline())
        asking.kill()
    until(lambda: not is_running(child))


def run(*command: str, seconds: float = 20, given: bytes = b"") -> processes.Ran:
    allowed = processes.Allowed(seconds)
    return processes.run(command, environment.for_children(), allowed, Path("/"), given)


def test_a_program_of_others_is_run_and_its_end_told() -> None:
    ran = run("sh", "-c", "read line; echo $line in $PWD; echo trouble >&2; exit 3", given=b"now\n")
    assert (ran.code, ran.stdout) == (3, "now in /\n")
    assert sorted(ran.output.splitlines()) == ["now in /", "trouble"]


def test_of_a_program_that_prints_without_end_the_last_is_kept() -> None:
    ran = run("sh", "-c", "yes | head -n 1000000; echo last")
    assert ran.stdout.endswith("y\nlast\n")
    assert len(ran.stdout) == 50_000


def test_a_program_that_is_not_there_is_said_so() -> None:
    with pytest.raises(processes.NotStarted, match=r"^is not there$"):
        run("no-such-program")
    with pytest.raises(processes.NotStarted, match=r"^may not be run$"):
        run("/etc/passwd")


def test_a_program_ends_with_all_it_has_started_when_its_time_is_over(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(TooLong, match=r"^did not end within 0\.5 s$"):
        run("sh", "-c", f"(sleep 2; touch {tmp_path}/late) & sleep 60", seconds=0.5)
    assert time.monotonic() - start < 5
    time.sleep(2)
    assert not (tmp_path / "late").exists()


def test_a_program_ends_when_the_process_that_asked_is_killed(tmp_path: Path) -> None:
    command = ["sh", "-c", f"touch {tmp_path}/begun; sleep 3; touch {tmp_path}/late"]
    source = (
        f"from pathlib import Path; from bot import processes; "
        f"processes.run({command}, {{}}, processes.Allowed(60), Path('/'))"
    )
    asking = subprocess.Popen((sys.executable, "-c", source))
    until(lambda: (tmp_path / "begun").exists())
    asking.kill()
    asking.wait()
    time.sleep(3.5)
    assert not (tmp_path / "late").exists()
