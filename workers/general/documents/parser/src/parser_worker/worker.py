"""The parser worker.

In:  {"format": "markdown", "content": "# Title..."}
Out: {"title": "Title", "text": "...", "sections": [{"heading", "level", "text"}]}
"""

import base64
import io

from markdown_it import MarkdownIt
from shared.worker import Worker

from parser_worker import html
from parser_worker.models import Document, Parsed, Section


class Parser(Worker[Document, Parsed]):
    """Reads a document in the format that it says."""

    name = "parser"
    request = Document

    def handle(self, request: Document) -> Parsed:
        match request.format:
            case "html":
                return html.parse(request.content)
            case "markdown":
                return html.parse(markdown.render(request.content))
            case "text":
                return text(request.content)
            case "pdf":
                return pdf(base64.b64decode(request.content, validate=True))


markdown = MarkdownIt("commonmark").enable("table")


def text(content: str) -> Parsed:
    """Take plain text as it is; its first line that is not blank is the title."""
    lines = (line.strip() for line in content.splitlines())
    title = next(filter(None, lines), None)
    sections = [Section(heading=None, level=0, text=content.strip())] if title else []
    return Parsed(title=title, text=content.strip(), sections=sections)


def pdf(content: bytes) -> Parsed:
    """Read the text layer of a PDF; each page is a section."""
    try:
        from pypdf import PdfReader
    except ModuleNotFoundError as error:
        message = "the format pdf needs the extra parser-worker[pdf]"
        raise RuntimeError(message) from error
    reader = PdfReader(io.BytesIO(content))
    sections = [
        Section(heading=f"Page {number}", level=1, text=page.extract_text().strip())
        for number, page in enumerate(reader.pages, start=1)
    ]
    title = reader.metadata.title if reader.metadata else None
    whole = "\n".join(one.text for one in sections if one.text)
    return Parsed(title=title, text=whole, sections=sections)


main = Parser.main
