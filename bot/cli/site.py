"""The site of a series: written now, or looked at in a browser."""

import time

import click

from bot.cli import options, output
from bot.config import Series
from bot.context import Context
from bot.roundups import advance
from bot.site import folder, plan, server
from bot.site.folder import Written

PATIENCE = 2.0
"""Seconds after which a person is told how far it is."""


@options.command("site", "mlcollage site --serve", series=True)
@click.option("--anew", is_flag=True, help="Make every page again, also what has not changed.")
@click.option("--over-edits", is_flag=True, help="Also what was edited by hand; it is kept beside.")
@click.option("--serve", is_flag=True, help="Show it on this machine until Ctrl-C.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="For --serve."
)
def site_command(
    config_file: str | None,
    series: str | None,
    anew: bool,
    over_edits: bool,
    serve: bool,
    port: int,
) -> None:
    """Write the site of a series now: the pages of all roundups, the lists and the feeds.

    Files that would be the same are left alone. Nothing is published and nothing is posted.
    """
    if serve and output.is_json():
        raise click.UsageError("--serve stays; with --json write it first, and serve it then.")
    context = options.context(config_file)
    chosen = options.one_series(context.config, series)
    written = _write(context, chosen, anew, over_edits)
    _tell(chosen, written, over_edits)
    if serve:
        server.serve(chosen.site, port, _tell_address)
    is_left = bool(written.edited) and not over_edits
    if written.problems or is_left:
        click.get_current_context().exit(1)


def _write(context: Context, series: Series, anew: bool, over_edits: bool) -> Written:
    began = last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if not output.is_json() and now - began > PATIENCE and now - last > PATIENCE and done < of:
            last = now
            output.tell(f"{done} of {of} parts of the site made", err=True)

    return advance.write_site(context, series, anew=anew, over_edits=over_edits, progress=tell)


def _tell(series: Series, written: Written, over_edits: bool) -> None:
    """Say what was written, what was left alone, and what could not be made."""
    click.echo(f"{series.site}: {_count(written)}")
    if not series.base_url:
        click.echo(
            "It has no feeds and no sitemap, which need whole addresses: "
            f"set base_url under [series.{series.name}.roundup]."
        )
    for name in written.edited:
        path = series.site / name
        if over_edits:
            click.echo(f"{path} had been edited by hand; that is kept as {path}{folder.EDITED}")
        else:
            click.echo(
                f"{path} was edited by hand and is left as it is; write it anew with --over-edits"
            )
    for unit, problem in written.problems:
        click.echo(f"{plan.spoken(unit)}: {problem}")
    output.add(
        folder=str(series.site),
        changed=written.changed,
        written=list(written.paths),
        removed=list(written.removed),
        edited=list(written.edited),
        problems=[{"of": unit, "problem": problem} for unit, problem in written.problems],
    )


def _count(written: Written) -> str:
    if not written.changed:
        return "everything is as it was."
    files = "file" if len(written.paths) == 1 else "files"
    said = [f"{len(written.paths):,} {files} written"]
    if written.removed:
        said.append(f"{len(written.removed):,} removed")
    return f"{', '.join(said)}."


def _tell_address(url: str) -> None:
    click.echo(f"{url} shows it on this machine; Ctrl-C ends that.")
