"""The command line: `python -m explainer list | trace | render | quiz | exercises | shapes | segment | fetch`.

Exit status 0 is success, 1 a file that could not be read, written or fetched, 2 wrong input with one line on standard
error that says what was given and what is allowed. As a shell has it, 130 is Ctrl-C and 141 a reader that left
(`| head -1`); both end without a word.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from explainer.streams import hang_up, read_text, speak_utf8

INTERRUPTED, UNREAD = 130, 141


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    speak_utf8()
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()  # a reader that left is noticed here, not when Python ends
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        hang_up()
        return UNREAD
    except ValueError as problem:
        print(f"explainer: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"explainer: {problem.filename or 'file'}: {problem.strerror}", file=sys.stderr)
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m explainer", description="Upsampling operators, without a browser.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser

    add("list", help="print the operators and the named examples").set_defaults(run=run_list)

    command = add("trace", help="output and matrix of one case, as JSON")
    command.add_argument("case", help="a JSON file, or - for standard input")
    command.set_defaults(run=run_trace)

    command = add("render", help="draw an example to a .gif, .png or .html file")
    command.add_argument("example", nargs="?", help="a name from `list`")
    command.add_argument(
        "--all", action="store_true", help="every example, as GIF, PNG and HTML, into the folder --out"
    )
    command.add_argument("--out", type=Path, required=True, help="FILE.gif, .png or .html; with --all a folder")
    command.add_argument("--shape", choices=("wide", "square"), default="wide", help="16:9 (default) or square")
    command.add_argument(
        "--view", help="what to show where there are several readings, such as stamp, zeros, matrix, all"
    )
    command.add_argument("--step", type=int, default=None, help="for a .png: the step to draw (from 1; default last)")
    command.add_argument("--order", choices=("gather", "scatter"), help="reading order (default: the example's)")
    command.add_argument("--theme", choices=("light", "dark"), help="default light; .html follows its reader's system")
    command.set_defaults(run=run_render)

    command = add("quiz", help="questions, their answers, and what common mistakes would give")
    command.add_argument("--seed", type=int, default=1, help="the same seed gives the same questions everywhere")
    command.add_argument("--n", type=int, default=10, metavar="COUNT", help="how many (1 to 200; default 10)")
    command.add_argument("--level", type=int, default=1, help="1 (easy) to 4")
    command.add_argument("--op", action="append", default=[], help="an operator from `list`; may be repeated")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for other tools")
    form.add_argument("--html", type=Path, metavar="FILE", help="write a worksheet to print, solutions behind it")
    command.set_defaults(run=run_quiz)

    command = add("exercises", help="write two notebooks: exercises with checks, and their solutions")
    command.add_argument("--out", type=Path, required=True, help="folder for exercises.ipynb and solutions.ipynb")
    command.set_defaults(run=run_exercises)

    command = add("shapes", help="read a network without running it: sizes, and whether the input's comes back")
    command.add_argument("network", help="a Python file with its layers or classes, or - for standard input")
    command.add_argument("--side", type=int, default=128, help="the input's height and width (default 128)")
    command.add_argument("--json", action="store_true", help="for other tools")
    command.set_defaults(run=run_shapes)

    command = add("segment", help="label photographs with a network")
    command.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    command.add_argument("--out", type=Path, required=True, help="folder for NAME.labels.png and NAME.overlay.png")
    command.add_argument("--model", default="fcn8s", help="name of a network (default fcn8s)")
    command.add_argument("--device", choices=("auto", "cpu", "cuda", "mps", "xpu"), default="auto")
    command.add_argument(
        "--classes", choices=("all", "voc21"), default="all",
        help="all the network's answers, or VOC's 21: sky, grass ... count as background (default all)",
    )  # fmt: skip
    command.add_argument(
        "--no-crf", dest="crf", action="store_false",
        help="FCN-8s' outlines as the network grows them, not drawn along the photo's edges",
    )  # fmt: skip
    command.set_defaults(run=run_segment)

    command = add("fetch", help="download a network's weights before class")
    command.add_argument("model", help="name of a torchvision network")
    command.set_defaults(run=run_fetch)
    return top


def run_list(_: Any) -> int:
    """Operators, then examples with their sources, then networks and the classes they know."""
    from explainer.examples.table import examples
    from explainer.operators import OPERATORS
    from explainer.segmentation.classes import display_names
    from explainer.segmentation.weights import available_models

    print("Operators (op in a case):")
    for name, (kind, _axes) in OPERATORS.items():
        print(f"  {name:18} {str(kind.__doc__).splitlines()[0]}")
    print("\nExamples (for render; also on the pages):")
    for example in examples():
        print(f"  {example.slug:24} {example.title}  [{example.op}; {example.source}]")
    print("\nNetworks (--model of segment):")
    for info in available_models():
        print(f"  {info.name:26} {info.title}; {'all, voc21' if info.bundled else 'voc21'}")
    print("\nClasses (ids in label maps; those from 21 on with --classes all):")
    for class_id, name in enumerate(display_names("all")):
        print(f"  {class_id:2} {name}")
    return 0


def run_trace(arguments: Any) -> int:
    """Read one case, print its answer."""
    from explainer.examples.answers import answer
    from explainer.examples.cases import read_case
    from explainer.examples.schema import once

    text = read_text(arguments.case)
    try:
        case = json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise ValueError("the case is not JSON that can be read: it is nested too deeply.") from None
    except ValueError as problem:
        raise ValueError(f"the case is not JSON: {problem}.") from None
    try:
        print(json.dumps(answer(read_case(case)), ensure_ascii=False))
    except RuntimeError as refusal:  # what torch itself refuses and no check foresaw
        raise ValueError(str(refusal).splitlines()[0]) from None
    return 0


def run_render(arguments: Any) -> int:
    """Draw one example; the file's ending says as what."""
    from explainer.examples.drawn import example_scene
    from explainer.examples.table import find_example
    from explainer.raster import to_gif, to_png
    from explainer.stage.export import to_html

    if arguments.all:
        return render_all(arguments)
    if arguments.example is None:
        raise ValueError("render wants the name of an example (see `list`), or --all.")
    ending = arguments.out.suffix.lower()
    if ending not in (".gif", ".png", ".html"):
        raise ValueError(f"--out ends in {ending or 'nothing'}; allowed are .gif, .png and .html.")
    if arguments.step is not None and ending != ".png":
        raise ValueError(f"--step picks one still picture, so --out must end in .png, not {ending}.")
    example = find_example(arguments.example)
    scene = example_scene(example)
    order = arguments.order or scene["order"]
    if order not in [one["id"] for one in scene["orders"]]:
        raise ValueError(f"{example.slug} has no reading order {order!r}.")
    view, shape, theme = checked_view(arguments.view, scene), arguments.shape, arguments.theme
    if ending == ".html":
        begun = {**scene, "order": order, "view": view}
        page = to_html(begun, example.title, example.note, theme or "auto", shape)
        arguments.out.write_text(page, encoding="utf-8")
    elif ending == ".gif":
        arguments.out.write_bytes(to_gif(scene, order, theme or "light", shape=shape, view=view))
    else:
        step = checked_step(arguments.step, scene, order)
        arguments.out.write_bytes(to_png(scene, step, order, theme or "light", shape=shape, view=view))
    return 0


