"""Texts as the networks see them: counted, split, and made plain."""
