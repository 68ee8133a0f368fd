from __future__ import annotations

import unicodedata

from backprop_lab.writing.letters import beyond_latin, is_latin, spelled

VIETNAMESE = "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹơư"


def test_every_vietnamese_letter_has_a_place_of_its_own_in_its_encoding() -> None:
    letters = VIETNAMESE + VIETNAMESE.upper()
    places = [spelled(letter) for letter in letters]
    assert len(set(places)) == len(places)
    assert all(place is not None and place.startswith(r"\vietnamese{") for place in places)


def test_letters_with_accents_are_put_together() -> None:
    assert [spelled(letter) for letter in "ǎȘḤ"] == [r"\v{a}", r"\textcommabelow{S}", r"\d{H}"]


def test_greek_is_left_to_its_encoding_and_other_writing_is_not_known() -> None:
    assert [spelled(character) for character in "ώἈ漢я😀\u0301"] == ["", "", None, None, None, None]


def test_only_what_the_usual_fonts_lack_is_told() -> None:
    assert beyond_latin(["Ünal ß Čapek", "Nguyễn", unicodedata.normalize("NFD", "ễ"), "漢"]) == {
        "ễ": r"\vietnamese{185}"
    }
    assert all(map(is_latin, "Azß§ŁČ"))
