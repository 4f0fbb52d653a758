"""One delivery from claim to receipt, and what follows when it does not get there."""
