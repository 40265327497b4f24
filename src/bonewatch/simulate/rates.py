"""The numbers the invented lives are drawn from, checked as they are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

from pydantic import Field

from bonewatch.knowledge.checking import checked, mapping, mapping_of
from bonewatch.knowledge.schema import Part, Seen
from bonewatch.knowledge.yaml_lines import read_yaml

FILE = Path(__file__).parent / "rates.yaml"
Number = int | float


class Rate(Part):
    """One rate: what it is, its unit and value, where it stands, and how that place is known."""

    is_: str = Field(alias="is")
    unit: str
    value: Number | tuple[Number, ...] | dict[str, Number]
    at: str
    seen: Seen


class Rates:
    """Every rate by its name."""

    def __init__(self, rates: dict[str, Rate]) -> None:
        self.rates = rates

    def number(self, name: str) -> float:
        """A single number."""
        return float(cast(Number, self.rates[name].value))

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of numbers, such as one for each year."""
        return tuple(float(one) for one in cast(tuple[Number, ...], self.rates[name].value))

    def shares(self, name: str) -> dict[str, float]:
        """Numbers by what they are of."""
        value = cast(dict[str, Number], self.rates[name].value)
        return {key: float(one) for key, one in value.items()}


@cache
def read_rates(path: Path = FILE) -> Rates:
    """The rates of a file; PackError where one is not as it must be."""
    document = read_yaml(path, path.name)
    listed = mapping_of(document, ("rates",), mapping(document, ()).get("rates"))
    return Rates(
        {name: checked(document, ("rates", name), one, Rate) for name, one in listed.items()}
    )
