"""Networks on this machine, for tests: real HTTP, real state, and trouble on demand."""
