"""Pictures: read, measured and checked, and a plain slide for a paper that has none."""
