"""Pictures: read, measured, checked and fitted, and pages typeset for papers that have none."""
