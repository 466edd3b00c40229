"""The input of a member as the line builds it: features, beliefs of the layers before, the own rule (docs/models.md)."""

from dataclasses import dataclass

import numpy as np

from .member import Member
from .parts import Part


@dataclass(frozen=True)
class Layout:
    columns: tuple[str, ...]
    beliefs: tuple[str, ...]
    rule: bool
    places: tuple[int, ...]
    """Place in the training matrix of each number of the input."""
    parts: tuple[Part, ...]
    """The member's parts, reading the input."""

    def rows(self, x: np.ndarray) -> np.ndarray:
        """Rows of the input from rows of the training matrix."""
        return np.asfortranarray(x[:, list(self.places)])


def layout_of(member: Member) -> Layout:
    read = set().union(*(part.columns() for part in member.parts))
    layers = {member.names[i].split(".")[0] for i in read if "." in member.names[i]}
    features = sorted(i for i in read if "." not in member.names[i])
    beliefs = [layer for layer in ("regime", "pattern") if layer in layers and layer != member.layer.name]
    rule = member.layer.name in layers
    belief_places = [i for layer in [*beliefs, *([member.layer.name] if rule else [])] for i in places_of(member, layer)]
    places = features + belief_places
    at = np.full(len(member.names), -1)
    at[places] = np.arange(len(places))
    return Layout(
        columns=tuple(member.names[i] for i in features),
        beliefs=tuple(beliefs),
        rule=rule,
        places=tuple(places),
        parts=tuple(part.reading(at) for part in member.parts),
    )


def places_of(member: Member, layer: str) -> list[int]:
    return [i for i, name in enumerate(member.names) if name.startswith(f"{layer}.")]
