"""Papers: how they are cited, and which links lead to the same one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import paper
from bot.core.paper import Link, LinkKind, Paper

steady = settings(derandomize=True, deadline=None)
capitalised = st.from_regex(r"\A[A-ZÄÖ][a-zäöß]{1,8}\Z")
particles = st.sampled_from(["van", "der", "den", "de", "la", "von", "zu", "di", "bin", "'t"])


def cited(*authors: str, others: bool = False, year: int | None = 2021) -> str:
    return Paper("A title", authors, others, year).citation


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (cited("Ada Lovelace"), "Lovelace (2021)"),
        (cited("Ada Lovelace", "Charles Babbage"), "Lovelace & Babbage (2021)"),
        (cited("Ada Lovelace", "Charles Babbage", "Mary Somerville"), "Lovelace et al. (2021)"),
        (cited("Ada Lovelace", others=True), "Lovelace et al. (2021)"),
        (cited("Ada Lovelace", "Charles Babbage", others=True), "Lovelace et al. (2021)"),
        (cited("Matthias Feurer", others=True), "Feurer et al. (2021)"),
        (cited("Ada Lovelace", year=None), "Lovelace"),
        (cited(), "(2021)"),
        (cited(others=True), "(2021)"),
        (cited(year=None), ""),
    ],
)
def test_a_paper_is_cited_by_one_by_two_or_by_the_first_of_its_authors(
    citation: str, expected: str
) -> None:
    assert citation == expected


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Andrew Gelman", "Gelman"),
        ("Gelman, Andrew", "Gelman"),
        ("Gelman", "Gelman"),
        ("Laurens van der Maaten", "van der Maaten"),
        ("van der Maaten, Laurens", "van der Maaten"),
        ("van den Oord", "van den Oord"),
        ("Aäron van den Oord", "van den Oord"),
        ("Gerard 't Hooft", "'t Hooft"),
        ("Jean le Rond d'Alembert", "d'Alembert"),
        ("Martin Luther King Jr.", "King"),
        ("Harry Connick, Jr.", "Connick"),
        ("William H. Gates III", "Gates"),
        ("danah boyd", "boyd"),
        ("Yann LeCun", "LeCun"),
        ("John Ronald Reuel Tolkien", "Tolkien"),
        ("张三", "张三"),
        ("  Ada   Lovelace ", "Lovelace"),
        ("Ada\u00a0Lovelace", "Lovelace"),
        (", Ada", "Ada"),
        ("Jr.", "Jr."),
        ("", ""),
    ],
)
def test_a_citation_uses_the_family_name_with_its_particles(name: str, family: str) -> None:
    assert paper.family_name(name) == family


@steady
@given(st.lists(capitalised, min_size=1, max_size=3), st.lists(particles, max_size=3), capitalised)
def test_given_names_are_left_out_and_particles_kept(
    given_names: list[str], between: list[str], family: str
) -> None:
    expected = " ".join([*between, family])
    assert paper.family_name(" ".join([*given_names, expected])) == expected
    assert paper.family_name(f"{expected}, {' '.join(given_names)}") == expected
    assert paper.family_name(expected) == expected


@steady
@given(st.text())
def test_a_family_name_is_a_part_of_the_name(name: str) -> None:
    family = paper.family_name(name)
    assert family in " ".join(name.split())
    assert bool(family) is bool(name.replace(",", "", 1).strip())


@steady
@given(st.lists(capitalised, max_size=6), st.booleans(), st.none() | st.integers(1900, 2100))
def test_a_citation_names_at_most_two_and_says_when_there_are_more(
    authors: list[str], others: bool, year: int | None
) -> None:
    citation = cited(*authors, others=others, year=year)
    assert ("et al." in citation) is (bool(authors) and (others or len(authors) > 2))
    assert citation.endswith(f"({year})") is (year is not None)
    assert citation == citation.strip()


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
