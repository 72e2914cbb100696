"""Every target by its name."""

from tests.fuzz import answering, configuring, language, reading
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {**reading.TARGETS, **language.TARGETS, **answering.TARGETS, **configuring.TARGETS}
