"""One roundup from the ledger to its link and its thread."""
