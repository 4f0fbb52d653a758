"""What is said of a sending that failed: nothing of its address, on one line."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.watching import apprise_process

FORMS = ["{}", "{}:x@host", "ada:{}@host", "host/{}", "host?key={}", "{}/b/#room"]
secrets = st.text(f"{string.ascii_letters}{string.digits}@/:?#%& ._-éß论", min_size=4, max_size=40)


@settings(derandomize=True, deadline=None)
@given(secrets, st.sampled_from(FORMS))
def test_no_secret_of_an_address_shows_in_what_is_said(secret: str, form: str) -> None:
    url = "json://" + form.format(quote(secret, safe=""))
    said = apprise_process.without_secrets(url, f"It ended: {secret}; {url} and {quote(secret)}\n!")
    assert secret.lower() not in said.lower()
    assert quote(secret).lower() not in said.lower()
    assert said.isprintable()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Failed to send: error=500.", "Failed to send: error=500."),
        (
            "Connection error\r\n while mailing to mail.example.org",
            "Connection error while mailing to ***.",
        ),
        ("", ""),
        ("é" * 1_000, "é" * apprise_process.LONGEST + "."),
    ],
)
def test_the_rest_is_kept_on_one_line(words: str, said: str) -> None:
    assert apprise_process.without_secrets("mailto://ada:pass@mail.example.org", words) == said


def test_an_address_that_is_no_text_is_no_reason_to_trip() -> None:
    assert (
        apprise_process.without_secrets("json://\udc80abc", "It ended: \udc80abc")
        == "It ended: ***."
    )
