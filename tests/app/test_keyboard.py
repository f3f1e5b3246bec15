"""By keyboard alone: where one is can be seen, on what Streamlit draws too."""

from __future__ import annotations

from tests.app.conftest import Visitor

#: Every element on the way is opaque, and a line stands around the one that has the focus.
SEEN = """() => {
  const way = [];
  for (let one = document.activeElement; one; one = one.parentElement) way.push(getComputedStyle(one).opacity);
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return [Math.min(...way), outlineStyle, parseInt(outlineWidth) >= 2];
}"""


def test_links_to_pages_and_pictures_buttons_show_the_focus(visitor: Visitor) -> None:
    page = visitor.open()
    asked = {"Fullscreen": "button[aria-label^=Fullscreen]", "a page": ".stPageLink a >> nth=1"}
    page.keyboard.press("Tab")  # from here on the focus comes by keyboard
    for name, where in asked.items():
        page.locator(where).first.focus()
        page.wait_for_timeout(600)  # the button fades in
        assert page.evaluate(SEEN) == [1, "solid", True], name
