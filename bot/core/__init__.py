"""The rules: no files, no network, no clock; `now` is an argument."""
