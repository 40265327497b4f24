"""Work that is due at a time, kept in the database: done once, whatever dies meanwhile."""
