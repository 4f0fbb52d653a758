"""How papers are cited: family names, teams, and authors that are not named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import citation
from bot.core.paper import Paper
from bot.core.words import WORDS, of

steady = settings(derandomize=True, deadline=None)
capitalised = st.from_regex(r"\A[A-ZÄÖ][a-zäöß]{1,8}\Z")
particles = st.sampled_from(["van", "der", "den", "de", "la", "von", "zu", "di", "bin", "'t"])


def cited(*authors: str, others: bool = False, year: int | None = 2021) -> str:
    return Paper("A title", authors, others, year).citation


@pytest.mark.parametrize(
    ("text", "expected"),
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
    text: str, expected: str
) -> None:
    assert text == expected


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
    assert citation.family_name(name) == family


@steady
@given(st.lists(capitalised, min_size=1, max_size=3), st.lists(particles, max_size=3), capitalised)
def test_given_names_are_left_out_and_particles_kept(
    given_names: list[str], between: list[str], family: str
) -> None:
    expected = " ".join([*between, family])
    assert citation.family_name(" ".join([*given_names, expected])) == expected
    assert citation.family_name(f"{expected}, {' '.join(given_names)}") == expected
    assert citation.family_name(expected) == expected


@steady
@given(st.text())
def test_a_family_name_is_a_part_of_the_name(name: str) -> None:
    assert citation.family_name(name) in " ".join(name.split())


@steady
@given(st.lists(st.text(), max_size=4))
def test_any_text_can_be_cited_in_every_language(names: list[str]) -> None:
    for words in WORDS.values():
        cited_text = words.cite(Paper("A title", tuple(names), year=2021))
        assert cited_text.endswith("(2021)")
        assert cited_text == cited_text.strip()


@steady
@given(st.lists(capitalised, max_size=6), st.booleans(), st.none() | st.integers(1900, 2100))
def test_a_citation_names_at_most_two_and_says_when_there_are_more(
    authors: list[str], others: bool, year: int | None
) -> None:
    text = cited(*authors, others=others, year=year)
    assert ("et al." in text) is (bool(authors) and (others or len(authors) > 2))
    assert text.endswith(f"({year})") is (year is not None)
    assert text == text.strip()


@pytest.mark.parametrize(
    "name",
    [
        "Gemini Team",
        "The LIGO Collaboration",
        "ATLAS Collaboration",
        "OpenAI",
        "DeepSeek-AI",
        "Meta AI",
        "Google DeepMind",
        "Team Cohere",
        "BigScience Workshop",
        "University of Oxford",
        "Center for AI and Society",
        "Verein für Socialpolitik",
        "通义千问团队",
        "The Others",
    ],
)
def test_a_team_is_cited_whole(name: str) -> None:
    assert cited(name) == f"{name} (2021)"
    assert cited(name, others=True) == f"{name} et al. (2021)"
    assert cited(f"{name} et al.") == f"{name} et al. (2021)"


@pytest.mark.parametrize("name", ["{Google Brain}", "{Hugging Face}"])
def test_what_stands_in_braces_is_cited_whole_without_them(name: str) -> None:
    assert cited(name) == f"{name[1:-1]} (2021)"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("NLLB Team, Marta Example", "NLLB Team & Example (2021)"),
        ("NLLB Team, Marta Example, Bob Sample", "NLLB Team et al. (2021)"),
        ("DeepSeek-AI, Daya Guo, Dejian Yang", "DeepSeek-AI et al. (2021)"),
        ("Gemini Team, Google", "Gemini Team (2021)"),
        ("Gemini Team, Google: Rohan Anil, et al.", "Gemini Team et al. (2021)"),
        ("Llama Team, AI @ Meta", "Llama Team (2021)"),
        ("Team X and 120 others", "Team X et al. (2021)"),
        ("Team X (and 120 others)", "Team X et al. (2021)"),
        ("Ada Example and Bob Sample", "Example & Sample (2021)"),
        ("Doe, J. and Roe, K.", "Doe & Roe (2021)"),
    ],
)
def test_a_team_with_persons_behind_it_and_two_persons_in_one_text_are_told_apart(
    typed: str, expected: str
) -> None:
    assert cited(typed) == expected


@pytest.mark.parametrize(
    "behind",
    [
        " et al.",
        " et al",
        ", et al.",
        " and others",
        " and 12 others",
        " und andere",
        " und weitere",
        " u. a.",
        ", u.a.",
        " 等",
        "等人",
        " …",
    ],
)
def test_et_al_that_a_person_typed_counts_as_others(behind: str) -> None:
    name = "张三" if behind == "等人" else "Example"
    assert cited(f"{name}{behind}") == f"{name} et al. (2021)"
    assert cited(f"{name}{behind}", others=True) == f"{name} et al. (2021)"


@pytest.mark.parametrize("entry", ["et al.", "others", "and 120 others", "u. a.", "等", "…"])
def test_et_al_as_an_author_of_its_own_counts_as_others(entry: str) -> None:
    assert cited("Ada Example", entry) == "Example et al. (2021)"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Doe, J.", "Doe"),
        ("Doe J.", "Doe"),
        ("Venkatesh S", "Venkatesh"),
        ("van der Berg", "van der Berg"),
        ("Van der Berg", "Van der Berg"),
        ("Guy Van den Broeck", "Van den Broeck"),
        ("Luc Van Gool", "Van Gool"),
        ("Hung Van Nguyen", "Nguyen"),
        ("Du Tran", "Tran"),
        ("Juan de la Cruz", "de la Cruz"),
        ("José Ortega y Gasset", "Ortega y Gasset"),
        ("Jürgen Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
        ("Ali al-Khwarizmi", "al-Khwarizmi"),
        ("Kim Jr.", "Kim"),
        ("John Kim, Jr.", "Kim"),
        ("Ada Example, PhD", "Example"),
        ("Ada Example*", "Example"),
        ("Xin Ai", "Ai"),
        ("Thomas More", "More"),
        ("Nezar AlSayyad", "AlSayyad"),
        ("张 三", "张 三"),
        ("山田 太郎", "山田 太郎"),
        ("김 철수", "김 철수"),
        ("安德鲁·盖尔曼", "盖尔曼"),
    ],
)
def test_family_names_of_many_kinds(name: str, family: str) -> None:
    assert citation.family_name(name) == family
    assert cited(name) == f"{family} (2021)"


@pytest.mark.parametrize(
    ("typed", "family", "affiliation"),
    [
        ("Ada Example (Some Lab)", "Example", "Some Lab"),
        ("Ada Example（某实验室）", "Example", "某实验室"),
        ("Kaiming He (何恺明)", "He", "何恺明"),
        ("The LIGO Collaboration (LSC)", "The LIGO Collaboration", "LSC"),
        ("Gemini Team, Google", "Gemini Team", "Google"),
    ],
)
def test_an_affiliation_is_no_part_of_the_name_and_is_kept_for_the_page(
    typed: str, family: str, affiliation: str
) -> None:
    paper = Paper("A title", (typed,), others=True, year=2021)
    assert of("en").cite(paper) == f"{family} et al. (2021)"
    whole = of("en").cite(paper, affiliations=True)
    assert whole == f"{family} ({affiliation}) et al. (2021)"


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("en", "Matthias Feurer", "Feurer et al. (2021)"),
        # German scientific writing keeps the Latin form; "u. a." is that of library catalogues.
        ("de", "Matthias Feurer", "Feurer et al. (2021)"),
        ("zh", "Matthias Feurer", "Feurer 等 (2021)"),
        ("zh", "张三", "张三等 (2021)"),
        ("zh-Hant", "張三", "張三等 (2021)"),
        ("pl", "Matthias Feurer", "Feurer et al. (2021)"),
    ],
)
def test_others_are_called_as_the_language_calls_them(
    language: str, name: str, expected: str
) -> None:
    assert of(language).cite(Paper("A title", (name,), others=True, year=2021)) == expected
    assert of(language).cite(Paper("A title", (f"{name} et al.",), year=2021)) == expected
