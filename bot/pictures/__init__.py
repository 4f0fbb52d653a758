"""Pictures: read and checked as they are, and a plain slide for a paper that has none."""
