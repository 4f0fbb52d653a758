"""Papers: which links lead to the same one, and in which order they stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import paper
from bot.core.paper import Link, LinkKind, Paper

steady = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://arxiv.org/abs/2103.03230", "http://www.arxiv.org/pdf/2103.03230v2.pdf"),
        ("https://arxiv.org/abs/2103.03230v1", "https://export.arxiv.org/abs/2103.03230/"),
        ("https://arxiv.org/html/2103.03230v1", "https://arxiv.org/pdf/2103.03230"),
        ("https://arxiv.org/abs/cs/0112017v1", "https://arxiv.org/pdf/cs/0112017"),
        ("https://Example.org/a", "http://www.example.org/a/"),
    ],
)
def test_twin_addresses_lead_to_the_same_paper(one: str, other: str) -> None:
    assert paper.same_address(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://arxiv.org/abs/2103.03230", "https://arxiv.org/abs/2103.03231"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/abs/1v2", "https://example.org/abs/1"),
        ("https://example.org/a", "https://example.net/a"),
    ],
)
def test_other_addresses_do_not(one: str, other: str) -> None:
    assert not paper.same_address(one, other)


@steady
@given(
    st.lists(
        st.builds(
            Link, st.sampled_from(LinkKind), st.sampled_from(["https://a.org", "https://b.org"])
        )
    )
)
def test_links_are_sorted_by_kind_and_each_kind_keeps_its_order(links: list[Link]) -> None:
    in_order = paper.kinds_in_order(links)
    assert in_order == [link for kind in LinkKind for link in links if link.kind == kind]
    assert Paper("A title", links=tuple(links)).links_of(LinkKind.CODE) == tuple(
        link for link in links if link.kind == LinkKind.CODE
    )
