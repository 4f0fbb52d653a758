"""A maintainer's templates: which there are, a copy to change, and whether they work."""

import click

from bot.cli import completion, options, output, printing
from bot.deciding import descriptions, own_templates


@options.group("templates", "mlcollage templates copy posts/collage/first.txt --network x")
def templates_command() -> None:
    """List, copy and check the templates of posts and pages; docs/templates.md says what they can
    use.
    """


@templates_command.add_command
@options.command("list", "mlcollage templates list", as_json=True)
def list_command(config_file: str | None, as_json: bool) -> None:
    """List all templates, and where each is taken from; yours go before the program's."""
    context = options.context(config_file)
    found = own_templates.listed(context)
    if as_json:
        printing.print_json([descriptions.template(*template) for template in found])
        return
    rows = [
        (template.name, ", ".join(map(str, template.places)) or "the program's")
        for template in found
    ]
    printing.table(rows, head=("template", "used"), whole=True)
    for place in [place for template in found for place in template.unused]:
        click.echo(f"{place} is not used: no account of a series and no page reads it.")
    click.echo(f"Your own folder: {context.config.templates}")


def _names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The templates whose names begin like that."""
    return [name for name in own_templates.names() if name.startswith(incomplete)]


@templates_command.add_command
@options.command("copy", "mlcollage templates copy posts/collage/first.txt --account outbox")
@click.argument("name", shell_complete=_names)
@click.option("--network", metavar="NAME", help="Only for this network.")
@click.option(
    "--series",
    "series_name",
    metavar="NAME",
    help="Only for this series.",
    shell_complete=completion.series,
)
@click.option(
    "--account",
    metavar="NAME",
    help="Only for this account.",
    shell_complete=completion.accounts,
)
def copy_command(
    config_file: str | None,
    name: str,
    network: str | None,
    series_name: str | None,
    account: str | None,
) -> None:
    """Copy a template of the program's into your own folder, to change it there."""
    config = options.load(config_file)
    scopes = {"networks": network, "series": series_name, "accounts": account}
    chosen = [(folder, value) for folder, value in scopes.items() if value]
    if len(chosen) > 1:
        raise click.UsageError(
            "Name a network, a series or an account: the narrowest one that you mean."
        )
    target = own_templates.copy(config, name, *chosen)
    click.echo(f"Made {target}. After changing it: mlcollage templates check")
    output.add(file=str(target))


@templates_command.add_command
@options.command("check", "mlcollage templates check", as_json=True)
def check_command(config_file: str | None, as_json: bool) -> None:
    """Fill every template with every item of the queue and with samples, long and short ones, and
    name what would not fit or is undefined.
    """
    checked = own_templates.check(options.context(config_file))
    count = len(checked.problems)
    if as_json:
        printing.print_json(descriptions.templates_checked(checked))
    else:
        for problem in checked.problems:
            output.line(f"! {problem}", style="red")
        for place in checked.unused:
            click.echo(f"{place} was not tried: no account of a series and no page uses it.")
        plural = "" if count == 1 else "s"
        click.echo(f"{checked.filled} threads and pages filled, {count or 'no'} problem{plural}.")
    if count:
        click.get_current_context().exit(1)
