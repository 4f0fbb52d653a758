"""The people: who they are, how somebody new comes in, and who leaves."""

from starlette.responses import Response

from bot.core.errors import BadInput
from bot.core.people import Role
from bot.deciding import people
from bot.web.call import Call


def show(call: Call) -> Response:
    """The page of the people."""
    return _page(call)


def _page(call: Call, address: str = "", name: str = "") -> Response:
    """The page; `address` lets the person of that name in, and is shown this once."""
    listed = people.listed(call.context)
    return call.page(
        "people.html",
        people=[each for each in listed if each.ended_at is None],
        gone=[each for each in listed if each.ended_at],
        roles=[role.value for role in Role],
        address=address,
        address_of=name,
        zone=next(iter(call.context.config.series.values())).zone,
        typed="" if address else call.form.get("new"),
    )


def invite(call: Call) -> Response:
    """Invite somebody: the page shows the address for them, once."""
    name = call.form.needed("new").strip()
    token = people.invite(call.context, name, _role(call.form.needed("role")))
    return _page(call, call.desk_address("invited", token), name)


def reset(call: Call) -> Response:
    """End somebody's password; the page shows the address for a new one, once."""
    name = call.form.needed("name")
    token = people.reset(call.context, name)
    return _page(call, call.desk_address("invited", token), name)


def change_role(call: Call) -> Response:
    """Give somebody another role."""
    name, role = call.form.needed("name"), _role(call.form.needed("role"))
    before = people.set_role(call.context, name, role)
    return call.see_other("/people", f"{name} is {role} now, and was {before}.")


def log_out(call: Call) -> Response:
    """End all sessions of somebody."""
    name = call.form.needed("name")
    people.end_sessions(call.context, name)
    return call.see_other("/people", f"{name} is logged out everywhere.")


def remove(call: Call) -> Response:
    """End all that lets somebody in."""
    name = call.form.needed("name")
    if call.form.get("sure") != "yes":
        raise BadInput(f"Tick the box to remove {name}.")
    people.remove(call.context, name)
    return call.see_other("/people", f"{name} is removed; what they did stays in the log.")


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise BadInput(f"{value!r} is no role; there are {', '.join(Role)}.") from None
