"""An application that gets its services ready on a screen of its own: python example_app.py DIR."""

import sys

from ws import api

MARKS = {"done": "ok", "failed": "--", "aborted": "--"}


def show(event: api.Event) -> None:
    if event.kind == "planned" and event.estimate and event.estimate.download:
        print(f"Preparing; about {event.estimate.download // 10**6} MB to fetch.")
    elif event.kind == "step" and event.total:
        print(f"  {event.service}: {event.done} of {event.total}")
    elif event.kind == "finished" and event.status:
        print(f"  [{MARKS[event.status]}] {event.service}")


answer = api.ensure(sys.argv[1], on_event=show, wait_engine=60)
for service in answer.services:
    if service.state != "ready":
        print(f"{'Needed' if service.required else 'Optional'}: {service.name}")
        print("".join(f"  {each.reason}. {each.hint}\n" for each in service.tried), end="")
print("Welcome." if answer.ok else "Cannot start yet; see above.")
sys.exit(0 if answer.ok else 1)
