"""From the wire to a committed Hold."""
