"""What can go wrong with what an evaluation is given."""

from pathlib import Path

from index.errors import InputError


class DatasetError(InputError):
    """Raised for a dataset or a run directory that cannot be used; names the file, the line and the field where known."""

    code = "bad_dataset"

    def __init__(
        self, problem: str, *, file: Path | str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        self.file, self.line, self.field = file, line, field
        place = "" if file is None else f"{file}{'' if line is None else f', line {line}'}: "
        super().__init__(f"{place}{'' if field is None else f'field {field!r}: '}{problem}")


class RunMismatchError(InputError):
    """Raised when a stopped run is to go on with another dataset, other settings or other code."""

    code = "run_mismatch"
