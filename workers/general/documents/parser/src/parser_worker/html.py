"""HTML to sections."""

import re

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from parser_worker.models import Parsed, Section

UNSEEN = ["script", "style", "template", "noscript", "title"]
HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
BLOCKS = [
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt"),
    *("figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav"),
    *("ol", "option", "p", "pre", "section", "table", "tr", "ul"),
]
CELLS = ["td", "th"]


class Break(NavigableString):
    """White space that the layout asks for and the source does not hold."""


def parse(content: str) -> Parsed:
    """Split HTML at its headings; the title is <title>, or else the first <h1>."""
    soup = BeautifulSoup(content, "html.parser")
    title = squeeze(soup.title.get_text()) if soup.title else ""
    for tag in soup(UNSEEN):
        tag.decompose()
    for names, space in ((BLOCKS, "\n"), (CELLS, " ")):
        for tag in soup(names):
            tag.insert_before(Break(space))
            tag.insert_after(Break(space))
    sections = split(soup)
    first = (one.heading for one in sections if one.level == 1 and one.heading)
    text = "\n".join(part for one in sections for part in (one.heading, one.text) if part)
    return Parsed(title=title or next(first, None), text=text, sections=sections)


def split(soup: BeautifulSoup) -> list[Section]:
    """Walk through the document and begin a section at each heading."""
    sections = [Section(heading=None, level=0, text="")]
    for node in list(soup.descendants):
        if isinstance(node, Tag) and node.name in HEADINGS:
            heading = squeeze(node.get_text())
            sections.append(Section(heading=heading, level=int(node.name[1]), text=""))
        elif type(node) is Break:
            sections[-1].text += node
        elif type(node) is NavigableString and not node.find_parent(HEADINGS):
            shown = node if node.find_parent("pre") else re.sub(r"\s+", " ", node)
            sections[-1].text += shown
    for section in sections:
        lines = map(squeeze, section.text.splitlines())
        section.text = "\n".join(line for line in lines if line)
    return [one for one in sections if one.heading or one.text]


def squeeze(text: str) -> str:
    """Make every run of white space one blank."""
    return " ".join(text.split())
