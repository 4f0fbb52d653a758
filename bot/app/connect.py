"""Connects an account: checks its keys, keeps them in a file, and adds it to the configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import files
from bot.app import assemble
from bot.config import Config, read_source
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.core.settings import Secret, Table

X_API = "https://api.x.com"


def place(config: Config, account: str, secrets: Path | None = None) -> Path:
    """The path at which the keys will be kept: `secrets`, or one in the user's home.

    Raises `NotAllowed` where the account is configured already, the file exists, or it could be
    committed: inside a repository or beside the configuration.
    """
    settings = config.accounts.get(account)
    if settings and settings.values.get("network") != "outbox":
        raise NotAllowed(
            f"[accounts.{account}] is in {config.file.name} already; "
            "name another one with --account."
        )
    default = Path.home() / ".config" / "mlcollage" / f"{account}.toml"
    file = (secrets or default).expanduser().absolute()
    repository = next((folder for folder in file.parents if (folder / ".git").exists()), None)
    if repository or file.parent == config.folder:
        unsafe = repository or config.folder
        raise NotAllowed(f"{file} could be committed from {unsafe}; name a place elsewhere.")
    if file.exists():
        raise NotAllowed(
            f"{file} is there already and stays as it is; name another one with --secrets."
        )
    return file


def x(
    config: Config, account: str, keys: Mapping[str, str], file: Path, base_url: str = X_API
) -> str:
    """Check the keys of an X account, keep them in `file`, and add the account to config.toml.

    Returns the name that the account posts under. Raises `BadInput` where X does not accept the
    keys, and `Unavailable` where a file cannot be written; nothing is saved then.
    """
    values: dict[str, Any] = {"network": "x"}
    if base_url != X_API:
        values["base_url"] = base_url
    given = values | {key: Secret(value) for key, value in keys.items()}
    publisher = assemble.publisher(config, Table(config.file.name, f"accounts.{account}", given))
    if problem := publisher.check():
        raise BadInput(f"X does not accept these keys: {problem} Nothing was saved.")
    _keep(file, keys)
    values |= {"username": publisher.identity.removeprefix("@"), "secrets_file": _short(file)}
    try:
        _add_account(config, account, values)
    except BaseException:
        # Both or none: a file that is there already would be refused the next time.
        file.unlink(missing_ok=True)
        raise
    return publisher.identity


def _keep(file: Path, keys: Mapping[str, str]) -> None:
    """Write the keys into a new file, for its owner alone; raises `Unavailable` where that fails.

    It is there whole or not at all.
    """
    import tomlkit  # heavy: 40 ms, for this command only

    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.create(file, tomlkit.dumps(keys).encode(), files.PRIVATE)
    except OSError as error:
        why = error.strerror or error
        raise Unavailable(f"{file} cannot be written: {why}. Nothing was saved.") from None


def _short(file: Path) -> str:
    """The path with "~" for the user's home."""
    if file.is_relative_to(Path.home()):
        return f"~/{file.relative_to(Path.home())}"
    return str(file)


def _add_account(config: Config, account: str, values: dict[str, Any]) -> None:
    """Add the account's section to the configuration; the rest and its comments stay.

    The file is the old one or the new one, never a part of it. Raises `Unavailable` where it
    cannot be written.
    """
    import tomlkit  # heavy: 40 ms, for this command only

    document: Any = tomlkit.parse(read_source(config.file))
    accounts = document.setdefault("accounts", tomlkit.table(is_super_table=True))
    accounts[account] = values
    try:
        # Where it is a link, the file that it leads to is written.
        files.put(config.file.resolve(), tomlkit.dumps(document).encode())
    except OSError as error:
        why = error.strerror or error
        raise Unavailable(f"{config.file} cannot be written: {why}; it is as it was.") from None
