"""The whole pack as one book to read: a single HTML file without scripts."""
