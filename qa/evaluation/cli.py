"""`dalil eval`: measure on a set of questions, compare runs, begin a set of one's own."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import InputError, MissingExtra
from qa.cli.options import data_option, json_option
from qa.cli.streams import print_json, stderr_line
from qa.evaluation.errors import DatasetError

if TYPE_CHECKING:
    from qa.evaluation.results import Metrics
    from qa.evaluation.run_files import Options
    from qa.evaluation.thresholds import Threshold

_MEASURE = "run"
_FILE = click.Path(path_type=Path)


class EvalGroup(click.Group):
    """`dalil eval DATASET` measures; `init`, `from-feedback` and `compare` are commands beside it.

    A dataset in a file called `init` is `./init`.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is no command is a dataset."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_MEASURE, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage of the command without a name."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] DATASET...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the command without a name, then the commands with one."""
        options = [item for item in self.commands[_MEASURE].params if isinstance(item, click.Option)] + self.get_params(ctx)
        with formatter.section("Options"):
            formatter.write_dl([record for item in options if (record := item.get_help_record(ctx))])
        with formatter.section("Commands"):
            formatter.write_dl([(name, item.get_short_help_str()) for name, item in self.commands.items() if name != _MEASURE])


@click.group("eval", cls=EvalGroup, short_help="Measure on a set of questions.")
def command() -> None:
    """Measure on the questions of DATASET: SQuAD JSON, JSON lines, conversations, or a BEIR folder, found by content.

    Several datasets over the same articles are measured as one.

    \b
    dalil eval arcd.json --report report/
    dalil eval questions.jsonl unanswerable.jsonl --articles corpus.jsonl --min recall@5=0.9
    dalil eval xquad.ar.json --questions xquad.en.json --retrieval-only --json
    dalil eval compare before/ after/
    """


class _Measure(click.Command):
    """The command without a name, shown as its group."""

    def get_usage(self, ctx: click.Context) -> str:
        return ctx.parent.get_usage() if ctx.parent else super().get_usage(ctx)


@command.command(_MEASURE, cls=_Measure, hidden=True)
@click.argument("datasets", nargs=-1, required=True, type=_FILE, metavar="DATASET...")
@click.option("--articles", type=_FILE, help="File or folder of articles that the questions are about.")
@click.option("--questions", type=_FILE, help="The same questions (by id) in another language.")
@click.option("--data", type=_FILE, help="Measure the index in this folder instead of indexing articles for the occasion.")
@click.option("--retrieval-only", is_flag=True, help="Search only, answer nothing.")
@click.option(
    "--turns",
    type=click.Choice(["history", "bare", "full"]),
    default="history",
    show_default=True,
    help="Ask the turns of conversations after those before them, alone, or as their full question.",
)
@click.option("--k", type=click.IntRange(1, 100), default=10, show_default=True, help="One more cutoff for recall.")
@click.option("--out", type=_FILE, help="Keep the run there; a run that was stopped goes on.")
@click.option("--report", type=_FILE, help="Write a report there, and keep the run in its folder `run`.")
@click.option("--min", "minima", multiple=True, metavar="FIGURE=N", help="Fail when a figure is below, such as recall@5=0.9.")
@click.option("--max", "maxima", multiple=True, metavar="FIGURE=N", help="Fail when a figure is above, such as p95=50.")
@click.option("--judge", default="bundled", show_default=True, help="Who judges support: bundled, nli:MODEL or llm:MODEL@URL.")
@click.option("--judge-price", type=float, nargs=2, metavar="IN OUT", help="Money for a million tokens of the llm judge.")
@click.option("--workers", type=click.IntRange(1, 256), help="Questions at once.  [default: one for each core]")
@click.option("--limit", type=click.IntRange(1), help="Only so many questions, drawn with the seed.")
@click.option("--seed", type=int, default=0, show_default=True, help="For intervals and --limit.")
@click.option("--name", help="What the run is called in reports.")
@click.option("--fresh", is_flag=True, help="Begin again where a run was stopped.")
@json_option
def measure(
    datasets: tuple[Path, ...],
    articles: Path | None,
    questions: Path | None,
    data: Path | None,
    out: Path | None,
    report: Path | None,
    minima: tuple[str, ...],
    maxima: tuple[str, ...],
    judge: str,
    judge_price: tuple[float, float] | None,
    limit: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Measure on DATASET; see `dalil eval --help`."""
    from qa.evaluation.console import metrics_lines
    from qa.evaluation.run_files import Options
    from qa.evaluation.thresholds import check

    if articles is not None and data is not None:
        raise click.UsageError("--articles are indexed for the occasion, --data is an index that is there: give one of them")
    if report is not None and find_spec("matplotlib") is None:
        raise MissingExtra("reports draw their plots with matplotlib, which is not installed: pip install matplotlib")
    try:
        bounds = _bounds(minima, maxima, options["k"])
    except InputError as error:
        raise click.UsageError(str(error)) from None
    asked = _Asked(list(datasets), articles, questions, data, limit)
    with _folder(out, report) as folder:
        metrics = _measure(asked, folder, Options(**options), judge, judge_price)
        if report is not None:
            _report([folder], report)
    if as_json:
        print_json(metrics)
    else:
        print("\n".join(metrics_lines(metrics)))
    check(metrics, bounds)


