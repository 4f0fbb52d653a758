"""The accounts: whether each can post now, as whom, and what that costs."""

from collections.abc import Sequence

import click

from bot.cli import options, output, printing, publishing
from bot.context import Context
from bot.core.notices.briefing import REHEARSAL
from bot.deciding import descriptions, doctor, publications, series, upkeep
from bot.deciding.doctor import Examination
from bot.roundups import advance
from bot.watching import alerts, events


@options.command("doctor", "mlcollage doctor --json", as_json=True)
def doctor_command(config_file: str | None, as_json: bool) -> None:
    """Say of every account whether it can post now, as whom, what is missing, and what a week
    costs; of every destination of roundups whether it can publish; and what is to be repaired on
    the machine, such as a file of keys that others can read.
    """
    context = options.context(config_file)
    examinations = doctor.examine_all(context)
    destinations = publications.examine_all(context)
    if as_json:
        accounts = [descriptions.account(one) for one in examinations]
        printing.print_json(accounts + [descriptions.destination(one) for one in destinations])
    else:
        _print_all(context, examinations)
        for one in destinations:
            publishing.print_examined(next(iter(context.config.series.values())), one)
    findings = upkeep.findings(context)
    wrong = [notice.text for notice in findings if notice.is_trouble]
    if damage := doctor.damage(context):
        wrong.append(damage)
    wrong += alerts.unreadable(context.config)
    wrong += events.unreached(context)
    wrong += doctor.slide_problems(context)
    for message in wrong:
        output.line(f"! {message}", style="red", err=True)
    for notice in findings:
        if not notice.is_trouble:
            output.line(f"· {notice.text}", err=True)
    # What the configuration does not know was told above.
    wrong += series.warnings(context)
    if wrong or any(one.problem or one.waits for one in examinations):
        click.get_current_context().exit(1)
    if any(one.problems for one in destinations):
        click.get_current_context().exit(1)


def _print_all(context: Context, examinations: Sequence[Examination]) -> None:
    for examination in examinations:
        _print_examination(examination)
    for missing in advance.without_links(context.config):
        click.echo(missing.text)
    for hint in (*doctor.number_hints(context), *doctor.slide_hints(context)):
        click.echo(f"· {hint}")
    if not context.config.live:
        click.echo(REHEARSAL)


def _print_examination(examination: Examination) -> None:
    account = f"{examination.account} ({examination.network})"
    if examination.problem:
        output.line(f"! {account} cannot post: {examination.problem}", style="red")
    else:
        identity = f" as {examination.identity}" if examination.identity else ""
        output.line(f"{account} can post{identity}.", style="green")
    if examination.takes:
        click.echo(f"  {examination.takes}")
    if examination.waits:
        output.line(f"! {examination.waits}", style="red")
    if examination.week is not None:
        click.echo(f"  a week costs about ${examination.week:.2f}; {_spent(examination)}")
    elif examination.spent is not None:
        click.echo(f"  nothing is ready to tell what a week costs; {_spent(examination)}")
    if examination.duty:
        click.echo(f"  {examination.duty}")


def _spent(examination: Examination) -> str:
    budget = ""
    if examination.budget is not None:
        budget = f" of ${examination.budget:.2f}"
    return f"${examination.spent or 0:.2f}{budget} spent this month"
