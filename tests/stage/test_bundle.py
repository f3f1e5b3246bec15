"""Many modules as one: in the order of their imports, readable, and refused where they cannot share a scope."""

from __future__ import annotations

import pytest

from explainer.stage.bundle import bundle, modules
from explainer.stage.export import HERE


def files(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "entry.js"


def test_imports_come_first_and_once(tmp_path):
    entry = files(
        tmp_path,
        entry='/* Entry. */\n\nimport { a } from "./a.js";\nimport {\n  b,\n} from "./b.js";\n\nexport default a;\n',
        a='import { b } from "./b.js";\n\nexport const a = b + 1;\n',
        b="export const b = 1;\n",
    )
    assert [path.stem for path in modules(entry)] == ["b", "a", "entry"]
    text = bundle(entry)
    assert text.index("const b") < text.index("const a") < text.index("/* Entry. */") < text.index("export default")
    assert "import" not in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import * as a from "./a.js";\n', "holds 'import"),
        ('export { a } from "./a.js";\n', "holds 'export"),
        ('import { b } from "./a.js";\n\nconst a = b;\n', "more than once: a"),
    ],
)
def test_what_cannot_be_bundled_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        bundle(files(tmp_path, entry=text, a="export const a = 1;\nexport const b = 2;\n"))


def test_modules_are_of_a_size_that_reads_well():
    for path in [*HERE.glob("*.js"), *(HERE.parent / "player").glob("*.js")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 260, path.name