@command.command("compare", short_help="Which differences between runs are significant, what was won and lost.")
@click.argument("runs", nargs=-1, required=True, type=_FILE, metavar="RUN RUN...")
@click.option("--report", type=_FILE, help="Write a report on all of them there.")
@click.option("--seed", type=int, default=0, show_default=True, help="For the tests.")
@json_option
def compare(runs: tuple[Path, ...], report: Path | None, seed: int, as_json: bool) -> None:
    """Compare runs kept with --out (or --report) with the first of them."""
    from qa.evaluation.comparing import compare_runs
    from qa.evaluation.console import comparison_lines

    if len(runs) < 2:
        raise click.UsageError("name two runs or more")
    folders = [_run_folder(run) for run in runs]
    compared = compare_runs(folders, seed=seed)
    if report is not None:
        _report(folders, report)
    if as_json:
        print_json({"comparisons": compared})
    else:
        print("\n".join(line for comparison in compared for line in comparison_lines(comparison)))


@command.command("init", short_help="Write a small set of questions to edit.")
@click.argument("file", type=_FILE, default=Path("questions.jsonl"))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(file: Path, force: bool) -> None:
    """Write three questions about the articles in seeds/ to FILE (questions.jsonl), one a line, to be replaced by your own."""
    from qa.evaluation.template import write_template

    write_template(file, force=force)
    print(f"{file}: three questions. Edit them, then: dalil eval {file} --data FOLDER_OF_YOUR_INDEX")


@command.command("from-feedback", short_help="Make a set of questions from stored thumbs.")
@click.argument("file", type=_FILE, default=Path("feedback.jsonl"))
@data_option
@click.option("--force", is_flag=True, help="Replace files that are there.")
@json_option
def from_feedback(file: Path, data: Path | None, force: bool, as_json: bool) -> None:
    """Thumbs up become questions with answers in FILE (feedback.jsonl); thumbs down a list beside it, to fill in by hand."""
    from index.database import shown
    from qa.evaluation.from_feedback import write_dataset
    from qa.feedback import FeedbackStore
    from qa.settings import load_settings

    place = load_settings(data=data)[0].place
    if not FeedbackStore.exists(place):
        raise InputError(f"{shown(place)} holds no feedback yet: it comes in by POST /feedback")
    with FeedbackStore(place) as store:
        written = write_dataset(store.list(), file, force=force)
    if as_json:
        counts = {"questions": written.ready, "to_edit": written.waiting}
        print_json({"file": str(written.questions), "to_edit_file": str(written.to_edit), **counts})
        return
    print(f"{written.questions}: {written.ready} questions from thumbs up")
    print(f"{written.to_edit}: {written.waiting} thumbs down; put the right answers in, or [] where no article has one")


class _Asked:
    """What the command line names as questions and articles."""

    def __init__(
        self, datasets: list[Path], articles: Path | None, questions: Path | None, data: Path | None, limit: int | None
    ) -> None:
        self.datasets, self.articles, self.questions, self.data, self.limit = datasets, articles, questions, data, limit


def _measure(asked: _Asked, folder: Path, options: "Options", judge: str, price: tuple[float, float] | None) -> "Metrics":
    import os
    from dataclasses import replace

    from qa.evaluation.datasets import load_datasets
    from qa.evaluation.progress import indexing_bar
    from qa.evaluation.running import run
    from qa.evaluation.systems import dalil_system
    from qa.judges import load_judge
    from qa.settings import load_settings

    dataset = load_datasets(asked.datasets, articles=asked.articles, questions=asked.questions)
    if asked.limit is not None:
        dataset = dataset.sample(asked.limit, options.seed)
    chosen = load_judge(judge, key=os.environ.get("DALIL_JUDGE_KEY"), price=price)
    data = asked.data
    if data is None and not dataset.articles and not dataset.sources:
        data = load_settings()[0].data
        if not data.exists():
            raise DatasetError(f"{dataset.name} brings no articles: name them with --articles, or an index with --data")
    with ExitStack() as stack:
        with indexing_bar() as progress:
            system, known, indexing_s = stack.enter_context(dalil_system(dataset, data, progress))
        for note in known.notes:
            stderr_line(f"note: {note}")
        return run(known, system, folder, chosen, replace(options, indexing_s=indexing_s))


def _bounds(minima: tuple[str, ...], maxima: tuple[str, ...], k: int) -> "list[Threshold]":
    from qa.evaluation.thresholds import Threshold

    pairs = [(text, True) for text in minima] + [(text, False) for text in maxima]
    return [Threshold.parse(text, is_minimum=is_minimum, k=k) for text, is_minimum in pairs]


@contextmanager
def _folder(out: Path | None, report: Path | None) -> Iterator[Path]:
    if out is not None or report is not None:
        yield out if out is not None else report / "run"  # type: ignore[operator]
        return
    with tempfile.TemporaryDirectory(prefix="dalil-eval-") as folder:
        yield Path(folder)


def _run_folder(path: Path) -> Path:
    """A run directory, or the one inside a report's folder."""
    from qa.evaluation.results import RUN_FILE

    return path / "run" if not (path / RUN_FILE).exists() and (path / "run" / RUN_FILE).exists() else path


def _report(runs: list[Path], out: Path) -> None:
    from qa.evaluation.report import write

    write(runs, out)
    print(f"report: {out}", file=sys.stderr)
