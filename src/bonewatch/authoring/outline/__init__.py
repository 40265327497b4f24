"""Rules, signs and entries as plain blocks that a page, a book or a terminal can show."""
