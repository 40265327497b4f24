"""Tools for those who write packs: lint, and mutation of rules against their examples."""
