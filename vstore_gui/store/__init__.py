"""What we know of every connection: frozen values by key, diffed as they come, indexed by who uses what."""
