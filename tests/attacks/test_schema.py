"""A few requests of each route as our OpenAPI describes it, always the same ones; see `tests.attacks.schema` for more."""

from tests.attacks.schema import attack


def test_no_request_made_from_the_schema_breaks_the_service() -> None:
    assert attack(2, number=7) > 30
