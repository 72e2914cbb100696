import pytest

from qa.gate.names import unknown_names


@pytest.mark.parametrize(
    ("claim", "known"),
    [
        ("Felix Gedney spoke in London", "تحدث فيليكس جيدني في لندن"),
        ("تحدث فيليكس غيدني في لندن", "Felix Gedney spoke in London"),
        ("Gedney met bin Salman", "التقى جيدني ابن سلمان"),
        ("The BBC said so", "قالت بي بي سي ذلك"),
        ("The UN sent aid to Syria", "أرسلت الأمم المتحدة مساعدات إلى سوريا"),
        ("Mohammed Hassan spoke", "Muhammad Hasan spoke"),
        ("تحدث جيدني", "تحدث غيدني"),
        ("On Friday in May, Prices rose", "ارتفعت الأسعار يوم الجمعة في أيار"),
        ("The Ministry of Health said", "قالت وزارة الصحة"),
        ("لم يعلق الوزير على التقرير", "The minister made no comment on the report"),
        ("أعلنت شركة Microsoft ذلك", "أعلنت مايكروسوفت ذلك"),
    ],
)
def test_names_that_are_there(claim: str, known: str):
    assert unknown_names(claim, known) == []


@pytest.mark.parametrize(
    ("claim", "known", "name"),
    [
        ("Felix Kavanaugh spoke in London", "تحدث فيليكس جيدني في لندن", "kavanaugh"),
        ("It happened in Syria", "حدث ذلك في لبنان", "syria"),
        ("تحدث كافانو في لندن", "Felix Gedney spoke in London", "كافانو"),
        ("The committee met Gedney", "The committee met Sterling", "gedney"),
        ("التقت اللجنة ليفينغستون", "التقت اللجنة جيرارد", "ليفينغستون"),
        ("He joined NASA", "انضم إلى بي بي سي", "nasa"),
    ],
)
def test_names_that_are_not(claim: str, known: str, name: str):
    assert name in unknown_names(claim, known)
