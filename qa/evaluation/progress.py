"""Progress on stderr, for people only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def indexing_bar() -> Iterator[Callable[[int, int | None, str], None] | None]:
    """A bar that is there while articles are being indexed, on stderr; `None` where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("articles"), BarColumn(bar_width=30), MofNCompleteColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task("articles", total=None)

    def show(done: int, total: int | None, _: str) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=done, total=total)
        if total is not None and done >= total:
            bar.stop()

    try:
        yield show
    finally:
        bar.stop()


@contextmanager
def question_bar(wanted: bool, total: int, done: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; nothing where stderr is no terminal."""
    if not wanted or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("questions", total=total, completed=done)
        yield lambda count: bar.advance(task, count)
