"""The roundups as pages."""
