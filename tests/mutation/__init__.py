"""A sample of small mistakes put into the code, one at a time: the tests have to notice each."""
