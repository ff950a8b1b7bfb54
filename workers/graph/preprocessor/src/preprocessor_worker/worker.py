"""Text in, sentences with names out."""

from pydantic import BaseModel
from shared.worker import Worker

from preprocessor_worker.names import Sentence, prepare


class Text(BaseModel):
    """Any English prose."""

    text: str


class Prepared(BaseModel):
    """The sentences, and how often each name is found in them."""

    sentences: list[Sentence]
    names: dict[str, int]


class Preprocessor(Worker[Text, Prepared]):
    """Cleans a text, cuts it into sentences and finds the names in them."""

    name = "preprocessor"
    request = Text

    def handle(self, request: Text) -> Prepared:
        """Text in; clean sentences with their names out."""
        sentences = prepare(request.text)
        names: dict[str, int] = {}
        for sentence in sentences:
            for entity in sentence.entities:
                names[entity.name] = names.get(entity.name, 0) + 1
        return Prepared(sentences=sentences, names=names)


main = Preprocessor.main
