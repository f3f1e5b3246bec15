"""The shelf of what is kept: what makes room, what counts as used, what is forgotten."""

from __future__ import annotations

from explainer.ui.shelf import Shelf


def test_what_was_used_longest_ago_makes_room() -> None:
    shelf: Shelf[int] = Shelf(3)
    for number in range(4):
        shelf.put(number, number)
    assert shelf.held() == [1, 2, 3] and len(shelf) == 3
    assert shelf.get(1) == 1  # looking at it counts as using it
    shelf.put(4, 4)
    assert shelf.held() == [3, 1, 4]
    assert shelf.kept(3, lambda: -1) == 3 and shelf.held() == [1, 4, 3]
    assert shelf.kept(5, lambda: 5) == 5 and shelf.held() == [4, 3, 5]
    shelf.put(4, 40)
    assert shelf.held() == [3, 5, 4] and shelf.get(4) == 40 and shelf.get(1) is None


def test_dropping_forgets_what_begins_so_and_nothing_else() -> None:
    shelf: Shelf[str] = Shelf(9)
    for key in (("a", 1), ("a", 2), ("b", "a"), "a"):
        shelf.put(key, str(key))
    shelf.drop("a")
    assert shelf.held() == [("b", "a"), "a"]
