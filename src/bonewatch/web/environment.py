"""What the person who runs the server chooses, by environment variables, checked at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

PREFIX = "BONEWATCH_"
SECRET_LETTERS = 50
"""What Django asks of a secret key."""


class SetupError(RuntimeError):
    """A choice that cannot be used: which variable, what is wrong, what would be right."""


class Environment(BaseModel):
    """Each field is the variable BONEWATCH_<FIELD>."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: str = Field("", description="postgresql://…; empty: SQLite in the data folder")
    data: Path = Field(Path(".bonewatch"), description="the folder of the embedded database")
    secret_key: str = Field("", description="a long random text; sessions and links hang on it")
    site: str = Field("http://localhost:8000", description="the address people open")
    production: bool = Field(False, description="true behind HTTPS: strict cookies and headers")
    time_zone: str = Field("Europe/London", description="the clinic's own clock")
    protocol: str = Field("", description="the follow-up protocol; empty: the pack's own")
    settings: Path | None = Field(None, description="YAML file with cut-offs to change")
    smtp_host: str = Field("", description="empty: mail is not sent")
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: bool = False
    mail_from: str = "bonewatch@localhost"
    mail: str = Field("", description="a folder for mail instead; neither: printed")
    lease_seconds: int = Field(120, gt=0, description="longer than handing a mail over ever takes")

    @model_validator(mode="after")
    def _nobody_can_guess(self) -> Self:
        if self.production and len(self.secret_key) < SECRET_LETTERS:
            raise ValueError(
                f"{PREFIX}SECRET_KEY: in production {SECRET_LETTERS} random letters or more; set it"
            )
        return self

    @model_validator(mode="after")
    def _mail_arrives(self) -> Self:
        if self.production and not (self.smtp_host or self.mail):
            raise ValueError(f"{PREFIX}SMTP_HOST: in production mail must go somewhere; set it")
        return self


def read_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """The choices of this process; SetupError names every one that cannot be used."""
    named = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() in Environment.model_fields
    }
    try:
        return Environment.model_validate(named)
    except ValidationError as problem:
        raise SetupError("; ".join(map(_said, problem.errors()))) from None


def _said(problem: ErrorDetails) -> str:
    """Which variable and what is wrong; what concerns several says itself which."""
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg']}"
