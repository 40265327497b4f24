"""The append-only record of a patient: each entry is one row of a record table."""
