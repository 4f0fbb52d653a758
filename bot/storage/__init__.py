"""The only SQL: tables, migrations, and what is read from and written to them."""
