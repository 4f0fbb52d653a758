"""Events at the maintainer's desk: the test event, the list, what doctor says, what is refused."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import CONFIG, Desk
from tests.fakes import listeners
from tests.fakes.listeners import Webhook

SECRET = "whsec_" + 43 * "A" + "="
HIDDEN = "hunter2secret"


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listeners.webhook() as made:
        yield made


def configure(desk: Desk, *urls: str, secret: str = SECRET) -> None:
    listed = ", ".join(f'"{url}"' for url in urls)
    (desk.folder / "config.toml").write_text(
        f'{CONFIG}\n[events]\nurls = [{listed}]\nsecret = "{secret}"\n', encoding="utf-8"
    )


def test_a_test_event_says_where_it_arrived_and_shows_no_address(bare: Desk, hook: Webhook) -> None:
    hook.does = {HIDDEN: "500"}
    configure(bare, hook.url("good", "http"), hook.url(HIDDEN, "http"))
    told = bare("events", "test", code=1)
    assert told.out.splitlines() == [
        "http://… (entry 1 of events.urls) took it.",
        "! http://… (entry 2 of events.urls) did not take it: it answered 500.",
    ]
    assert [body["type"] for _, body in hook.heard] == ["test", "test"]
    assert bare("events", "list").out == "No event yet.\n"


@pytest.mark.parametrize(
    ("url", "secret", "wrong"),
    [
        (f"http://example.org/{HIDDEN}", SECRET, "events.urls in config.toml has an entry 1 that"),
        (f"https://example.org/{HIDDEN}", "", "events.secret in config.toml is missing"),
        (f"https://example.org/{HIDDEN}", f"whsec_{HIDDEN}!", "must be Base64 behind whsec_"),
        (f"https://example.org/{HIDDEN}", "whsec_AAAA", "must be a key of 24 to 64 bytes"),
    ],
)
def test_what_would_be_sent_openly_or_unsigned_is_refused_without_being_shown(
    bare: Desk, url: str, secret: str, wrong: str
) -> None:
    configure(bare, url, secret=secret)
    told = bare("events", "list", code=2)
    assert wrong in told.err
    assert HIDDEN not in told.err


def test_a_wrong_secret_is_named_by_where_it_stands(
    bare: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(bare, "https://example.org/hook")
    file = bare.folder / "config.toml"
    written = file.read_text(encoding="utf-8").replace(f'secret = "{SECRET}"', "")
    file.write_text(f'{written}secret_file = "key"\n', encoding="utf-8")
    (bare.folder / "key").write_text(f"whsec_{HIDDEN}!\n", encoding="utf-8")
    told = bare("events", "list", code=2).err
    assert "events.secret_file in config.toml names 'key', which must be Base64" in told
    (bare.folder / "key").write_text("\n", encoding="utf-8")
    told = bare("events", "list", code=2).err
    assert "events.secret_file in config.toml names 'key', which is empty" in told
    monkeypatch.setenv("MLCOLLAGE_EVENTS_SECRET", HIDDEN)
    told = bare("events", "list", code=2).err
    assert "MLCOLLAGE_EVENTS_SECRET in the environment must begin with whsec_." in told
    assert HIDDEN not in told
