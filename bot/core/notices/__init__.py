"""The catalogue of notices: what a maintainer must hear, one class for each thing that is said.

A class has the facts of its notice. Its key, its sentence, its advice and the command that the
advice names are made here and nowhere else.
"""
