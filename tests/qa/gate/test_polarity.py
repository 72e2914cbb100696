import pytest

from qa.gate.polarity import is_negated_otherwise, is_opposite


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("The plan did not start in May", "بدأت الخطة في أيار", True),
        ("The plan started in May", "لم تبدأ الخطة في أيار", True),
        ("The plan did not start in May", "لم تبدأ الخطة في أيار", False),
        ("لم تبدأ الخطة", "The plan started", True),
        ("بدأت الخطة", "The plan never started", True),
        ("The minister denied the report", "أكد الوزير التقرير", True),
        ("The minister denied the report", "نفى الوزير صحة التقرير", False),
        ("أكد الوزير التقرير", "The minister denied the report", True),
        ("The bridge will not open", "The bridge will open", True),
        ("The bridge isn't open", "The bridge is not open", False),
        ("ولن تغلق المدارس", "تغلق المدارس", True),
        ("The director was elected", "انتخب المدير عضوا غير متفرغ", False),
        ("The director was not elected", "انتخب المدير عضوا غير متفرغ", True),
        ("He failed to reach the town", "لم يتمكن من الوصول إلى البلدة", False),
        ("Repairs take eleven months", "Repairs take eleven months. Nobody was hurt in the storm.", False),
    ],
)
def test_no_on_one_side(claim: str, quote: str, expected: bool):
    assert is_negated_otherwise(claim, quote) is expected


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("Prices rose", "انخفضت الأسعار", True),
        ("Prices rose", "ارتفعت الأسعار", False),
        ("ارتفعت الأسعار", "Prices fell", True),
        ("The team won", "خسر الفريق", True),
        ("The team won the final", "The team lost the final", True),
        ("خسر الفريق", "The team won", True),
        ("More than 500 people", "أقل من 500 شخص", True),
        ("Prices fell", "Prices rose in May and fell in June", False),
    ],
)
def test_opposites(claim: str, quote: str, expected: bool):
    assert is_opposite(claim, quote) is expected
