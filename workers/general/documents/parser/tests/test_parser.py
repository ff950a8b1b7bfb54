import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from parser_worker.worker import Parser
from shared.messages import Message, Result

SCRIPT = Path(sys.executable).with_name("parser-worker")


def answer(format_: str, content: str) -> Result:
    return Parser().answer(Message(id="1", payload={"format": format_, "content": content}))


def parse(format_: str, content: str) -> dict[str, Any]:
    result = answer(format_, content)
    assert result.payload, result.error
    return result.payload


def pdf(text: str) -> str:
    """Make a PDF of one page, by hand."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources"
        + " << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Title (A letter) >>",
    ]
    body, offsets = "%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer << /Size 6 /Root 1 0 R /Info 5 0 R >>\n"
    return base64.b64encode(f"{body}{end}startxref\n{len(body)}\n%%EOF".encode()).decode()


def test_html_is_split_at_its_headings() -> None:
    parsed = parse(
        "html",
        "<title>T</title><p>Before</p><h1>One</h1><p>a</p><h3>Deep <i>er</i></h3>b",
    )
    assert parsed == {
        "title": "T",
        "text": "Before\nOne\na\nDeep er\nb",
        "sections": [
            {"heading": None, "level": 0, "text": "Before"},
            {"heading": "One", "level": 1, "text": "a"},
            {"heading": "Deep er", "level": 3, "text": "b"},
        ],
    }


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p>b", "a\nb"),
        ("one\n  <b>two</b>\nthree", "one two three"),
        ("a<b>b</b>c", "abc"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("a<!-- no -->b<script>no()</script><style>no</style>", "ab"),
        ("&lt;p&gt; &amp; caf&eacute;", "<p> & café"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("a_b <i>_</i> c", "a_b _ c"),
    ],
)
def test_html_text_reads_as_it_is_shown(html: str, text: str) -> None:
    assert parse("html", html)["text"] == text


def test_the_first_h1_is_the_title_when_there_is_no_title() -> None:
    assert parse("html", "<h2>Small</h2><h1>Big</h1>")["title"] == "Big"
    assert parse("html", "<p>none</p>")["title"] is None


def test_markdown_has_sections_and_loses_its_marks() -> None:
    parsed = parse(
        "markdown",
        "# Report\n\nAll *is* [well](http://x).\n\n- a\n- b\n\n|k|v|\n|-|-|\n|1|2|\n",
    )
    assert parsed["title"] == "Report"
    assert parsed["sections"] == [
        {"heading": "Report", "level": 1, "text": "All is well.\na\nb\nk v\n1 2"}
    ]


def test_the_first_line_of_plain_text_is_its_title() -> None:
    assert parse("text", "\n A letter \n\nDear <b>\n")["title"] == "A letter"
    assert parse("text", " \n")["sections"] == []


def test_each_page_of_a_pdf_is_a_section() -> None:
    assert parse("pdf", pdf("Hello page")) == {
        "title": "A letter",
        "text": "Hello page",
        "sections": [{"heading": "Page 1", "level": 1, "text": "Hello page"}],
    }


def test_a_pdf_without_the_extra_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "parser-worker[pdf]" in (answer("pdf", pdf("x")).error or "")


@pytest.mark.parametrize("content", ["no base64!", "aGVsbG8="])
def test_what_is_no_pdf_gives_an_error(content: str) -> None:
    assert answer("pdf", content).status == "error"


def test_an_unknown_format_names_the_known_ones() -> None:
    assert "'html', 'markdown', 'text' or 'pdf'" in (answer("docx", "").error or "")


def test_the_console_script_answers_on_stdout() -> None:
    line = json.dumps({"id": "7", "payload": {"format": "markdown", "content": "# Hi\nthere"}})
    done = subprocess.run(
        [SCRIPT], input=line, capture_output=True, text=True, check=True, timeout=30
    )
    result = json.loads(done.stdout)
    assert (result["id"], result["worker"], result["payload"]["text"]) == (
        "7",
        "parser",
        "Hi\nthere",
    )
