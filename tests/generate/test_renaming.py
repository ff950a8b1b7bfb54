from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.generate.renaming import Renaming
from ws.model.plan import NewFile
from ws.planning.naming import Names, names_for


def renamed(text: str, old: str, new: str, *others: str) -> str:
    folders = (f"workers/deep/{old}", f"workers/{new}")
    return Renaming(names_for(old), names_for(new), folders, others).text(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("chunker-worker", "text-digest-worker"),
        ("chunker_worker", "text_digest_worker"),
        ("chunker worker", "text digest worker"),
        ("Chunker worker", "Text digest worker"),
        ("Chunker Worker", "Text Digest Worker"),
        ("ChunkerWorker", "TextDigestWorker"),
        ("chunkerWorker", "textDigestWorker"),
        ("CHUNKER_WORKER", "TEXT_DIGEST_WORKER"),
        ("CHUNKER-WORKER", "TEXT-DIGEST-WORKER"),
        ("chunkerworker", "text_digest_worker"),
        ("test_chunker_worker.py", "test_text_digest_worker.py"),
        ("ChunkerWorkerError", "TextDigestWorkerError"),
        ("workers/deep/chunker-worker/x", "workers/text-digest-worker/x"),
    ],
)
def test_every_spelling_of_a_name_becomes_the_same_spelling_of_the_new_one(
    old: str, new: str
) -> None:
    assert renamed(f"<{old}>", "chunker-worker", "text-digest-worker") == f"<{new}>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "chunker"', 'name = "text-digest"'),
        ("'chunker'", "'text-digest'"),
        ("class Chunker(Worker[Text])", "class TextDigest(Worker[Text])"),
        ("tests/test_chunker.py", "tests/test_text_digest.py"),
    ],
)
def test_so_does_the_name_that_a_worker_gives_itself(old: str, new: str) -> None:
    assert renamed(old, "chunker-worker", "text-digest-worker") == new


@pytest.mark.parametrize(
    "text",
    [
        "the chunker, unchunkered",
        '"a chunker"',
        "chunker_workers",
        "my.Chunker",
        "xChunker",
        "unchunker-worker",
        "test_chunker_s",
    ],
)
def test_what_may_mean_something_else_stays(text: str) -> None:
    assert renamed(text, "chunker-worker", "text-digest-worker") == text


def test_a_short_name_of_several_words_is_replaced_wherever_it_stands() -> None:
    text = "graph-query, GraphQuery, graph_query and Graph query, not query"
    assert renamed(text, "graph-query-worker", "summary") == (
        "summary, Summary, summary and Summary, not query"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import chat", "import small_talk"),
        ("from chat.terms import x", "from small_talk.terms import x"),
        ("src/chat/terms.py", "src/small_talk/terms.py"),
        ("test_chat.py", "test_small_talk.py"),
        ("class Chat:", "class SmallTalk:"),
    ],
)
def test_a_name_of_one_word_is_replaced_where_it_is_a_whole_word(old: str, new: str) -> None:
    assert renamed(old, "chat", "small-talk") == new


@pytest.mark.parametrize(
    "text", ["chats", "chat_log", "log_chat", "self.chat", "pre-chat", "chat-room", "CHAT"]
)
def test_a_name_of_one_word_stays_where_it_is_a_part_of_another(text: str) -> None:
    assert renamed(text, "chat", "small-talk") == text


def test_a_package_that_is_imported_under_another_name_has_both_replaced() -> None:
    renaming = Renaming(
        Names("shared-python", "shared"), names_for("common-code"), ("packages/shared", "x/y")
    )
    assert renaming.text("shared-python, shared_python: from shared.logs; packages/shared/a") == (
        "common-code, common_code: from common_code.logs; x/y/a"
    )


def test_the_names_of_other_members_stay() -> None:
    text = "chunker-worker-tools chunker_worker_tools chunker-worker"
    others = ("chunker-worker-tools", "chunker_worker_tools", "shared")
    assert renamed(text, "chunker-worker", "summary", *others) == (
        "chunker-worker-tools chunker_worker_tools summary"
    )


def test_files_are_renamed_and_what_is_no_text_keeps_its_bytes() -> None:
    files = (
        NewFile("src/chat/a.py", b"import chat\r\n", executable=True),
        NewFile("chat/a.wav", b"\x00 chat"),
    )
    renaming = Renaming(names_for("chat"), names_for("talk"), ("chat", "talk"))
    assert renaming.files(files) == (
        NewFile("src/talk/a.py", b"import talk\r\n", executable=True),
        NewFile("talk/a.wav", b"\x00 chat"),
    )


WORDS = ["chunker", "worker", "Chunker", "Worker", "-", "_", " ", ".", '"', "text", "\n", "test_"]
TEXTS = st.lists(st.sampled_from(WORDS)).map("".join)


@given(TEXTS)
def test_a_name_that_is_replaced_by_itself_leaves_all_letters_as_they_were(text: str) -> None:
    same = renamed(text, "chunker-worker", "chunker-worker")
    assert same.replace("_", "").lower() == text.replace("_", "").lower()


@given(TEXTS)
def test_no_spelling_of_the_old_name_is_left(text: str) -> None:
    renaming = Renaming(names_for("chunker-worker"), names_for("red-fox-worker"), (".", "."))
    once = renaming.text(text)
    assert renaming.text(once) == once
