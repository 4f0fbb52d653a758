"""The people who use the desk, and links for those who have no account."""

from datetime import datetime, timedelta

import click

from bot.cli import completion, options, output, printing
from bot.context import Context
from bot.core import times
from bot.core.people import LOGIN, MOST_DAYS, Role
from bot.deciding import people
from bot.deciding.people import Listed

DAYS = click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=7,
    show_default=True,
    help="How long the address is good.",
)
ROLES = click.Choice([role.value for role in Role])


@options.group("people", "mlcollage people invite ben --role editor")
def people_command() -> None:
    """List, invite and remove the people who use the desk, and let others review by a link."""


@people_command.add_command
@options.command("list", "mlcollage people list", as_json=True)
def list_command(config_file: str | None, as_json: bool) -> None:
    """List the people, with their roles and when they were last here."""
    context = options.context(config_file)
    found = people.listed(context)
    if as_json:
        printing.print_json([each.described for each in found])
        return
    rows = [
        (each.name, _role(each), _seen(context, each), _way_in(context, each)) for each in found
    ]
    if not rows:
        click.echo("Nobody is here yet; invite somebody: mlcollage people invite NAME --role owner")
        return
    printing.table(rows, head=("name", "role", "last here", "comes in by"))


def _role(each: Listed) -> str:
    return "removed" if each.ended_at else each.role.value


def _seen(context: Context, each: Listed) -> str:
    return _shown(context, each.seen_at) if each.seen_at else "never"


def _way_in(context: Context, each: Listed) -> str:
    """How a person can come in."""
    if each.ended_at:
        return ""
    if each.has_password:
        return "password"
    if each.invited_until:
        return f"an invitation until {_shown(context, each.invited_until)}"
    return "this machine only: mlcollage people login"


def _shown(context: Context, at: datetime) -> str:
    return times.short(at, options.zone(context.config))


@people_command.add_command
@options.command("invite", "mlcollage people invite ben --role editor")
@click.argument("name")
@click.option("--role", type=ROLES, default=Role.AUTHOR.value, show_default=True, help="What as.")
@DAYS
def invite_command(config_file: str | None, name: str, role: str, days: int) -> None:
    """Make somebody one of the people, and print the address at which they set a password.

    An author drafts; an editor orders, approves and resolves as well; an owner decides about
    people, accounts and pauses, too. The address is shown once, and good for one use.
    """
    context = options.context(config_file)
    token = people.invite(context, name, Role(role), days)
    click.echo(f"{name} is one of the people now, as {role}. The invitation, good once:")
    _print_address(context, f"invited/{token}", timedelta(days=days))


@people_command.add_command
@options.command("role", "mlcollage people role ben owner")
@click.argument("name", shell_complete=completion.people)
@click.argument("role", type=ROLES)
def role_command(config_file: str | None, name: str, role: str) -> None:
    """Give a person another role, which counts at once."""
    before = people.set_role(options.context(config_file), name, Role(role))
    click.echo(f"{name} was {before.value}, and is {role} now.")
    output.add(role=role, before=before.value)


@people_command.add_command
@options.command("remove", "mlcollage people remove ben")
@click.argument("name", shell_complete=completion.people)
def remove_command(config_file: str | None, name: str) -> None:
    """End all that lets a person in: password, sessions, invitations, and the review links that
    they have made. What they have approved stays.
    """
    people.remove(options.context(config_file), name)
    click.echo(f"{name} was removed: password, sessions and review links have ended.")


@people_command.add_command
@options.command("reset", "mlcollage people reset ben")
@click.argument("name", shell_complete=completion.people)
@DAYS
def reset_command(config_file: str | None, name: str, days: int) -> None:
    """End a person's password and sessions, and print the address at which they set a new one."""
    context = options.context(config_file)
    token = people.reset(context, name, days)
    click.echo(f"The password and all sessions of {name} have ended. The invitation, good once:")
    _print_address(context, f"invited/{token}", timedelta(days=days))


@people_command.add_command
@options.command("login", "mlcollage people login")
def login_command(config_file: str | None) -> None:
    """Print an address at which whoever is at this machine logs in, once and without a password.

    Their name is that of the log: $MLCOLLAGE_USER, or the name of the system's user. Who is not
    among the people yet becomes an owner.
    """
    context = options.context(config_file)
    token = people.login_address(context)
    click.echo(f"{context.who} logs in here, once:")
    _print_address(context, f"login/{token}", LOGIN)


@people_command.add_command
@options.command("link", "mlcollage people link barlow-twins --for Cleo", series=True)
@click.argument("name", shell_complete=completion.queued)
@click.option("--for", "visitor", metavar="NAME", help="Who is to review it.")
@DAYS
@click.option("--end", is_flag=True, help="Take the link back.")
def link_command(
    config_file: str | None,
    series: str | None,
    name: str,
    visitor: str | None,
    days: int,
    end: bool,
) -> None:
    """Let somebody without an account review a collage, or list the links that it has.

    Whoever has the address sees that collage, and approves it or says why not yet, under the name
    "Cleo (by link)".
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    if visitor is None:
        if end:
            raise click.UsageError("--end needs --for: whose link is taken back?")
        _print_links(context, chosen.name, name)
    elif end:
        people.end_link(context, chosen.name, name, visitor)
        click.echo(f"The link of {visitor} to {name} is good no more.")
    else:
        token = people.review_link(context, chosen.name, name, visitor, days)
        click.echo(f"{visitor} may review {name} here:")
        _print_address(context, f"review/{token}", timedelta(days=days))


def _print_links(context: Context, series: str, name: str) -> None:
    found = people.links(context, series, name)
    for link in found:
        until = _shown(context, link.expires_at)
        click.echo(f"{link.name}, made by {link.made_by}, until {until}")
    if not found:
        click.echo(f"{name} has no review link; make one with: --for NAME")
    output.add(
        links=[
            {
                "name": link.name,
                "made_by": link.made_by,
                "created_at": link.created_at.isoformat(),
                "expires_at": link.expires_at.isoformat(),
            }
            for link in found
        ]
    )


def _print_address(context: Context, path: str, good_for: timedelta) -> None:
    """An address of the desk, and until when it is good."""
    desk = context.config.desk
    address = f"{desk.base}/{path}"
    until = context.clock.now() + good_for
    output.line(address, style="bold")
    click.echo(f"Whoever has it is let in, until {_shown(context, until)}; it is shown only now.")
    if not desk.is_open:
        click.echo(
            "It leads to this machine. For others, give the desk's address under [desk] in "
            f"{context.config.file.name}."
        )
    output.add(address=address, expires_at=until.isoformat())
