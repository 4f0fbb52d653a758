"""Pictures: read and checked as they are, and pages typeset for papers that have none."""
