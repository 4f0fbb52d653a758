"""Pictures: read, measured and checked, and pages typeset for papers that have none."""
