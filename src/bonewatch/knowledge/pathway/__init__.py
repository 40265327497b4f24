"""What the pack says beyond triage: scores, tables, work-up, options, protocols, advice.

Each is an entry: text in YAML, checked here, turned into features that every engine computes
after the rules. Nothing of triage can read them, so no score can lower an urgency.
"""
