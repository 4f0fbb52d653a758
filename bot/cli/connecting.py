"""From nothing to a working account, step by step in the terminal."""

import os
from pathlib import Path
from typing import Any

import click

from bot import config
from bot.app import assemble
from bot.cli import options
from bot.config import Config
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.core.settings import Secret, Table

STEPS = """To post on X you need an app of the account that posts:

1. Log in to X with that account and open https://developer.x.com/en/portal/dashboard
2. Make a project with an app. Posting is paid per use: add credits under Billing.
3. In the app: User authentication settings → Set up → App permissions: "Read and write"; any callback address will do.
4. Keys and tokens: make the API key and secret, then the access token and secret.
   The access token must say "Read and Write"; one made before step 3 does not, and has to be made again.

Nothing that you type here is shown or put into config.toml.
"""
QUESTIONS = {
    "consumer_key": "API key",
    "consumer_secret": "API key secret",
    "access_token": "Access token",
    "access_token_secret": "Access token secret",
}


@click.group("connect", epilog="Example: mlcollage connect x")
def connect_command() -> None:
    """Connect an account on a network."""


@connect_command.add_command
@options.command("x", "mlcollage connect x --account lab")
@click.option("--account", default="x", show_default=True, help="What it is called in config.toml.")
@click.option(
    "--secrets",
    type=click.Path(path_type=Path),
    help="Where to keep the keys; default: ~/.config/mlcollage.",
)
@click.option("--base-url", default="https://api.x.com", hidden=True)
def x_command(config_file: str | None, account: str, secrets: Path | None, base_url: str) -> None:
    """Ask for the keys of an X account, check them, and keep them where only you can read them."""
    own = options.load(config_file)
    file = _place(own, account, secrets)
    click.echo(STEPS)
    keys = {
        key: click.prompt(question, hide_input=True).strip() for key, question in QUESTIONS.items()
    }
    values: dict[str, Any] = {
        "network": "x",
        **({"base_url": base_url} if base_url != "https://api.x.com" else {}),
    }
    given = values | {key: Secret(value) for key, value in keys.items()}
    publisher = assemble.publisher(own, Table(own.file.name, f"accounts.{account}", given))
    if problem := publisher.check():
        raise BadInput(f"X does not accept these keys: {problem} Nothing was saved.")
    _keep(file, keys)
    values |= {"username": publisher.identity.removeprefix("@"), "secrets_file": _short(file)}
    _add_account(own, account, values)
    click.echo(f"Connected as {publisher.identity}. The keys are in {file}, for you alone.")
    click.echo(f"{own.file.name} has [accounts.{account}] now. See: mlcollage doctor")


def _place(own: Config, account: str, secrets: Path | None) -> Path:
    """Where the keys will be kept: outside any repository, and not beside the configuration."""
    if account in own.accounts and own.accounts[account].values.get("network") != "outbox":
        raise NotAllowed(
            f"[accounts.{account}] is in {own.file.name} already; name another one with --account."
        )
    file = (
        (secrets or Path.home() / ".config" / "mlcollage" / f"{account}.toml")
        .expanduser()
        .absolute()
    )
    repository = next((folder for folder in file.parents if (folder / ".git").exists()), None)
    if repository or file.parent == own.folder:
        raise NotAllowed(
            f"{file} could be committed from {repository or own.folder}; name a place elsewhere."
        )
    if file.exists():
        raise NotAllowed(
            f"{file} is there already and stays as it is; name another one with --secrets."
        )
    return file


def _keep(file: Path, keys: dict[str, str]) -> None:
    """Write the keys into a new file that nobody else may ever have been able to read."""
    import tomlkit  # heavy: 40 ms, for this command only

    lines = tomlkit.dumps(keys)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(lines)
    except OSError as error:
        raise Unavailable(
            f"{file} cannot be written: {error.strerror or error}. Nothing was saved."
        ) from None


def _short(file: Path) -> str:
    return f"~/{file.relative_to(Path.home())}" if file.is_relative_to(Path.home()) else str(file)


def _add_account(own: Config, account: str, values: dict[str, Any]) -> None:
    """Add the account's section to the configuration; everything else there stays as it is."""
    import tomlkit  # heavy: 40 ms, for this command only

    document: Any = tomlkit.parse(config.read_source(own.file))
    accounts = document.setdefault("accounts", tomlkit.table(is_super_table=True))
    accounts[account] = values
    own.file.write_text(tomlkit.dumps(document), encoding="utf-8")
