"""How much one thread asks of the database, so that it does not creep up unseen."""

from pathlib import Path

from benchmarks import statements


def test_a_thread_from_its_slot_to_sent_takes_few_statements(tmp_path: Path) -> None:
    """The whole tick is counted; it was 68 statements on 31 connections before.

    Two of them, each with its connection, ask which texts the account has already: at the claim,
    and when the thread is frozen. A third asks which it will have: the claim knows what waits.
    Two more look up, at the same moments, the picture that was made to fit the account.
    """
    traffic = statements.one_thread(tmp_path)
    shown = "\n".join(f"{asker}: {text}" for text, asker in traffic.statements)
    assert len(traffic.statements) <= 47, shown
    assert traffic.connections <= 26, shown
