"""The pathway beyond triage, said of one person: risk, scores, work-up, treatment, follow-up, life.

Each module reads one kind of entry from what the engine computed; `told.py` puts them together.
"""
