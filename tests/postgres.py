"""A real PostgreSQL on a socket in a temporary folder, for the tests that need one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

FOLDERS = [Path("/usr/local/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def binaries() -> Path | None:
    """Where initdb and pg_ctl are; None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += FOLDERS
    return next(
        (
            folder
            for folder in found
            if (folder / "initdb").exists() and (folder / "pg_ctl").exists()
        ),
        None,
    )


@contextmanager
def running(bin_folder: Path, *, durable: bool = False, place: Path | None = None) -> Iterator[str]:
    """A fresh cluster; gives a URL template with `{name}` for the database.

    `durable`: it survives a power cut. `place`: where its folder is made, if not with other
    temporary files.
    """
    home = Path(tempfile.mkdtemp(prefix="mlcollage-pg-", dir=place))
    # PostgreSQL refuses to run as root: then it runs as its own user, who needs the folder.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(home, user)
    data = home / "data"

    def run(*command: str) -> None:
        done = subprocess.run(
            command, user=user, capture_output=True, text=True, cwd=home, check=False
        )
        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"

    run(
        str(bin_folder / "initdb"),
        "-D",
        str(data),
        "-A",
        "trust",
        "-U",
        "test",
        "-E",
        "UTF8",
        "--no-sync",
    )
    fsync = "on" if durable else "off"
    options = (
        f"-k {home} -c listen_addresses='' -c fsync={fsync} -c full_page_writes={fsync} "
        "-c synchronous_commit=on -c max_connections=200"
    )
    try:
        run(
            str(bin_folder / "pg_ctl"),
            "-D",
            str(data),
            "-o",
            options,
            "-l",
            str(home / "log"),
            "-w",
            "start",
        )
        yield f"postgresql+psycopg://test@/{{name}}?host={home}"
    finally:
        run(str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


WITH_STRATEGIES = 150_000
"""The version of PostgreSQL from which one may say how a database is copied."""


class Databases:
    """The databases of a running cluster, made and dropped by one connection."""

    def __init__(self, url: str) -> None:
        """`url` is a template with `{name}` for the database."""
        self._url = url
        address = url.replace("+psycopg", "").format(name="postgres")
        self._connection = psycopg.connect(address, autocommit=True)

    def make(self, name: str, template: str = "template1") -> str:
        """A new database, a copy of its template; its URL."""
        how = ""
        if self._connection.info.server_version >= WITH_STRATEGIES:
            # Its files as they are, and not page by page through the log.
            how = "STRATEGY FILE_COPY"
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {how}".encode())
        return self._url.format(name=name)

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        self._connection.close()
