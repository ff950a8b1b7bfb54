import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shared.messages import Message
from wikipedia_worker.worker import Wikipedia

SCRIPT = Path(sys.executable).with_name("wikipedia-worker")
TEA = """{{Short description|Hot drink}}
{{Infobox drink
| name = Tea
| type = [[Hot chocolate|Hot]] drink
| origin = {{nowrap|China}}<ref>A book</ref>
| colour =
}}
[[File:Tea.jpg|thumb|A cup of [[porcelain]]]]
'''Tea''' is a [[drink]] made of [[Camellia sinensis|leaves]].<ref name="a">Ukers</ref>

== History ==
It came from [[China]].
{| class="wikitable"
| no || table
|}

[[Category:Tea]]
[[category: Hot drinks |Tea]]
"""


def read(wikitext: str, **more: object) -> dict[str, Any]:
    result = Wikipedia().answer(
        Message(id="1", payload={"title": "T", "wikitext": wikitext, **more})
    )
    assert result.payload, result.error
    return result.payload


def test_the_text_is_what_a_reader_sees() -> None:
    assert read(TEA)["text"] == "Tea is a drink made of leaves.\n\nHistory\nIt came from China."


def test_links_have_their_target_and_the_text_that_is_shown() -> None:
    assert {(link["target"], link["text"]) for link in read(TEA)["links"]} == {
        ("Hot chocolate", "Hot"),
        ("porcelain", "porcelain"),
        ("drink", "drink"),
        ("Camellia sinensis", "leaves"),
        ("China", "China"),
    }


def test_categories_lose_prefix_and_sort_key() -> None:
    assert read(TEA)["categories"] == ["Tea", "Hot drinks"]


def test_the_infobox_is_plain_text_without_empty_fields() -> None:
    assert read(TEA)["infobox"] == {
        "kind": "drink",
        "fields": {"name": "Tea", "type": "Hot drink", "origin": "China"},
    }


def test_a_page_without_infobox_has_none() -> None:
    assert read("just text")["infobox"] is None


def test_a_link_with_a_leading_colon_is_a_link_to_the_category() -> None:
    page = read("see [[:Category:Tea]]")
    assert page["categories"] == []
    assert page["links"][0]["target"] == "Category:Tea"


def test_prefixes_of_another_wikipedia_can_be_given() -> None:
    page = read("Tee [[Kategorie:Heißgetränk]]", category_prefixes=["Kategorie"])
    assert (page["text"], page["categories"]) == ("Tee", ["Heißgetränk"])


@pytest.mark.parametrize("wikitext", ["", "{{Infobox", "[[", "{|", "'''", "<ref>", "[[a|[[b]]"])
def test_broken_wikitext_is_read_as_far_as_it_goes(wikitext: str) -> None:
    assert read(wikitext)["title"] == "T"


def test_the_console_script_answers_on_stdout() -> None:
    line = json.dumps({"id": "7", "payload": {"title": "Tea", "wikitext": TEA}})
    done = subprocess.run(
        [SCRIPT], input=line, capture_output=True, text=True, check=True, timeout=30
    )
    result = json.loads(done.stdout)
    assert (result["worker"], result["payload"]["title"]) == ("wikipedia", "Tea")
