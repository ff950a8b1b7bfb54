"""The router worker.

In:  {"utterance": "...", "routes": {"worker": ["example phrase"]}, "threshold": 60};
     the last two are optional, routes.toml has the routes that are used then.
Out: {"worker": "tts", "score": 91.4, "example": "...", "others": [{...}]};
     worker is null where even the best score is below the threshold.
"""

import tomllib
from importlib import resources

from pydantic import BaseModel, Field, TypeAdapter
from rapidfuzz import fuzz, process, utils
from shared.worker import Worker

Routes = dict[str, list[str]]


def own_routes() -> Routes:
    """Read the routes that come with the worker."""
    text = resources.files(__package__).joinpath("routes.toml").read_text("utf-8")
    return TypeAdapter(Routes).validate_python(tomllib.loads(text))


class Utterance(BaseModel):
    """What somebody said or wrote."""

    utterance: str
    routes: Routes = Field(default_factory=own_routes)
    threshold: float = Field(default=60.0, ge=0, le=100)


class Candidate(BaseModel):
    """A worker and its example that is most like the utterance (0 to 100)."""

    worker: str
    score: float
    example: str


class Routed(BaseModel):
    """The worker that is meant, if any, and the next best ones."""

    worker: str | None
    score: float
    example: str | None
    others: list[Candidate]


class Router(Worker[Utterance, Routed]):
    """Compares the utterance with the examples of each worker."""

    name = "router"
    request = Utterance

    def handle(self, request: Utterance) -> Routed:
        found = candidates(request.utterance, request.routes)
        if found and found[0].score >= request.threshold:
            best, *others = found
            return Routed(**best.model_dump(), others=others[:2])
        score = found[0].score if found else 0.0
        return Routed(worker=None, score=score, example=None, others=found[:2])


def candidates(utterance: str, routes: Routes) -> list[Candidate]:
    """Return the workers whose examples are like the utterance, the best first."""
    found = []
    for worker, examples in routes.items():
        match = process.extractOne(
            utterance,
            examples,
            scorer=likeness,
            processor=utils.default_process,
        )
        if match:
            example, score, _ = match
            found.append(Candidate(worker=worker, score=round(score, 1), example=example))
    return sorted(found, key=lambda one: -one.score)


def likeness(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Compare the words in any order, and more so the words that both have."""
    sort = fuzz.token_sort_ratio(one, other, score_cutoff=score_cutoff)
    both = fuzz.token_set_ratio(one, other, score_cutoff=score_cutoff)
    return (sort + both) / 2


main = Router.main
