"""The tests, as a package of its own, so that no installed package named tests comes first."""
