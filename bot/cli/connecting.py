"""From nothing to a working account, step by step in the terminal."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from bot.app import connect, connect_destination
from bot.app.connect import Connected
from bot.cli import completion, options, output
from bot.config import Config
from bot.core.errors import BadInput, NotAllowed
from bot.destinations.buttondown import setup as buttondown
from bot.destinations.ghost import setup as ghost
from bot.destinations.wordpress import setup as wordpress
from bot.publishers.bluesky import setup as bluesky
from bot.publishers.mastodon import oauth
from bot.publishers.mastodon import setup as mastodon
from bot.publishers.x import setup as x

Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def _named(option: str, default: str, **more: Any) -> Option:
    """The option that names what is connected, an account or a destination."""
    told = "What it is called in config.toml."
    return click.option(option, default=default, show_default=True, help=told, **more)


def _account(default: str) -> Option:
    return _named("--account", default, shell_complete=completion.accounts)


def _secrets(what: str, name: str) -> Option:
    """The option for the file that keeps keys: of what, and by whose name it is called."""
    default = f"default: the one it has, or ~/.config/mlcollage/{name}.toml."
    return click.option(
        "--secrets",
        type=click.Path(readable=False, path_type=Path),
        metavar="FILE",
        help=f"The file that keeps the {what}; {default}",
    )


@options.group("connect", "mlcollage connect x")
def connect_command() -> None:
    """Connect an account, or a destination of roundups."""


@connect_command.add_command
@options.command("x", "mlcollage connect x --account lab")
@_account("x")
@_secrets("keys", "ACCOUNT")
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
@_account("bluesky")
@_secrets("app password", "ACCOUNT")
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
@_account("mastodon")
@click.option(
    "--token",
    "by_token",
    is_flag=True,
    help="Ask for an access token that was made on the server, instead of a code.",
)
@_secrets("access token", "ACCOUNT")
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


@connect_command.add_command
@options.command("wordpress", "mlcollage connect wordpress --url blog.example.org --user lab")
@click.option(
    "--url",
    default="",
    metavar="URL",
    help="The site's address, such as blog.example.org; asked for where it is not known.",
)
@click.option(
    "--user",
    default="",
    metavar="NAME",
    help="The user who is the author there; asked for where it is not known.",
)
@_named("--destination", "wordpress")
@_secrets("key", "NAME")
def wordpress_command(
    config_file: str | None, url: str, user: str, destination: str, secrets: Path | None
) -> None:
    """Connect a WordPress site: ask for an application password, check it, and keep it where only
    you can read it.

    Of a destination that is in config.toml already, the password is renewed.
    """
    site = _Site(options.load(config_file), destination, "wordpress", secrets)
    new = {"base_url": site.address(url, wordpress.EXAMPLE)}
    click.echo(wordpress.STEPS)
    new["username"] = site.value("username", user) or _typed(wordpress.USER)
    site.connect(new, wordpress.QUESTIONS)


@connect_command.add_command
@options.command("ghost", "mlcollage connect ghost --url blog.example.org")
@click.option(
    "--url",
    default="",
    metavar="URL",
    help="The address of the site's admin, without /ghost; asked for where it is not known.",
)
@_named("--destination", "ghost")
@_secrets("key", "NAME")
def ghost_command(
    config_file: str | None, url: str, destination: str, secrets: Path | None
) -> None:
    """Connect a Ghost site: ask for an Admin API key, check it, and keep it where only you can
    read it.

    Of a destination that is in config.toml already, the key is renewed.
    """
    site = _Site(options.load(config_file), destination, "ghost", secrets)
    new = {"base_url": site.address(url, ghost.EXAMPLE)}
    click.echo(ghost.STEPS)
    site.connect(new, ghost.QUESTIONS)


@connect_command.add_command
@options.command("buttondown", "mlcollage connect buttondown")
@_named("--destination", "buttondown")
@_secrets("key", "NAME")
@click.option("--base-url", default=buttondown.SERVER, hidden=True)
def buttondown_command(
    config_file: str | None, destination: str, secrets: Path | None, base_url: str
) -> None:
    """Connect a newsletter at Buttondown: ask for an API key, check it, and keep it where only you
    can read it.

    Of a destination that is in config.toml already, the key is renewed.
    """
    site = _Site(options.load(config_file), destination, "buttondown", secrets)
    click.echo(buttondown.STEPS)
    new = {} if base_url == buttondown.SERVER else {"base_url": base_url}
    site.connect(new, buttondown.QUESTIONS)


class _Site:
    """A destination that is being connected; the place of its key is settled before it is asked
    for: nobody shall type it in vain.
    """

    def __init__(self, config: Config, name: str, kind: str, secrets: Path | None) -> None:
        self._config, self._name, self._kind = config, name, kind
        self._file = connect_destination.place(config, name, kind, secrets)
        self._is_renewal = connect_destination.is_renewal(config, name, kind)

    def value(self, key: str, given: str) -> str:
        """A setting: the one that the destination has, or the one that was given.

        Raises `NotAllowed` where these are two.
        """
        known = connect_destination.known(self._config, self._name, self._kind, key)
        if known and given and known != given:
            raise NotAllowed(
                f"[destinations.{self._name}] in {self._config.file.name} has {key} = "
                f'"{known}"; name another destination with --destination.'
            )
        return known or given

    def address(self, given: str, example: str) -> str:
        """The site's address, which is asked for where nothing tells it."""
        if not (given or self.value("base_url", "")):
            given = _typed(f"Address of the site, such as {example.partition('//')[2]}")
        return self.value("base_url", connect_destination.address(given, example) if given else "")

    def connect(self, new: dict[str, str], questions: Mapping[str, str]) -> None:
        """Ask for the key, keep it, and say what was connected and what to do next."""
        keys = {key: _asked(question) for key, question in questions.items()}
        checked = connect_destination.save(
            self._config, self._name, keys, self._file, {"kind": self._kind, **new}
        )
        click.echo(f"Connected as {checked.identity}. The key is in {self._file}, for you alone.")
        for problem in checked.problems:
            click.echo(problem)
        output.add(destination=self._name, identity=checked.identity, keys_file=str(self._file))
        file = self._config.file.name
        if self._is_renewal:
            click.echo(f"[destinations.{self._name}] has a new key. Restart a bot that is running.")
        else:
            click.echo(
                f"{file} has [destinations.{self._name}] now. To publish roundups there, add to "
                f'the table "roundup" of your series: destinations = ["{self._name}"]'
            )


def _typed(question: str) -> str:
    """The answer to a question for what everybody may know."""
    answer: str = click.prompt(question, err=output.is_json())
    return answer.strip()


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
