"""A maintainer's templates: which there are, a copy to change, and whether they work."""

import shutil

import click

from bot.cli import options, printing
from bot.composing import templates
from bot.core.errors import BadInput, NotAllowed
from bot.deciding import preview


@click.group(
    "templates", epilog="Example: mlcollage templates copy posts/collage/first.txt --network x"
)
def templates_command() -> None:
    """List, copy and check the templates of posts and pages; docs/templates.md says what they can
    use.
    """


@templates_command.add_command
@options.command("list", "mlcollage templates list", as_json=True)
def list_command(config_file: str | None, as_json: bool) -> None:
    """List all templates, and where each is taken from; yours go before the program's."""
    own = options.load(config_file).templates
    found = []
    for name in _names():
        places = (
            [path for path in sorted(own.glob(f"**/{name}")) if path.is_file()]
            if own.is_dir()
            else []
        )
        found.append((name, [str(path.relative_to(own)) for path in places]))
    if as_json:
        printing.print_json([{"name": name, "own": places} for name, places in found])
        return
    printing.table(
        [(name, ", ".join(places) or "the program's") for name, places in found],
        head=("template", "used"),
    )
    click.echo(f"Your own folder: {own}")


def _names() -> list[str]:
    folder = templates.shipped()
    return sorted(
        str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()
    )


@templates_command.add_command
@options.command("copy", "mlcollage templates copy posts/collage/first.txt --account outbox")
@click.argument("name")
@click.option("--network", metavar="NAME", help="Only for this network.")
@click.option("--series", "series_name", metavar="NAME", help="Only for this series.")
@click.option("--account", metavar="NAME", help="Only for this account.")
def copy_command(
    config_file: str | None,
    name: str,
    network: str | None,
    series_name: str | None,
    account: str | None,
) -> None:
    """Copy a template of the program's into your own folder, to change it there."""
    own = options.load(config_file).templates
    scopes = {"networks": network, "series": series_name, "accounts": account}
    chosen = [(folder, value) for folder, value in scopes.items() if value]
    if len(chosen) > 1:
        raise click.UsageError(
            "Name a network, a series or an account: the narrowest one that you mean."
        )
    if name not in _names():
        raise BadInput(f"There is no template {name}; see: mlcollage templates list")
    target = own.joinpath(*chosen[0], name) if chosen else own / name
    if target.exists():
        raise NotAllowed(f"{target} is there already and stays as it is.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(templates.shipped() / name, target)
    click.echo(f"Made {target}. After changing it: mlcollage templates check")


@templates_command.add_command
@options.command("check", "mlcollage templates check", as_json=True)
def check_command(config_file: str | None, as_json: bool) -> None:
    """Fill every template with every item of the queue, and name what would not fit or is
    undefined.
    """
    context = options.context(config_file)
    count, problems = 0, []
    for own in context.config.series.values():
        for problem in preview.check_templates(context, own):
            count += 1
            if problem:
                problems.append(problem)
    distinct = list(dict.fromkeys(problems))
    if as_json:
        printing.print_json({"checked": count, "problems": distinct})
    else:
        for problem in distinct:
            click.secho(f"! {problem}", fg="red")
        click.echo(
            f"{count} threads and pages filled, {len(distinct) or 'no'} problem{'s' * (len(distinct) != 1)}."
        )
    if distinct:
        click.get_current_context().exit(1)
