"""Which question settles most faces."""
