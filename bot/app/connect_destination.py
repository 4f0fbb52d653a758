"""Connects a destination: checks its key, keeps it in a file, and adds it to the configuration.

For a destination that is there already, its key is renewed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import config as configuration
from bot.app import assemble, key_files
from bot.config import Config
from bot.core import settings
from bot.core.collage import shown
from bot.core.errors import (
    BadConfig,
    BadInput,
    MlcollageError,
    NotAllowed,
    Unavailable,
    ended,
)
from bot.core.settings import Secret, Table
from bot.destinations import table
from bot.destinations.protocol import Checked
from bot.destinations.refusals import KeyRefused


def is_renewal(config: Config, name: str, kind: str) -> bool:
    """Whether the configuration has this destination already, so that its key is renewed."""
    known = config.destinations.get(name)
    return known is not None and known.values.get("kind") == kind


def known(config: Config, name: str, kind: str, key: str) -> str:
    """A value of a destination that the configuration has; "" where it has none."""
    if not is_renewal(config, name, kind):
        return ""
    return str(config.destinations[name].values.get(key, ""))


def place(config: Config, name: str, kind: str, secrets: Path | None = None) -> Path:
    """The path at which the key will be kept: `secrets`, or one in the user's home.

    Of a destination that is renewed it is the file that it has, which will be replaced. Raises
    `NotAllowed` where its key stands elsewhere, the destination is of another kind, the file is
    somebody else's, or it could be committed; and `BadInput` for a name or a place that cannot be.
    """
    if problem := configuration.name_problem(name):
        raise BadInput(f"{shown(name)} {problem}. Give one with --destination.")
    there = config.destinations.get(name)
    raw = there or Table(config.file.name, f"destinations.{name}", {})
    key_files.check_source(raw, table.secrets(kind))
    if there and not is_renewal(config, name, kind):
        raise NotAllowed(
            f"[destinations.{name}] in {config.file.name} is of another kind; "
            "name another one with --destination."
        )
    kept = key_files.kept(config, there.values) if there else None
    if kept and (secrets is None or key_files.is_same(kept, secrets)):
        return kept
    return key_files.new_place(config, name, secrets)


def address(given: str, example: str) -> str:
    """The address of a site, from however a person gives it; raises `BadInput`."""
    url = given.strip().rstrip("/")
    if "://" not in url:
        url = f"https://{url}"
    # What stands in the browser's address bar.
    for page in ("/wp-admin", "/ghost"):
        url = url.partition(f"{page}/")[0].removesuffix(page)
    try:
        found: str = settings.base_url(example)(url)
    except ValueError as error:
        raise BadInput(f"The address {shown(given, 200)} {error}.") from None
    return found


def save(
    config: Config, name: str, keys: Mapping[str, str], file: Path, new: Mapping[str, Any]
) -> Checked:
    """Check a destination's key, keep it in `file`, and add the destination to config.toml.

    `new` is what the configuration says of it where it is new there: its kind and its address.
    Raises `BadInput` where the key is not accepted, and `Unavailable` where the destination cannot
    be asked or the file cannot be written; nothing is saved then.
    """
    is_there = is_renewal(config, name, new["kind"])
    values = dict(config.destinations[name].values) if is_there else dict(new)
    given: dict[str, Any] = {key: value for key, value in values.items() if key != "secrets_file"}
    given |= {key: Secret(value) for key, value in keys.items()}
    checked = _checked(config, Table(config.file.name, f"destinations.{name}", given))
    key_files.keep(file, keys)
    if file != key_files.kept(config, values):
        values["secrets_file"] = key_files.short(file)
    try:
        key_files.write_section(config, "destinations", name, values, is_there=is_there)
    except BaseException:
        # Both or none: a new file that is there already would be refused the next time.
        if not is_there:
            file.unlink(missing_ok=True)
        raise
    return checked


def _checked(config: Config, raw: Table) -> Checked:
    """What the destination says of itself, once its key is known to be accepted.

    Raises `BadInput`, or `Unavailable` where it cannot be asked now.
    """
    try:
        return table.make(raw, config.folder, assemble.SystemClock()).check()
    except BadConfig as error:
        raise BadInput(f"{error} Nothing was saved.") from None
    except KeyRefused as error:
        # The command that it advises is the one that is running.
        raise BadInput(f"{ended(error.fact)} Nothing was saved.") from None
    except Unavailable as error:
        raise Unavailable(f"{error} Nothing was saved; try again later.") from None
    except MlcollageError as error:
        raise BadInput(f"{ended(str(error))} Nothing was saved.") from None
