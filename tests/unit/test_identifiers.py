"""Addresses, ids and titles: which of them name the same paper."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import identifiers, same_paper
from bot.core.paper import Link, LinkKind, Paper

steady = settings(derandomize=True, deadline=None)

BARLOW = [
    "https://arxiv.org/abs/2103.03230",
    "http://arxiv.org/abs/2103.03230",
    "HTTPS://ARXIV.ORG/abs/2103.03230",
    "arxiv.org/abs/2103.03230",
    "https://www.arxiv.org/abs/2103.03230v3",
    "https://arxiv.org/abs/2103.03230/",
    "https://arxiv.org/abs/2103.03230?context=cs.CV",
    "https://arxiv.org/abs/2103.03230#comments",
    "https://arxiv.org/pdf/2103.03230",
    "https://arxiv.org/pdf/2103.03230.pdf",
    "https://arxiv.org/pdf/2103.03230v2.pdf#page=3",
    "https://arxiv.org/html/2103.03230v1",
    "https://arxiv.org/format/2103.03230",
    "https://export.arxiv.org/abs/2103.03230",
    "https://ar5iv.labs.arxiv.org/html/2103.03230",
    "https://ar5iv.org/abs/2103.03230",
    "https://www.alphaxiv.org/abs/2103.03230v2",
    "https://alphaxiv.org/overview/2103.03230",
    "https://huggingface.co/papers/2103.03230",
    "https://hf.co/papers/2103.03230",
    "https://www.semanticscholar.org/arxiv/2103.03230",
    "https://scirate.com/arxiv/2103.03230",
    "https://ui.adsabs.harvard.edu/abs/2021arXiv210303230Z/abstract",
    "https://doi.org/10.48550/arXiv.2103.03230",
    "http://dx.doi.org/10.48550/ARXIV.2103.03230",
    "https://doi.org/10.48550%2FarXiv.2103.03230",
]


@pytest.mark.parametrize("url", BARLOW)
def test_a_paper_on_arxiv_is_known_by_every_address_of_it(url: str) -> None:
    assert identifiers.of_address(url) == "arxiv:2103.03230"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://doi.org/10.1145/3442188.3445922", "https://dx.doi.org/10.1145/3442188.3445922/"),
        ("https://doi.org/10.1145/ABC.12", "http://doi.org/10.1145/abc.12"),
        ("https://doi.org/10.1145/3442188", "https://dl.acm.org/doi/pdf/10.1145/3442188"),
        ("https://doi.org/10.1145/3442188", "https://dl.acm.org/doi/10.1145/3442188?cid=1"),
        (
            "https://doi.org/10.1007/s11263-015-0816-y",
            "https://link.springer.com/content/pdf/10.1007/s11263-015-0816-y.pdf",
        ),
        (
            "https://doi.org/10.1038/s41586-021-03819-2",
            "https://www.nature.com/articles/s41586-021-03819-2",
        ),
        (
            "https://doi.org/10.1101/2020.01.02.123456",
            "https://www.biorxiv.org/content/10.1101/2020.01.02.123456v2.full.pdf",
        ),
        (
            "https://openreview.net/forum?id=YicbFdNTTy",
            "http://www.openreview.net/pdf?id=YicbFdNTTy&noteId=abc",
        ),
        (
            "https://aclanthology.org/2020.acl-main.442/",
            "https://www.aclanthology.org/2020.acl-main.442.pdf",
        ),
        ("https://aclanthology.org/P18-1001", "https://www.aclweb.org/anthology/p18-1001.pdf"),
        (
            "https://aclanthology.org/2020.acl-main.442",
            "https://doi.org/10.18653/v1/2020.acl-main.442",
        ),
        (
            "https://proceedings.mlr.press/v139/zbontar21a.html",
            "http://proceedings.mlr.press/v139/zbontar21a/zbontar21a.pdf",
        ),
        (
            "https://proceedings.neurips.cc/paper/2017/hash/3f5ee243547dee91fbd053c1c4a845aa-Abstract.html",
            "https://papers.nips.cc/paper_files/paper/2017/file/3f5ee243547dee91fbd053c1c4a845aa-Paper.pdf",
        ),
        (
            "https://openaccess.thecvf.com/content/CVPR2021/html/Chen_Exploring_CVPR_2021_paper.html",
            "https://openaccess.thecvf.com/content/CVPR2021/papers/Chen_Exploring_CVPR_2021_paper.pdf",
        ),
        ("https://arxiv.org/abs/math.GT/0309136", "https://arxiv.org/pdf/math/0309136v2"),
        ("https://arxiv.org/abs/hep-th/9901001", "arxiv.org/abs/hep-th/9901001v3"),
        ("https://lab.example/paper?utm_source=x", "http://www.lab.example/paper/"),
    ],
)
def test_two_addresses_of_one_paper_have_one_key(one: str, other: str) -> None:
    assert identifiers.of_address(one) == identifiers.of_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://arxiv.org/abs/2103.03230", "https://arxiv.org/abs/2103.03231"),
        ("https://arxiv.org/abs/2103.0323", "https://arxiv.org/abs/2103.03230"),
        ("https://arxiv.org/abs/hep-th/9901001", "https://arxiv.org/abs/hep-ph/9901001"),
        (
            "https://openreview.net/forum?id=YicbFdNTTy",
            "https://openreview.net/forum?id=yicbfdntty",
        ),
        ("https://doi.org/10.1145/3442188", "https://doi.org/10.1145/3442189"),
        ("https://aclanthology.org/2020.acl-main.44", "https://aclanthology.org/2020.acl-main.442"),
        ("https://huggingface.co/lab/2103.03230", "https://huggingface.co/papers/2103.03230"),
        ("https://github.com/lab/2103.03230", "https://arxiv.org/abs/2103.03230"),
        ("https://lab.example/papers#one", "https://lab.example/papers#two"),
        ("https://lab.example/paper?id=1", "https://lab.example/paper?id=2"),
        ("https://lab.example/A", "https://lab.example/a"),
    ],
)
def test_addresses_of_two_papers_have_two_keys(one: str, other: str) -> None:
    assert identifiers.of_address(one) != identifiers.of_address(other)


@pytest.mark.parametrize(
    "text", ["2103.03230", "arXiv:2103.03230v2", "arxiv 2103.03230 [cs.CV]", BARLOW[0]]
)
def test_an_arxiv_id_is_read_as_people_write_it(text: str) -> None:
    assert identifiers.of_arxiv(text) == "arxiv:2103.03230"


@pytest.mark.parametrize(
    "text", ["10.1145/3442188.AB", "doi:10.1145/3442188.ab", "https://doi.org/10.1145/3442188.Ab."]
)
def test_a_doi_is_read_as_people_write_it(text: str) -> None:
    assert identifiers.of_doi(text) == "doi:10.1145/3442188.ab"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Attention Is All You Need", "attention is all you need."),
        ("“Why Should I Trust You?”: Explaining", "'Why should I trust you' – explaining"),
        ("An Image is Worth 16×16 Words", r"An Image is Worth $16\times16$ words"),
        ("On α-flows", r"On $\alpha$-Flows"),
        ("On λ-returns", "On lambda-returns"),
        ("Gödel's Proof", r"G\"odel’s Proof"),
        ("Schrödinger Bridges", r"Schr{\"o}dinger {B}ridges"),
        ("Erdős Graphs", r"Erd\H{o}s graphs"),
        ("The L² norm", "The $L^2$ norm"),
        (r"Learning \emph{fast} and slow", "Learning fast and slow"),
        ("R&amp;D of Au", "R&D of <i>Au</i>"),
        ("Search and Recall", r"Search \& Recall"),
        ("Self-Supervised Learning", "Self‑supervised learning"),
        ("自监督学习：综述", "自监督学习:综述"),
    ],
)
def test_titles_are_compared_without_case_quotes_tex_and_punctuation(one: str, other: str) -> None:
    assert identifiers.title_form(one) == identifiers.title_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PointNet", "PointNet++"),
        ("Deep Learning, Part 1", "Deep Learning, Part 2"),
        ("Deep Learning, Part I", "Deep Learning, Part II"),
        ("か", "が"),
        ("自监督学习", "监督学习"),
        ("किताब", "कतब"),
    ],
)
def test_titles_that_say_something_else_stay_different(one: str, other: str) -> None:
    assert identifiers.title_form(one) != identifiers.title_form(other)


def paper(title: str = "A Title That Tells", *urls: str, **more: object) -> Paper:
    links = tuple(Link(LinkKind.PAPER, url) for url in urls)
    return Paper(title, links=links, **more)  # type: ignore[arg-type]


ADA = {"authors": ("Ada Lovelace", "Charles Babbage"), "year": 2021}
MARY = {"authors": ("Mary Somerville",), "year": 2021}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (paper("A", BARLOW[0]), paper("B", BARLOW[-1]), "arXiv 2103.03230"),
        (paper("A", arxiv_id="2103.03230v1"), paper("B", BARLOW[8]), "arXiv 2103.03230"),
        (
            paper("A", doi="10.1145/ABC"),
            paper("B", "https://dl.acm.org/doi/abs/10.1145/abc"),
            "DOI 10.1145/abc",
        ),
        (paper(**ADA), paper("A title that tells.", BARLOW[0], **ADA), "the same title"),
        (paper(**ADA), paper(), "the same title"),
        (
            paper("Introduction", **ADA),
            paper("Introduction", authors=("Lovelace, Ada",), year=2022),
            "the same title",
        ),
        (paper(arxiv_id="2103.03230"), paper(doi="10.1109/x.1"), "the same title"),
        (
            paper("One thing", "https://lab.example/paper"),
            paper("Another", "http://lab.example/paper/"),
            "the link https://lab.example/paper",
        ),
    ],
)
def test_one_paper_is_recognised_and_it_is_said_by_what(one: Paper, other: Paper, why: str) -> None:
    assert (
        same_paper.reason(one, other).replace(
            "http://lab.example/paper/", "https://lab.example/paper"
        )
        == why
    )
    assert same_paper.reason(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper("Introduction"), paper("Introduction")),
        (paper("Introduction", **ADA), paper("Introduction", **MARY)),
        (paper("Introduction", **ADA), paper("Introduction", authors=ADA["authors"], year=1999)),
        (paper("Deep Learning: A Survey", **ADA), paper("Deep Learning: A Survey", **MARY)),
        (paper(arxiv_id="2103.03230"), paper(arxiv_id="2103.03231")),
        (paper("One", "https://lab.example/"), paper("Two", "https://lab.example")),
        (paper("One", "https://lab.example/pubs#1"), paper("Two", "https://lab.example/pubs#2")),
        (
            paper("One", BARLOW[0], "https://lab.example/group"),
            paper("Two", "https://arxiv.org/abs/2103.03231", "https://lab.example/group"),
        ),
        (paper(""), paper("")),
        (paper("???"), paper("!!!")),
    ],
)
def test_two_papers_with_something_in_common_stay_two(one: Paper, other: Paper) -> None:
    assert same_paper.reason(one, other) == ""
    assert same_paper.reason(other, one) == ""


def test_a_link_to_code_or_a_project_says_nothing_of_the_paper() -> None:
    links = (Link(LinkKind.CODE, BARLOW[0]), Link(LinkKind.PROJECT, "https://lab.example/project"))
    one, other = Paper("One thing", links=links), Paper("Quite another", links=links)
    assert same_paper.reason(one, other) == ""


def test_a_page_about_a_paper_is_another_page_though_the_paper_is_the_same() -> None:
    assert identifiers.is_same_page(BARLOW[0], BARLOW[10])
    assert identifiers.is_same_page(BARLOW[0], BARLOW[13])
    assert not identifiers.is_same_page(BARLOW[0], "https://huggingface.co/papers/2103.03230")


@steady
@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_is_given_has_keys_and_is_found_by_them(title: str, url: str) -> None:
    one = paper(title, url, arxiv_id=url, doi=url)
    found = same_paper.keys(one)
    assert all(0 < len(key) <= identifiers.LONGEST_KEY for key in found)
    if same_paper.reason(one, one):
        assert found
