"""What goes into the parser and what comes out."""

from typing import Literal

from pydantic import BaseModel


class Document(BaseModel):
    """A document; the content of a PDF is base64."""

    format: Literal["html", "markdown", "text", "pdf"]
    content: str


class Section(BaseModel):
    """Text below a heading; level 0 is text that stands before the first heading."""

    heading: str | None
    level: int
    text: str


class Parsed(BaseModel):
    """The document as plain text, whole and in sections."""

    title: str | None
    text: str
    sections: list[Section]
