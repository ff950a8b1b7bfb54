"""A tiny worker for the tests."""

import os
import time

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
        if request.text == "name":  # of a file, as the system gives those that are no UTF-8
            raise ValueError(os.fsdecode(b"caf\xe9.txt"))
        if request.text == "die":
            os._exit(3)
        time.sleep({"long": 2.5, "sleep": 1, "slow": 0.01}.get(request.text, 0))
        print("a stray print")
        return Text(text=request.text.upper())


if __name__ == "__main__":
    Shout.main()
