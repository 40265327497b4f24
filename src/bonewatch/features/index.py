"""Which rows of a table a condition can hold for, by the column that says their kind."""

from __future__ import annotations

from bonewatch.features import tree as t
from bonewatch.features.rows import INDEXED
from bonewatch.features.tree import Tree
from bonewatch.record.tables import Table


def index_of(where: Tree, table: Table) -> tuple[str, ...] | None:
    """The only values of the table's kind column for which `where` can hold; None when any."""
    column = INDEXED.get(table.name)
    for part in where.items if isinstance(where, t.And) else (where,):
        named = t.Name(column or "", "text")
        match part:
            case t.Compare("=", left, t.Constant(value)) if left == named:
                return (str(value),)
            case t.In(item, choices) if item == named:
                return tuple(dict.fromkeys(str(choice) for choice in choices))
    return None
