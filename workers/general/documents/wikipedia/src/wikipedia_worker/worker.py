"""The wikipedia worker; it reads the wikitext of the message and asks no network.

In:  {"title": "Tea", "wikitext": "..."}
Out: {"title", "text", "links": [{"target", "text"}], "categories": [...],
      "infobox": {"kind", "fields"} or null}
"""

import re

import mwparserfromhell
from mwparserfromhell.nodes import Tag, Wikilink
from mwparserfromhell.wikicode import Wikicode
from pydantic import BaseModel
from shared.worker import Worker

UNSEEN = {"table", "ref", "gallery", "timeline"}


class Article(BaseModel):
    """The source of an article; other Wikipedias have other prefixes for categories."""

    title: str
    wikitext: str
    category_prefixes: list[str] = ["Category"]
    file_prefixes: list[str] = ["File", "Image", "Media"]


class Link(BaseModel):
    """A link to another article."""

    target: str
    text: str


class Infobox(BaseModel):
    """What kind of thing the article is about, and its facts as plain text."""

    kind: str
    fields: dict[str, str]


class Page(BaseModel):
    """What the article says."""

    title: str
    text: str
    links: list[Link]
    categories: list[str]
    infobox: Infobox | None


class Wikipedia(Worker[Article, Page]):
    """Parses wikitext."""

    name = "wikipedia"
    request = Article

    def handle(self, request: Article) -> Page:
        code = mwparserfromhell.parse(request.wikitext)
        categories, links = [], []
        for link in code.filter_wikilinks():
            prefix, _, rest = str(link.title).strip().partition(":")
            if is_one_of(prefix, request.category_prefixes):
                categories.append(rest.strip())
            elif not is_one_of(prefix, request.file_prefixes):
                links.append(article_link(link))
        hidden = [*request.category_prefixes, *request.file_prefixes]
        return Page(
            title=request.title,
            text=plain(request.wikitext, hidden),
            links=list({(link.target, link.text): link for link in links}.values()),
            categories=list(dict.fromkeys(categories)),
            infobox=infobox(code),
        )


def article_link(link: Wikilink) -> Link:
    """Read [[target|text]]; a colon before the target only says that it is a link."""
    target = str(link.title).strip().removeprefix(":")
    text = link.text.strip_code().strip() if link.text else ""
    return Link(target=target, text=text or target)


def infobox(code: Wikicode) -> Infobox | None:
    """Read the first template whose name begins with "Infobox"."""
    for template in code.filter_templates():
        name = str(template.name).strip()
        if name.lower().startswith("infobox"):
            fields = {str(one.name).strip(): value(one.value) for one in template.params}
            known = {key: text for key, text in fields.items() if text}
            return Infobox(kind=name[len("infobox") :].strip(), fields=known)
    return None


def value(code: Wikicode) -> str:
    """Make the value of a field one line; keep what small templates say."""
    for template in code.filter_templates(recursive=False):
        said = [str(one.value) for one in template.params if not one.showkey]
        code.replace(template, " ".join(said))
    return " ".join(plain(str(code), hidden=[]).split())


def plain(wikitext: str, hidden: list[str]) -> str:
    """Return what a reader sees, without templates, tables, notes and hidden links."""
    code = mwparserfromhell.parse(wikitext)
    for node in reversed(code.filter()):  # inner nodes first
        link = isinstance(node, Wikilink) and str(node.title).partition(":")
        if (link and is_one_of(link[0], hidden)) or (
            isinstance(node, Tag) and str(node.tag).lower() in UNSEEN
        ):
            code.remove(node)
    lines = (line.strip() for line in str(code.strip_code()).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def is_one_of(prefix: str, prefixes: list[str]) -> bool:
    """Compare as MediaWiki does, whatever the case."""
    return prefix.strip().casefold() in map(str.casefold, prefixes)


main = Wikipedia.main
