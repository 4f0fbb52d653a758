"""The gallery of slides, covers and cards: what templates make of easy and of hard cases."""
