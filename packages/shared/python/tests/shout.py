"""A tiny worker for the tests."""

from pydantic import BaseModel
from shared.worker import Worker


class Text(BaseModel):
    text: str


class Shout(Worker[Text, Text]):
    name = "shout"
    request = Text

    def handle(self, request: Text) -> Text:
        if request.text == "fail":
            raise ValueError("cannot\nshout that")
        print("a stray print")
        return Text(text=request.text.upper())


if __name__ == "__main__":
    Shout.main()
