"""Invented people: whole lives after breast cancer, as records, with the truth kept apart."""
