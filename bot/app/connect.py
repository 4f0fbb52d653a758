"""Connects an account: checks its keys, keeps them in a file, and adds it to the configuration.

For an account that is there already, its keys are renewed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bot import config as configuration
from bot.app import assemble, key_files
from bot.config import Config
from bot.core import network as networks
from bot.core import settings
from bot.core.collage import shown
from bot.core.errors import (
    BadConfig,
    BadInput,
    Blocked,
    MlcollageError,
    NotAllowed,
    Unavailable,
    ended,
)
from bot.core.settings import Secret, Table
from bot.publishers import table
from bot.sending import servers


def is_renewal(config: Config, account: str, network: str) -> bool:
    """Whether the configuration has this account on the network already, so that its keys are
    renewed.
    """
    known = config.accounts.get(account)
    return known is not None and known.values.get("network") == network


def place(config: Config, account: str, network: str, secrets: Path | None = None) -> Path:
    """The path at which the keys will be kept: `secrets`, or one in the user's home.

    Of an account that is renewed it is the file that it has, which will be replaced. Raises
    `NotAllowed` where its keys stand elsewhere, the account is on another network, the file is
    somebody else's, or it could be committed: inside a repository or beside the configuration;
    and `BadInput` for a name or a place that cannot be.
    """
    if problem := configuration.name_problem(account):
        raise BadInput(f"{shown(account)} {problem}. Give one with --account.")
    known = config.accounts.get(account)
    keys = table.secrets(network)
    key_files.check_source(known or Table(config.file.name, f"accounts.{account}", {}), keys)
    if known and is_renewal(config, account, network):
        kept = key_files.kept(config, known.values)
        if kept and (secrets is None or key_files.is_same(kept, secrets)):
            return kept
    elif known and known.values.get("network") != "outbox":
        raise NotAllowed(
            f"[accounts.{account}] in {config.file.name} is on another network; "
            "name another one with --account."
        )
    return key_files.new_place(config, account, secrets)


class Connected(NamedTuple):
    """The name that an account posts under, and what whoever has it should do; "" for nothing."""

    identity: str
    duty: str


def save(
    config: Config, account: str, keys: Mapping[str, str], file: Path, new: Mapping[str, Any]
) -> Connected:
    """Check an account's keys, keep them in `file`, and add the account to config.toml.

    `new` is what the configuration says of it where it is new there: its network and its server.
    Raises `BadInput` where the network does not
    accept the keys or they cannot post, and `Unavailable` where it cannot be asked or the file
    cannot be written; nothing is saved then.
    """
    has_account = is_renewal(config, account, new["network"])
    values = dict(config.accounts[account].values) if has_account else dict(new)
    given: dict[str, Any] = {key: value for key, value in values.items() if key != "secrets_file"}
    given |= {key: Secret(value) for key, value in keys.items()}
    connected = _checked(config, Table(config.file.name, f"accounts.{account}", given))
    key_files.keep(file, keys)
    # What a person wrote stays as it is.
    handle_key = networks.named(new["network"]).handle_key
    changed = {handle_key: connected.identity.removeprefix("@")} | values
    if file != key_files.kept(config, values):
        changed["secrets_file"] = key_files.short(file)
    try:
        key_files.write_section(config, "accounts", account, changed, is_there=has_account)
    except BaseException:
        # Both or none: a new file that is there already would be refused the next time.
        if not has_account:
            file.unlink(missing_ok=True)
        raise
    return connected


def new(config: Config, account: str, network: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration says of a new account: of its settings, those that are no defaults.

    Raises `BadInput` for what a setting cannot be.
    """
    try:
        values = Table(config.file.name, f"accounts.{account}", dict(given))
        read = settings.read(values, table.network(network).settings)
    except BadConfig as error:
        raise BadInput(str(error)) from None
    usual = table.network(network).settings()
    named = {
        key: value for key, value in given.items() if getattr(read, key) != getattr(usual, key)
    }
    return {"network": network, **named}


def server_of(config: Config, account: str, network: str) -> str:
    """The server of an account that the configuration has; "" where it has none."""
    if not is_renewal(config, account, network):
        return ""
    return str(config.accounts[account].values.get("base_url", ""))


def learn(config: Config, account: str) -> None:
    """Keep what an account's server tells of its limits, where there is a database to keep it in.

    Where that fails nobody is told: the bot asks as well.
    """
    if config.database_file and not config.database_file.exists():
        return
    try:
        context = assemble.context(configuration.load(config.file), makes=False)
    except MlcollageError:
        return
    try:
        with context.read() as work:
            account_id = work.accounts.ids()[account]
        servers.refresh(context, context.publishers[account], account_id)
    finally:
        context.database.close()


def _checked(config: Config, settings: Table) -> Connected:
    """Who the account is, once it is known that it could post.

    Raises `BadInput`, or `Unavailable` where its network cannot be asked now.
    """
    publisher = assemble.publisher(config, settings)
    try:
        publisher.profile()
    except Blocked as error:
        raise BadInput(f"{ended(str(error))} Nothing was saved.") from None
    except Unavailable as error:
        raise Unavailable(f"{error} Nothing was saved; try again later.") from None
    if problem := publisher.check():
        why = f"{publisher.identity} could not post: {ended(problem)}"
        raise BadInput(f"{why} Nothing was saved.")
    return Connected(publisher.identity, publisher.duty)
