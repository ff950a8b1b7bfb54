"""The chat worker.

In:  {"question": "...", "passages": [{"id": "a", "text": "..."}], "history": ["..."]};
     history, the earlier questions, is optional.
Out: {"answer": "...", "passage": "a", "score": 1.2}, or null, null, 0.0 where no
     passage has to do with the question.
"""

from pydantic import BaseModel
from shared.worker import Worker

from chat_worker.bm25 import BM25
from chat_worker.terms import sentences, terms

EARLIER = 0.3


class Passage(BaseModel):
    """A piece of text that may hold the answer."""

    id: str
    text: str


class Question(BaseModel):
    """What is asked now, and what was asked before."""

    question: str
    passages: list[Passage]
    history: list[str] = []


class Answer(BaseModel):
    """A sentence of a passage, if any fits."""

    answer: str | None = None
    passage: str | None = None
    score: float = 0.0


class Chat(Worker[Question, Answer]):
    """Picks the passage that fits best, and in it the sentence that does."""

    name = "chat"
    request = Question

    def handle(self, request: Question) -> Answer:
        wanted = weigh(request)
        index, score = best([passage.text for passage in request.passages], wanted)
        if not score:
            return Answer()
        passage = request.passages[index]
        said = sentences(passage.text)
        return Answer(
            answer=said[best(said, wanted)[0]],
            passage=passage.id,
            score=round(score, 3),
        )


def weigh(request: Question) -> dict[str, float]:
    """Weigh the terms; those of the last question help with "And where is it?"."""
    weights = dict.fromkeys(terms(" ".join(request.history[-1:])), EARLIER)
    return weights | dict.fromkeys(terms(request.question), 1.0)


def best(texts: list[str], wanted: dict[str, float]) -> tuple[int, float]:
    """Return the place and the score of the text that fits best."""
    scores = BM25([terms(text) for text in texts]).scores(wanted)
    score = max(scores, default=0.0)
    return (scores.index(score) if scores else 0), score


main = Chat.main
