"""A real worker for the tests, small and able to misbehave."""

import os
import time
from typing import Literal

from pydantic import BaseModel
from shared.worker import Worker


class Order(BaseModel):
    do: Literal["echo", "exit", "sleep", "fail"] = "echo"
    text: str = ""


class Done(BaseModel):
    text: str
    pid: int


class Tiny(Worker[Order, Done]):
    name = "tiny"
    request = Order

    def handle(self, request: Order) -> Done:
        match request.do:
            case "exit":
                os._exit(3)
            case "sleep":
                time.sleep(60)
            case "fail":
                raise ValueError("as ordered")
        return Done(text=request.text, pid=os.getpid())


if __name__ == "__main__":
    Tiny.main()
