"""FHIR R4 in: resources as systems really write them -> rows of the record.

One module for each kind of resource; `from_fhir` beside this folder is the public face. Nothing
here raises for what a resource contains: what cannot be used is noted or counted.
"""
