import pytest

from medlong.mixing.licences import licence, summary, warnings


@pytest.mark.parametrize(
    ("typed", "name", "non_commercial", "share_alike", "hub"),
    [
        ("MIT", "MIT", False, False, "mit"),
        ("apache 2.0", "Apache-2.0", False, False, "apache-2.0"),
        ("CC BY 4.0", "CC-BY-4.0", False, False, "cc-by-4.0"),
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", True, False, "cc-by-nc-4.0"),
        ("cc_by_nc_sa 3.0", "CC-BY-NC-SA-3.0", True, True, "cc-by-nc-sa-3.0"),
        ("CC BY-SA 3.0 IGO", "CC-BY-SA-3.0-IGO", False, True, "cc-by-sa-3.0"),
        ("CC-BY", "CC-BY", False, False, "cc"),
        ("GPL-3.0-or-later", "GPL-3.0", False, True, "gpl-3.0"),
        ("ODbL-1.0", "ODbL-1.0", False, True, "odbl"),
    ],
)
def test_known_names(typed: str, name: str, non_commercial: bool, share_alike: bool, hub: str) -> None:
    found = licence(typed)
    assert found.known
    assert (found.name, found.non_commercial, found.share_alike, found.hub) == (name, non_commercial, share_alike, hub)


@pytest.mark.parametrize(
    ("typed", "name", "non_commercial", "hub"),
    [
        ("unstated", "unstated", False, "unknown"),
        ("Unknown", "unstated", False, "unknown"),
        ("Our own terms", "Our own terms", False, "other"),
        ("research only", "research only", True, "other"),
        ("MIT, parts non-commercial", "MIT, parts non-commercial", True, "other"),
        ("CC-BY-XX-4.0", "CC-BY-XX-4.0", False, "other"),
    ],
)
def test_other_names_are_kept_and_warned_of(typed: str, name: str, non_commercial: bool, hub: str) -> None:
    found = licence(typed)
    assert not found.known
    assert (found.name, found.non_commercial, found.hub) == (name, non_commercial, hub)
    assert "not in medlong's list" in warnings([typed])[-1]


def test_a_summary_is_a_union_in_one_spelling() -> None:
    found = summary(["CC BY-NC 4.0", "MIT", "cc-by-nc-4.0", "CC-BY-ND-4.0", "house rules"])
    assert found.union == ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "MIT", "house rules"]
    assert (found.non_commercial, found.share_alike, found.no_derivatives) == (True, False, True)
    assert found.unknown == ["house rules"]
    assert warnings(["MIT", "Apache-2.0"]) == []
    assert warnings(["CC-BY-NC-SA-4.0", "MIT"]) == [
        "CC-BY-NC-SA-4.0: no commercial use of these rows",
        "CC-BY-NC-SA-4.0: what is made of these rows has to carry the same licence",
    ]
