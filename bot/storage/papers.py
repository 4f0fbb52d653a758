"""Papers and their links, as the queue reads and writes them with its collages."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.core import same_paper
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference
from bot.storage.tables import links, paper_keys, papers

COLUMNS = tuple(column.label(f"its_{column.name}") for column in papers.c)
"""A paper's columns under names that do not clash with those of its collage."""


def record(row: Row[Any], its_links: tuple[Link, ...]) -> Paper:
    """A paper, from a row with `COLUMNS` and its links in order."""
    return Paper(
        title=row.its_title,
        authors=tuple(row.its_authors),
        others=row.its_others,
        year=row.its_year,
        links=its_links,
        arxiv_id=row.its_arxiv_id,
        doi=row.its_doi,
        licence=row.its_licence,
        figures=tuple(Figure(**figure) for figure in row.its_figures),
        references=tuple(Reference(**reference) for reference in row.its_reference_list),
    )


def links_of(conn: Connection, paper_ids: Collection[int]) -> dict[int, tuple[Link, ...]]:
    """The links of each of these papers in order, by the paper's id."""
    by_paper: dict[int, list[Link]] = {paper_id: [] for paper_id in paper_ids}
    if by_paper:
        wanted = select(links).where(links.c.paper_id.in_(by_paper))
        for row in conn.execute(wanted.order_by(links.c.paper_id, links.c.position)):
            by_paper[row.paper_id].append(Link(LinkKind(row.kind), row.url))
    return {paper_id: tuple(its_links) for paper_id, its_links in by_paper.items()}


def add(conn: Connection, paper: Paper) -> int:
    """Insert a paper with its links; its id."""
    new = insert(papers).values(_values(paper)).returning(papers.c.id)
    paper_id: int = conn.execute(new).scalar_one()
    _put_links(conn, paper_id, paper.links)
    _put_keys(conn, paper_id, paper)
    return paper_id


def replace(conn: Connection, paper_id: int, paper: Paper) -> None:
    """Write a paper and its links in place of what was there."""
    conn.execute(update(papers).where(papers.c.id == paper_id).values(_values(paper)))
    _put_links(conn, paper_id, paper.links)
    conn.execute(delete(paper_keys).where(paper_keys.c.paper_id == paper_id))
    _put_keys(conn, paper_id, paper)


def _values(paper: Paper) -> dict[str, Any]:
    return {
        "title": paper.title,
        "authors": list(paper.authors),
        "others": paper.others,
        "year": paper.year,
        "arxiv_id": paper.arxiv_id,
        "doi": paper.doi,
        "licence": paper.licence,
        "figures": [figure._asdict() for figure in paper.figures],
        "reference_list": [reference._asdict() for reference in paper.references],
    }


def _put_links(conn: Connection, paper_id: int, its_links: Sequence[Link]) -> None:
    conn.execute(delete(links).where(links.c.paper_id == paper_id))
    rows = [
        {"paper_id": paper_id, "position": position, "kind": link.kind.value, "url": link.url}
        for position, link in enumerate(its_links, 1)
    ]
    if rows:
        conn.execute(insert(links), rows)


def _put_keys(conn: Connection, paper_id: int, paper: Paper) -> None:
    """Write by what the paper is found again."""
    rows = [{"paper_id": paper_id, "key": key} for key in same_paper.keys(paper)]
    if rows:
        conn.execute(insert(paper_keys), rows)
