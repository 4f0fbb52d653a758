"""From nothing to a working account, step by step in the terminal."""

from pathlib import Path

import click

from bot.app import connect
from bot.cli import completion, options, output
from bot.publishers.x import setup


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
@click.option("--base-url", default=connect.X_API, hidden=True)
def x_command(config_file: str | None, account: str, secrets: Path | None, base_url: str) -> None:
    """Ask for the keys of an X account, check them, and keep them where only you can read them.

    Of an account that is in config.toml already, the keys are renewed.
    """
    config = options.load(config_file)
    # Before the questions: nobody shall type four keys in vain.
    file = connect.place(config, account, secrets)
    is_renewal = connect.is_renewal(config, account)
    click.echo(setup.STEPS)
    keys = {
        key: click.prompt(question, hide_input=True, err=output.is_json()).strip()
        for key, question in setup.QUESTIONS.items()
    }
    identity = connect.x(config, account, keys, file, base_url)
    click.echo(f"Connected as {identity}. The keys are in {file}, for you alone.")
    output.add(account=account, identity=identity, keys_file=str(file))
    if is_renewal:
        click.echo(
            f"[accounts.{account}] has new keys. Restart a bot that is running. "
            f"If the account is held: mlcollage release --account {account}"
        )
    else:
        click.echo(f"{config.file.name} has [accounts.{account}] now. See: mlcollage doctor")
