"""The same rules over everyone: a source of records in, answers, worklist and report out."""
