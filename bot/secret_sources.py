"""Where keys and passwords come from: the environment, a file that a setting names, the setting."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bot import files
from bot.core import settings, toml
from bot.core.collage import one_line, shown
from bot.core.errors import BadConfig
from bot.core.settings import Secret, Table, nearest

SIZE = 1_000_000
"""Bytes that a file of secrets may have."""


class Place(NamedTuple):
    """Where a secret is set: its table and key, and the folder that paths count from."""

    table: Table
    key: str
    folder: Path

    def wrong(self, file: str, variable: str, why: str) -> BadConfig:
        """The error for a value that `read` gave, which names where it stands."""
        if os.environ.get(variable):
            return BadConfig(f"{variable} in the environment {why}.")
        key = f"{self.key}_file" if file else self.key
        return self.table.wrong(key, f"names {shown(file)}, which {why}" if file else why)


def read(place: Place, written: str, file: str, variable: str) -> Secret:
    """A secret from the environment, else from the file its `*_file` names, else as written.

    Raises `BadConfig` where that file cannot be read.
    """
    if in_environment := os.environ.get(variable):
        return Secret(in_environment)
    if not file:
        return Secret(written)
    try:
        text = files.read_text(place.folder / file, SIZE, "a file of secrets")
    except files.Unreadable as error:
        key = f"{place.key}_file"
        raise place.table.wrong(key, f"names {shown(file)}: {error}") from None
    return Secret(text.strip())


def with_secrets(table: Table, keys: Sequence[str], folder: Path) -> Table:
    """An account's table with its secrets, the keys named by `keys`, filled in.

    Each is taken from the first of: the environment (MLCOLLAGE_ACCOUNT_KEY), a file of its own
    (`KEY_file`), the table itself, the `secrets_file`. Raises `BadConfig`.
    """
    if not keys:
        return table
    shared = _secrets_file(table, keys, folder)
    secrets = {}
    for key in keys:
        written = _value(table, key, settings.secret_text) or shared.get(key, "")
        file = _value(table, f"{key}_file", settings.text)
        variable = _variable(table, key)
        if secret := read(Place(table, key, folder), written, file, variable):
            secrets[key] = secret
    return Table(table.file, table.path, {**table.values, **secrets})


def source_of(table: Table, key: str) -> str:
    """Where an account's key stands that goes before its `secrets_file`; "" where it does not."""
    variable = _variable(table, key)
    if os.environ.get(variable):
        return f"the environment ({variable})"
    if table.values.get(f"{key}_file"):
        return f"the file that {key}_file names"
    if table.values.get(key):
        return table.file
    return ""


def _variable(table: Table, key: str) -> str:
    """The environment variable of an account's key: MLCOLLAGE_ACCOUNT_KEY."""
    account = table.path.rpartition(".")[2].replace("-", "_")
    return f"MLCOLLAGE_{account}_{key}".upper()


def _value(table: Table, key: str, reader: settings.Reader) -> str:
    """A table's checked value as text, empty where the key is left out."""
    if key not in table.values:
        return ""
    try:
        return str(reader(table.values[key]))
    except ValueError as error:
        raise table.wrong(key, str(error)) from None


def _secrets_file(table: Table, keys: Sequence[str], folder: Path) -> Mapping[str, str]:
    """The secrets in the TOML file an account names.

    Raises `BadConfig` where the file cannot be read, holds another key, or where other users of
    the machine may read it.
    """
    name = _value(table, "secrets_file", settings.some_text)
    if not name:
        return {}
    try:
        file = folder / Path(name).expanduser()
        if files.is_exposed(file):
            raise table.wrong(
                "secrets_file", f"names {shown(name)}, which others may read; run: chmod 600 {name}"
            )
        values = toml.load(files.read_text(file, SIZE, "a file of secrets"))
    except files.Missing:
        raise table.wrong("secrets_file", f"names {shown(name)}, which is missing") from None
    except files.Unreadable as error:
        raise table.wrong("secrets_file", f"names {shown(name)}, which {error}") from None
    except toml.BadToml as error:
        # Other reasons may quote a part of a secret.
        reason = error if error.is_ours else f"line {error.line}"
        raise table.wrong(
            "secrets_file", f"names {shown(name)}, which is no valid TOML: {reason}"
        ) from None
    # A "~" without a home folder.
    except RuntimeError:
        raise table.wrong(
            "secrets_file", f"names {shown(name)}, which has no home folder"
        ) from None
    secrets = Table(one_line(name), "", values)
    for key in values:
        if key not in keys:
            raise secrets.wrong(key, f"is no secret{nearest(key, keys)}")
    return {key: _value(secrets, key, settings.secret_text) for key in values}
