"""What stands on a page, as AppTest sees it: the components that a visitor sees, and the proofs."""

from __future__ import annotations

import gzip
import json
from typing import Any

from streamlit.testing.v1 import AppTest

from explainer.ui import addressed


def components_of(app: AppTest) -> list[Any]:
    """All but the one that asks for a new run after a lost connection."""
    return [one for one in app.get("bidi_component") if one.proto.component_name != "again"]


def sent_to(one: Any) -> dict[str, Any]:
    """What a component is sent: a text, in which its data is written."""
    data: dict[str, Any] = json.loads(json.loads(one.proto.json))
    return data


def data_of(one: Any) -> dict[str, Any]:
    """A component's data as its script shows it: what comes by address included."""
    data = sent_to(one)
    source = data.pop("source", None)
    if source is None:
        return data
    found = addressed._answered[source.removeprefix(f"{addressed.PLACE}/")]
    return {**json.loads(gzip.decompress(found.small)), **data}


def proofs(app: AppTest) -> list[str]:
    """The proofs of a page, a line each; they stand in one text, so each is to be looked at by itself."""
    lines = [line for block in app.markdown for line in block.value.split("\n\n")]
    return [line for line in lines if "largest difference" in line]
