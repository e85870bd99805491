"""Work orders: what is to be done, where, by whom, and what came of it."""
