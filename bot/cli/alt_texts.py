"""Alt texts, drafted."""

import click

from bot.cli import completion, items, options, output
from bot.deciding import alt_texts, collages, descriptions


@options.command("alt", "mlcollage alt barlow-twins --set", series=True)
@click.argument("name", shell_complete=completion.collages)
@click.option("--set", "is_wanted", is_flag=True, help="Store it as the collage's alt text.")
def alt_command(config_file: str | None, series: str | None, name: str, is_wanted: bool) -> None:
    """Draft a collage's alt text, from its title, figures and takeaways, for you to edit.

    It is no longer than each account takes it; what has no room is told. Nothing is stored without
    --set.
    """
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    item = collages.get(context, chosen, name)
    drafted = alt_texts.draft(context, chosen, item)
    output.add(draft=descriptions.drafted(item, drafted))
    click.echo(drafted.text)
    for remark in drafted.remarks:
        click.echo(f"  note: {remark}")
    if is_wanted:
        edited = alt_texts.store(context, chosen, item, drafted.text)
        items.print_edited(edited)
        output.add(collages=[descriptions.edited(chosen, edited, ())])
    elif drafted.text:
        click.echo(f"To store it: mlcollage alt {item.name} --set")
        click.echo(f"To change it then: mlcollage edit {item.name}")
