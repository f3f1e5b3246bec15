"""What the page gives away: a picture for slides, the numbers as JSON and CSV, a program that computes them again."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from explainer.experiments.indices import NOWHERE, Journey
from explainer.segmentation.groups import GROUPS
from explainer.ui.indices.figure import found
from explainer.ui.photo.files import File, packed_file, show_packed
from explainer.ui.photo.labelled import ShownPhoto

PROGRAM = '''"""What the indices carry, on one photo. To be run in the folder of the Upsampling Explainer."""

from explainer.experiments.indices import travel
from explainer.photos import read_photo
from explainer.segmentation.networks import deconvnet
{imports}
photo = read_photo({photo})
other = read_photo(sample("{other}").path.read_bytes())
journey = travel(deconvnet(), photo.rgb, other.rgb)
for way in journey.ways:
    print(f"{{way.told.name}} {{way.same:.6f}} {{way.overlap:.6f}}")
'''


def show_files(photo: ShownPhoto, other: ShownPhoto, journey: Journey) -> None:
    """The buttons."""
    files = found(photo, ("files", other.key), lambda: make_files(photo, other, journey), "Making the files")
    if files is not None:
        show_packed(files, "dn_files")


def make_files(photo: ShownPhoto, other: ShownPhoto, journey: Journey) -> list[File]:
    """All files, in the worker's thread."""
    from explainer.ui.indices.sheet import sheet_png

    numbers = json.dumps(numbers_of(journey), indent=1).encode()
    return [
        packed_file("Figure for slides (PNG)", "indices.png", "image/png", sheet_png(journey)),
        packed_file("Maps and indices (JSON)", "indices.json", "application/json", numbers),
        packed_file("What each answer keeps (CSV)", "indices.csv", "text/csv", table_csv(journey).encode()),
        packed_file("Program (Python)", "indices.py", "text/x-python", program(photo, other).encode()),
    ]


def program(photo: ShownPhoto, other: ShownPhoto) -> str:
    """A program that prints the shares and overlaps of the page; a visitor's photo is `photo.jpg` in it."""
    imports = "from explainer.segmentation.samples import sample\n"
    name = photo.key.partition(":")[2]
    source = f'sample("{name}").path.read_bytes()' if photo.is_sample else 'Path("photo.jpg").read_bytes()'
    if not photo.is_sample:
        imports = f"from pathlib import Path\n\n{imports}"
    return PROGRAM.format(imports=imports, photo=source, other=other.key.partition(":")[2])


def numbers_of(journey: Journey) -> dict[str, Any]:
    """The followed channels' maps and indices, and the label maps, finest pooling first; corners 0 to 3, 4 for all."""
    return {
        "groups": [group.title for group in GROUPS],
        "corners": ["top left", "top right", "bottom left", "bottom right", "all four"][: NOWHERE + 1],
        "poolings": [
            {"channel": one.channel, "before": rounded(one.before), "kept": one.kept.tolist()}
            for one in journey.poolings
        ],
        "ways": [
            {
                "name": one.told.name,
                "same": one.same,
                "overlap": one.overlap,
                "labels": one.labels.tolist(),
                "unpoolings": [{"values": rounded(rise.values), "put": rise.put.tolist()} for rise in one.rises],
            }
            for one in journey.ways
        ],
    }


def rounded(values: Any) -> list[list[float]]:
    """Four significant digits."""
    return [[float(f"{value:.4g}") for value in row] for row in values.tolist()]


def table_csv(journey: Journey) -> str:
    """A line for each answer: what was told, the share named alike, the overlap, the share of each group."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    write.writerow(["indices", "named alike", "mean IoU", *[group.title for group in GROUPS]])
    for one in journey.ways:
        shares = [f"{float((one.labels == number).mean()):.4f}" for number in range(len(GROUPS))]
        write.writerow([one.told.title, f"{one.same:.4f}", f"{one.overlap:.4f}", *shares])
    return text.getvalue()