def render_all(arguments: Any) -> int:
    """Every example that has a picture, each as three files named after it; progress on standard error."""
    from explainer.examples.table import examples

    one_only = (arguments.example, arguments.step, arguments.order, arguments.view)
    if any(given is not None for given in one_only):
        raise ValueError("--all draws every example as it comes; it takes --out, --shape and --theme only.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    drawn = [one for one in examples() if one.op != "shape" and not one.is_refused]
    jobs = [(one.slug, ending) for one in drawn for ending in ("gif", "png", "html")]
    for done, (slug, ending) in enumerate(jobs):
        print(f"\r{bar(done, len(jobs))} {slug}.{ending:<24}", end="", file=sys.stderr, flush=True)
        given = {"all": False, "example": slug, "out": arguments.out / f"{slug}.{ending}"}
        run_render(argparse.Namespace(**{**vars(arguments), **given}))
    print(f"\r{bar(len(jobs), len(jobs))} {len(jobs)} files in {arguments.out}", file=sys.stderr)
    return 0


def bar(done: int, count: int, width: int = 30) -> str:
    """`[######....]  12 of 60`."""
    filled = round(width * done / count)
    return f"[{'#' * filled}{'.' * (width - filled)}] {done:>3} of {count}"


def checked_step(step: int | None, scene: dict[str, Any], order: str) -> int:
    """The step counted from 0; the last one if none was given."""
    from explainer.scene.panels import count_steps

    steps = count_steps(scene, order)
    if step is not None and not 1 <= step <= steps:
        raise ValueError(f"--step is {step}; this example has steps 1 to {steps}.")
    return steps - 1 if step is None else step - 1


def checked_view(view: str | None, scene: dict[str, Any]) -> str | None:
    """The reading to show; a page would pass over one that it does not know."""
    views = [one["id"] for one in scene.get("views", [])]
    if view is not None and view not in views:
        raise ValueError(f"--view is {view!r}; allowed are {', '.join(views) or 'none: this example has one view'}.")
    return view


def run_quiz(arguments: Any) -> int:
    """Questions as text, as JSON, or as a worksheet."""
    from explainer.quiz import quiz
    from explainer.quiz.cases import HARDEST
    from explainer.quiz.questions import LARGEST_SEED, as_json
    from explainer.quiz.worksheet import described, worksheet, written

    for name, least, most in (("n", 1, 200), ("level", 1, HARDEST), ("seed", 0, LARGEST_SEED)):
        if not least <= (given := getattr(arguments, name)) <= most:
            raise ValueError(f"--{name} is {given}; allowed are {least} to {most}.")
    questions = quiz(arguments.seed, arguments.n, arguments.level, arguments.op)
    if arguments.html:
        arguments.html.write_text(worksheet(questions), encoding="utf-8")
    elif arguments.json:
        print(json.dumps([as_json(one) for one in questions]))
    else:
        for one in questions:
            given = [
                f"{name} {json.dumps(one.case[name])}" for name in ("input", "weight", "indices") if name in one.case
            ]
            if one.choice:
                given.append(f"output {json.dumps(one.output.tolist())}")
            asked = f"{one.text} {' or '.join(one.choice.options)}?" if one.choice else one.text
            print(f"{one.number + 1}. {described(one)}; {'; '.join(given)}")
            print(f"   {asked} {written(one, one.answer)}")
    return 0


def run_exercises(arguments: Any) -> int:
    """Write the two notebooks; their paths on standard output."""
    from explainer.exercises.writing import write_notebooks

    for path in write_notebooks(arguments.out):
        print(path)
    return 0


def run_shapes(arguments: Any) -> int:
    """A line for each layer, as far as the network goes; what is wrong with it on standard error."""
    from explainer.experiments.programs.measured import LARGEST_SIDE, as_text, measured, records

    if not 1 <= arguments.side <= LARGEST_SIDE:
        raise ValueError(f"--side is {arguments.side}; allowed are 1 to {LARGEST_SIDE}.")
    found = measured(read_text(arguments.network), arguments.side)
    print(json.dumps(records(found.rows)) if arguments.json else as_text(found))
    if found.fault:
        raise ValueError(found.fault)
    return 0


def run_segment(arguments: Any) -> int:
    """Label photographs; one JSON object a photo on standard output."""
    from explainer.segmentation.commands import segment_photos

    return segment_photos(
        arguments.photos,
        arguments.out,
        model=arguments.model,
        device=arguments.device,
        classes=arguments.classes,
        crf=arguments.crf,
    )


def run_fetch(arguments: Any) -> int:
    """Download weights into torch's cache folder."""
    from explainer.segmentation.commands import fetch_model

    return fetch_model(arguments.model)


if __name__ == "__main__":
    sys.exit(main())
