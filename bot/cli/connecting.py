"""From nothing to a working account, step by step in the terminal."""

import sys
from pathlib import Path

import click

from bot.app import connect
from bot.app.connect import Connected
from bot.cli import completion, options, output
from bot.config import Config
from bot.core.errors import BadInput, NotAllowed
from bot.publishers.bluesky import setup as bluesky
from bot.publishers.mastodon import oauth
from bot.publishers.mastodon import setup as mastodon
from bot.publishers.x import setup as x


@options.group("connect", "mlcollage connect x")
def connect_command() -> None:
    """Connect an account on a network."""


@connect_command.add_command
@options.command("x", "mlcollage connect x --account lab")
@click.option(
    "--account",
    default="x",
    show_default=True,
    help="What it is called in config.toml.",
    shell_complete=completion.accounts,
)
@click.option(
    "--secrets",
    type=click.Path(readable=False, path_type=Path),
    metavar="FILE",
    help="The file that keeps the keys; default: the one it has, or "
    "~/.config/mlcollage/ACCOUNT.toml.",
)
@click.option("--base-url", default=x.SERVER, hidden=True)
def x_command(config_file: str | None, account: str, secrets: Path | None, base_url: str) -> None:
    """Ask for the keys of an X account, check them, and keep them where only you can read them.

    Of an account that is in config.toml already, the keys are renewed.
    """
    config = options.load(config_file)
    # Before the questions: nobody shall type four keys in vain.
    file = connect.place(config, account, "x", secrets)
    is_renewal = connect.is_renewal(config, account, "x")
    click.echo(x.STEPS)
    keys = {key: _asked(question) for key, question in x.QUESTIONS.items()}
    new = connect.new(config, account, "x", {"base_url": base_url})
    connected = connect.save(config, account, keys, file, new)
    _tell(config, account, file, connected, is_renewal=is_renewal)


@connect_command.add_command
@options.command("bluesky", "mlcollage connect bluesky --handle mlcollage.bsky.social")
@click.option(
    "--handle",
    default="",
    metavar="HANDLE",
    help="The account's handle, such as mlcollage.bsky.social; asked for where it is not known.",
)
@click.option(
    "--account",
    default="bluesky",
    show_default=True,
    help="What it is called in config.toml.",
    shell_complete=completion.accounts,
)
@click.option(
    "--secrets",
    type=click.Path(readable=False, path_type=Path),
    metavar="FILE",
    help="The file that keeps the app password; default: the one it has, or "
    "~/.config/mlcollage/ACCOUNT.toml.",
)
@click.option(
    "--server",
    default=bluesky.SERVER,
    show_default=True,
    metavar="URL",
    help="The account's server (PDS), where it has one of its own.",
)
def bluesky_command(
    config_file: str | None, handle: str, account: str, secrets: Path | None, server: str
) -> None:
    """Ask for an app password of a Bluesky account, check it, and keep it where only you can read
    it.

    Of an account that is in config.toml already, the app password is renewed.
    """
    config = options.load(config_file)
    file = connect.place(config, account, "bluesky", secrets)
    is_renewal = connect.is_renewal(config, account, "bluesky")
    click.echo(bluesky.STEPS)
    if not (handle or is_renewal):
        handle = click.prompt(bluesky.HANDLE, err=output.is_json()).strip()
    given = {"handle": handle.strip().removeprefix("@"), "base_url": server}
    new = connect.new(config, account, "bluesky", given)
    keys = {key: _asked(question) for key, question in bluesky.QUESTIONS.items()}
    connected = connect.save(config, account, keys, file, new)
    _tell(config, account, file, connected, is_renewal=is_renewal)


@connect_command.add_command
@options.command("mastodon", "mlcollage connect mastodon --server mastodon.social")
@click.option(
    "--server",
    default="",
    metavar="HOST",
    help="The account's server, such as mastodon.social; asked for where it is not known.",
)
@click.option(
    "--account",
    default="mastodon",
    show_default=True,
    help="What it is called in config.toml.",
    shell_complete=completion.accounts,
)
@click.option(
    "--token",
    "by_token",
    is_flag=True,
    help="Ask for an access token that was made on the server, instead of a code.",
)
@click.option(
    "--secrets",
    type=click.Path(readable=False, path_type=Path),
    metavar="FILE",
    help="The file that keeps the access token; default: the one it has, or "
    "~/.config/mlcollage/ACCOUNT.toml.",
)
def mastodon_command(
    config_file: str | None, server: str, account: str, by_token: bool, secrets: Path | None
) -> None:
    """Connect an account on a server with Mastodon's API: Mastodon, GoToSocial, Pleroma, snac …

    You allow it in a browser and paste the code that is shown. Of an account that is in config.toml
    already, the access token is renewed.
    """
    config = options.load(config_file)
    file = connect.place(config, account, "mastodon", secrets)
    base_url = _server(config, account, server)
    if by_token:
        click.echo(mastodon.TOKEN_STEPS.format(host=base_url, scopes=" ".join(mastodon.SCOPES)))
        token = _asked("Access token")
    else:
        app = oauth.register(base_url)
        click.echo(mastodon.STEPS.format(host=base_url, address=app.address))
        token = oauth.token(app, _asked("Code"))
    new = {"network": "mastodon", "base_url": base_url}
    is_renewal = connect.is_renewal(config, account, "mastodon")
    connected = connect.save(config, account, {"access_token": token}, file, new)
    connect.learn(config, account)
    _tell(config, account, file, connected, is_renewal=is_renewal)


def _server(config: Config, account: str, given: str) -> str:
    """The server of an account: the one it has, the one that was given, or that is asked for."""
    known = connect.server_of(config, account, "mastodon")
    if not (given or known):
        given = click.prompt("Server, such as mastodon.social", err=output.is_json())
    base_url = oauth.server_address(given) if given else known
    if known and base_url != known:
        raise NotAllowed(
            f"[accounts.{account}] in {config.file.name} is on {known}; "
            "name another account with --account."
        )
    return base_url


def _asked(question: str) -> str:
    """The answer to a question for a secret: what is typed is not shown, and may be piped in."""
    if sys.stdin.isatty():
        answer: str = click.prompt(question, hide_input=True, err=output.is_json())
        return answer.strip()
    click.echo(f"{question}: ", nl=False, err=output.is_json())
    answer = sys.stdin.readline()
    click.echo(err=output.is_json())
    if not answer:
        raise BadInput(f"Nothing was given for: {question}. Nothing was saved.")
    return answer.strip()


def _tell(
    config: Config, account: str, file: Path, connected: Connected, *, is_renewal: bool
) -> None:
    """Say what was connected, and what to do next."""
    identity, duty = connected
    click.echo(f"Connected as {identity}. The keys are in {file}, for you alone.")
    if duty:
        click.echo(duty)
    output.add(account=account, identity=identity, duty=duty or None, keys_file=str(file))
    if is_renewal:
        click.echo(
            f"[accounts.{account}] has new keys. Restart a bot that is running. "
            f"If the account is held: mlcollage release --account {account}"
        )
    else:
        click.echo(f"{config.file.name} has [accounts.{account}] now. See: mlcollage doctor")
