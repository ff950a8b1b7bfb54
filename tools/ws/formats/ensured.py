"""The answer of `ws docker ensure` as plain data, and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.model.docker_engine import EngineState
from ws.model.ensured import Answer, Estimate, ServiceState, Tried, VolumeState

if TYPE_CHECKING:
    from collections.abc import Mapping


def write(answer: Answer) -> dict[str, Any]:
    """As `data` of a report has it."""
    engine, estimate = answer.engine, answer.estimate
    return {
        "product": answer.product,
        "engine": {
            "kind": engine.kind,
            "detail": engine.detail,
            "hint": engine.hint,
            "version": engine.version or None,
        },
        "services": [_service(each) for each in answer.services],
        "volumes": [
            {
                "name": each.name,
                "services": list(each.services),
                "state": each.state,
                "reason": each.reason,
                "hint": each.hint,
            }
            for each in answer.volumes
        ],
        "estimate": write_estimate(estimate),
        "remembered": answer.remembered,
    }


def write_estimate(estimate: Estimate) -> dict[str, Any]:
    """Numbers, or null where nobody can tell."""
    keys = ("download", "disk", "free", "seconds")
    return {key: getattr(estimate, key) for key in keys}


def read(data: Mapping[str, Any]) -> Answer:
    """The answer again. Raises `KeyError`, `TypeError` for what is none."""
    engine = data["engine"]
    return Answer(
        data["product"],
        EngineState(engine["kind"], engine["detail"], engine["hint"], engine["version"] or ""),
        tuple(map(_read_service, data["services"])),
        tuple(
            VolumeState(**each | {"services": tuple(each["services"])}) for each in data["volumes"]
        ),
        Estimate(**data["estimate"]),
        remembered=data["remembered"],
    )


def _service(state: ServiceState) -> dict[str, Any]:
    return {
        "name": state.name,
        "required": state.required,
        "state": state.state,
        "way": state.way,
        "tried": [
            {"way": each.way, "status": each.status, "reason": each.reason, "hint": each.hint}
            for each in state.tried
        ],
        "tag": state.tag,
        "image": state.image or None,
        "program": state.program or None,
        "environment": dict(state.environment),
    }


def _read_service(table: Mapping[str, Any]) -> ServiceState:
    tried = tuple(Tried(**each) for each in table["tried"])
    texts = {key: table[key] or "" for key in ("image", "program")}
    return ServiceState(**{**table, **texts, "tried": tried})
