"""What is wrong in a pack, and where."""

from __future__ import annotations


class PackError(ValueError):
    """Something wrong in a pack: file, line, what, and what to do."""

    def __init__(self, file: str, line: int, says: str) -> None:
        super().__init__(f"{file}:{line}: {says}")
        self.file, self.line, self.says = file, line, says
