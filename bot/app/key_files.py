"""Files that keep keys for their owner alone, and the sections of config.toml that name them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import files, secret_sources, system
from bot.config import Config, read_source
from bot.core.errors import BadInput, NotAllowed, Unavailable
from bot.core.settings import Table


def kept(config: Config, values: Mapping[str, Any]) -> Path | None:
    """The file of keys that a section of the configuration names; None where it names none."""
    name = values.get("secrets_file")
    if not isinstance(name, str) or not name:
        return None
    return (config.folder / Path(name).expanduser()).absolute()


def is_same(one: Path, other: Path) -> bool:
    """Whether both paths lead to the same place."""
    return one.resolve() == other.expanduser().resolve()


def check_source(settings: Table, keys: Sequence[str]) -> None:
    """Raise `NotAllowed` where a key stands in a place that goes before the file of all keys."""
    for key in keys:
        if source := secret_sources.source_of(settings, key):
            raise NotAllowed(
                f"[{settings.path}] takes its {key} from {source}: renew it there, or take it away "
                "from there first."
            )


def new_place(config: Config, name: str, secrets: Path | None) -> Path:
    """The path at which new keys will be kept: `secrets`, or one in the user's home.

    Raises `NotAllowed` where it is somebody else's or could be committed: inside a repository or
    beside the configuration; and `BadInput` for a place that cannot be.
    """
    default = Path.home() / ".config" / "mlcollage" / f"{name}.toml"
    file = (secrets or default).expanduser().absolute()
    if file.is_dir():
        raise BadInput(
            f"{file} is a folder; name the file that shall hold the keys: "
            f"--secrets {file / default.name}"
        )
    repository = next((folder for folder in file.parents if (folder / ".git").exists()), None)
    if repository or file.parent == config.folder:
        unsafe = repository or config.folder
        raise NotAllowed(f"{file} could be committed from {unsafe}; name a place elsewhere.")
    if file.exists():
        raise NotAllowed(
            f"{file} is there already and stays as it is; name another one with --secrets."
        )
    return file


def keep(file: Path, keys: Mapping[str, str]) -> None:
    """Write the keys into their file, for its owner alone; raises `Unavailable` where that fails.

    It is there with all of them or, where it was there before, with the old ones.
    """
    import tomlkit  # heavy: 40 ms, for this command only

    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.put(file, tomlkit.dumps(keys).encode(), files.PRIVATE)
    except OSError as error:
        why = system.why(error, file)
        raise Unavailable(f"{file} cannot be written: {why}. Nothing was saved.") from None


def short(file: Path) -> str:
    """The path with "~" for the user's home."""
    if file.is_relative_to(Path.home()):
        return f"~/{file.relative_to(Path.home())}"
    return str(file)


def write_section(
    config: Config, kind: str, name: str, values: Mapping[str, Any], *, is_there: bool
) -> None:
    """Write values into `[KIND.NAME]` of the configuration; the rest and its comments stay.

    Where it `is_there` its other values stay as well. The file is the old one or the new one,
    never a part of it. Raises `Unavailable` where it cannot be written.
    """
    import tomlkit  # heavy: 40 ms, for this command only

    document: Any = tomlkit.parse(read_source(config.file))
    sections = document.setdefault(kind, tomlkit.table(is_super_table=True))
    known = sections.get(name, {})
    if not is_there:
        # In place of an outbox of that name, where there was one.
        sections[name] = values
    for key, value in values.items():
        # What does not change keeps its comment.
        if known.get(key) != value:
            sections[name][key] = value
    try:
        # Where it is a link, the file that it leads to is written.
        files.put(config.file.resolve(), tomlkit.dumps(document).encode())
    except OSError as error:
        why = system.why(error, config.file)
        raise Unavailable(f"{config.file} cannot be written: {why}; it is as it was.") from None
