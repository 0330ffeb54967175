"""How far a training run is: a line that moves on a screen, and elsewhere, as in a log, a line now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any, Never

from plitka.cli.terminal import Terminal
from plitka.core.recipes.recipe import Notice

if TYPE_CHECKING:
    from tqdm import tqdm

    from plitka.model.train_judge import Judgement
    from plitka.model.training_run import RunOrder

EACH_S = 30.0
"""Between lines where none can move; what begins is told at once."""
_MIB = 1024**2


class TrainWatch:
    """Tells of a run, and stops it when the event is set."""

    def __init__(
        self, terminal: Terminal, line: "tqdm[Never]", stop: Event, device: str, clock: Callable[[], float] = monotonic
    ) -> None:
        """Prepare.

        Args:
            terminal: where it is told.
            line: moves for each step; one that is disabled is not shown, and lines are written instead.
            stop: the run ends at its next step once it is set.
            device: whose memory is told.
            clock: seconds, from any moment on.
        """
        self.judgements: list[Judgement] = []
        self._terminal, self._line, self._stop, self._device, self._clock = terminal, line, stop, device, clock
        self._stage, self._told_s = "", -EACH_S
        self._first: tuple[int, float] | None = None
        """A step, and when it was done: the time left is that of the steps since, and of no preparing."""

    def notice(self, notice: Notice) -> None:
        """A line on stderr."""
        with self._hidden():
            self._terminal.notice(notice)

    def stage(self, name: str, n_done: int = 0, n_all: int = 0) -> None:
        """What is done before steps, between them and behind them."""
        self._first = None
        text = _stage_names(self._terminal.gettext)[name]
        self._show(name, f"{text} {n_done}/{n_all}" if n_all else text)

    def step(self, n_done: int, loss: float) -> None:
        """A step is done; behind the last one it is told what is left."""
        _, now_s, n_steps = self._terminal.gettext, self._clock(), int(self._line.total or 0)
        if self._first is None:
            self._first = n_done, now_s
        first, began_s = self._first
        left = _interval((now_s - began_s) / (n_done - first) * (n_steps - n_done)) if n_done > first else "?"
        told = f"{left} {_('left')}, {_('loss')} {loss:.4f}"
        if self._line.disable:
            if self._is_due("step"):
                of = _("step {n} of {n_steps}").format(n=n_done, n_steps=n_steps)
                self._tell("step", f"{of}, {told}, {_memory_mib(self._device)} MiB")
        else:
            self._line.set_description_str("", refresh=False)
            self._line.update(n_done - self._line.n)
            self._line.set_postfix_str(f"{told}, {_memory_mib(self._device)} MiB")
        if n_done == n_steps:
            with self._hidden():
                self._terminal.remark(_("all steps are done; it is judged what they were worth, and the model written"))

    def judged(self, judgement: "Judgement") -> None:
        """A line on stderr."""
        self.judgements.append(judgement)
        with self._hidden():
            self._terminal.remark(_judgement_text(judgement, self._terminal))

    def wants_stop(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._stop.is_set()

    def _show(self, kind: str, text: str) -> None:
        if not self._line.disable:
            self._line.set_postfix_str("", refresh=False)
            self._line.set_description_str(f"{text} ")
        elif self._is_due(kind):
            self._tell(kind, text)

    def _is_due(self, kind: str) -> bool:
        return kind != self._stage or self._clock() - self._told_s >= EACH_S

    def _tell(self, kind: str, text: str) -> None:
        self._stage, self._told_s = kind, self._clock()
        self._terminal.remark(text)

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        from tqdm import tqdm

        with tqdm.external_write_mode(file=self._terminal.stderr):
            yield


@contextmanager
def watching(order: "RunOrder", terminal: Terminal, stop: Event) -> Iterator[TrainWatch]:
    """While this is open a run is told of; at its end no line is left on the screen."""
    from tqdm import tqdm

    line: tqdm[Never] = tqdm(
        total=order.recipe.train.steps,
        file=terminal.stderr,
        disable=not terminal.shows_progress,
        leave=False,
        desc=terminal.gettext("preparing"),
        bar_format="{desc}{bar} {n_fmt}/{total_fmt}{postfix}",
    )
    with line:
        yield TrainWatch(terminal, line, stop, order.device)


def _stage_names(_: Callable[[str], str]) -> dict[str, str]:
    """What a person is told of what `plitka.model.training_run.RunWatch.stage` calls by these names."""
    return {
        "load": _("loading the model"),
        "pictures": _("preparing pictures"),
        "paint": _("judging: painting"),
        "losses": _("judging: losses"),
        "write": _("writing the model"),
    }


def _interval(seconds: float) -> str:
    """Minutes and seconds, with hours if there are any."""
    from tqdm import tqdm

    return str(tqdm.format_interval(seconds))


def _judgement_text(judgement: "Judgement", terminal: Terminal) -> str:
    """What was looked at, on a line."""
    _ = terminal.gettext
    figures = (
        (_("loss of what is learnt"), judgement.learnt_loss, 4),
        (_("of what is held out"), judgement.held_loss, 4),
        (_("share error, points"), judgement.share_error, 1),
        (_("other colours, %"), judgement.off_palette, 1),
        (_("distance from photographs"), judgement.realism, 2),
    )
    told = [f"{name} {terminal.figure(value, decimals)}" for name, value, decimals in figures if value is not None]
    return f"{_('step')} {judgement.step}: {', '.join(told)}"


def _memory_mib(device: str) -> int:
    """What the run takes: of a GPU what tensors took at most, elsewhere of this process."""
    import torch

    from plitka.model.device import memory_bytes

    is_gpu = device != "cpu" and torch.cuda.is_available()
    used: dict[str, Any] = memory_bytes(torch.device("cuda" if is_gpu else "cpu"))
    return int(used.get("vram_peak_bytes", used["rss_bytes"])) // _MIB
