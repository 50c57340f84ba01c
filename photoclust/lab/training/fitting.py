"""The training loop: deal a batch, mine triplets, take a step, look now and then how it goes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclust.choices import Mining, Net, Optimiser, Schedule
from photoclust.lab.training import checkpoint
from photoclust.lab.training.batches import Dealer, altered
from photoclust.lab.training.embedding import embed, to_tensor
from photoclust.lab.training.mining import Triplets, mine, triplet_loss
from photoclust.lab.training.networks import centre
from photoclust.lab.training.offline import nearest_semi_hard, subset
from photoclust.lab.training.pairs import auc, sample_pairs
from photoclust.lab.training.people import Parts
from photoclust.lab.training.settings import TrainingSettings
from photoclust.lab.training.watching import CollapseWatch, check_loss, mean_apart
from photoclust.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

MOMENTUM = 0.9  # of SGD
STEPPED_DOWN, DOWNS = 0.1, 3  # `step` divides the rate by ten at each third

# Faces that the first weights are moved by (`networks.centre`), and the minings that collapse
# without it. Others gain nothing: docs/lab.md.
CENTRED, CENTRED_FOR = 256, (Mining.HARD, Mining.BATCH_HARD)


@dataclass(frozen=True, slots=True)
class Check:
    """How training stood at a step.

    Attributes
    ----------
    loss, active, apart : means since the check before: the loss, the share of possible triplets
        that were active, the squared distance between different people of a batch. None at step 0.
    auc : area under the ROC curve of pairs of the people who say when to stop.
    """

    step: int
    loss: float | None
    active: float | None
    apart: float | None
    auc: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """The network as it was at its best check, every check, and the step that it went on from."""

    net: nn.Module
    history: tuple[Check, ...]
    resumed_at: int

    @property
    def best(self) -> Check:
        return max(self.history, key=lambda check: check.auc)


def rate_at(settings: TrainingSettings, step: int) -> float:
    """The learning rate of a step."""
    done = step / settings.steps
    match settings.schedule:
        case Schedule.CONSTANT:
            factor = 1.0
        case Schedule.COSINE:
            factor = (1 + math.cos(math.pi * done)) / 2
        case Schedule.STEP:
            factor = STEPPED_DOWN ** int(done * DOWNS)
    return settings.learning_rate * factor


class Fitting:
    """One training run.

    Parameters
    ----------
    net : with its first weights; it is changed.
    at : where the checkpoint lies.
    device : `cpu` or `cuda`; on the latter steps are taken in mixed precision (bfloat16).
    """

    def __init__(
        self, net: nn.Sequential, parts: Parts, settings: TrainingSettings, at: Path, device: str
    ) -> None:
        import torch

        self._settings, self._parts, self._at, self._device = settings, parts, at, device
        self._net = net.to(device)
        if settings.net is not Net.HEAD:
            self._net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if settings.optimiser is Optimiser.ADAM:
            self._optimiser: Any = torch.optim.Adam(net.parameters(), settings.learning_rate)
        else:
            self._optimiser = torch.optim.SGD(
                net.parameters(), settings.learning_rate, momentum=MOMENTUM
            )
        self._loss = triplet_loss(settings.margin)
        self._dealer = Dealer(parts.training, settings.people, settings.photos)
        self._watch = CollapseWatch(settings)
        self._pairs = sample_pairs(parts.validation.people, settings.seed)
        self._history: list[Check] = []
        self._best: dict[str, Tensor] = {}
        self._waiting = np.empty((0, 3), np.int64)

    def run(self, progress: Progress) -> Fitted:
        """Train to the end, or to where nothing more is gained.

        Raises
        ------
        PhotoclustError : the network collapsed, or the loss is no number any more.
        """
        settings = self._settings
        start = self._resume()
        progress.start("Training", settings.steps - start, "steps")
        sums = np.zeros(3)
        for step in range(start, settings.steps):
            if self._has_stalled():
                break
            sums += self._step(step)
            since = step % settings.check_every + 1
            if since == settings.check_every or step + 1 == settings.steps:
                loss, active, apart = (sums / since).tolist()
                self._check(step + 1, loss, active, apart)
                sums = np.zeros(3)
            progress.advance(self._note())
        progress.finish()
        self._net.load_state_dict(self._best)
        return Fitted(self._net, tuple(self._history), start)

    def _step(self, step: int) -> tuple[float, float, float]:
        """Loss, share of active triplets, and how far apart different people are."""
        import torch

        settings, chance = self._settings, np.random.default_rng((self._settings.seed, step))
        given = self._offline(step, chance)
        places = given.T.reshape(-1) if len(given) else self._dealer.deal(chance)
        faces = to_tensor(self._parts.training.of(places), self._device)
        if settings.net is not Net.HEAD:
            faces = altered(faces, chance)
        people = torch.from_numpy(self._parts.training.people[places]).to(self._device)
        with torch.autocast(self._device, torch.bfloat16, enabled=self._device == "cuda"):
            vectors = self._net(faces)
        vectors = vectors.float()
        with torch.no_grad():
            if len(given):
                each = torch.arange(len(places), device=self._device).reshape(3, -1)
                triplets = Triplets(each[0], each[1], each[2], len(given))
            else:
                triplets = mine(vectors, people, settings.mining, settings.margin, chance)
            apart = mean_apart(vectors, people)
        for group in self._optimiser.param_groups:
            group["lr"] = rate_at(settings, step)
        loss = self._loss(vectors, people, triplets.indices)
        value = float(loss.detach())
        check_loss(step, value, settings.learning_rate)
        self._watch.see(step, apart)
        if len(triplets):
            self._optimiser.zero_grad()
            loss.backward()
            self._optimiser.step()
        return value, self._active(vectors.detach(), triplets), apart

    def _active(self, vectors: Tensor, triplets: Triplets) -> float:
        """The share of the possible triplets that have a loss."""
        anchors, positives, negatives = (vectors[places] for places in triplets.indices)
        nearer = 2 * (anchors * (positives - negatives)).sum(1)  # d(a,n) - d(a,p)
        return float((nearer < self._settings.margin).sum()) / max(1, triplets.possible)

    def _offline(self, step: int, chance: np.random.Generator) -> NDArray[np.int64]:
        """Triplets (t, 3) of places for this step, mined anew now and then; none online."""
        settings, faces = self._settings, self._parts.training
        if settings.mining is not Mining.OFFLINE:
            return self._waiting
        if step % settings.mine_every == 0:
            some = subset(faces, chance)
            vectors = embed(self._net, faces.of(some), self._device)
            found = nearest_semi_hard(vectors, faces.people[some], settings.margin)
            self._waiting = some[chance.permutation(found)]
        count = settings.people * settings.photos // 3
        if not len(self._waiting):
            return self._waiting
        at = np.arange(step % settings.mine_every * count, count * (step % settings.mine_every + 1))
        return self._waiting[at % len(self._waiting)]

    def _check(
        self, step: int, loss: float | None, active: float | None, apart: float | None
    ) -> None:
        """Look at the people who say when to stop, and write a checkpoint."""
        held = self._parts.validation
        vectors = embed(self._net, held.of(np.arange(len(held))), self._device)
        check = Check(step, loss, active, apart, auc(vectors, self._pairs))
        if not self._history or check.auc > max(past.auc for past in self._history):
            self._best = {
                name: value.detach().clone() for name, value in self._net.state_dict().items()
            }
        self._history.append(check)
        checkpoint.save(
            self._at,
            {
                "step": step,
                "net": self._net.state_dict(),
                "best": self._best,
                "optimiser": self._optimiser.state_dict(),
                "history": [asdict(past) for past in self._history],
                "waiting": self._waiting.tolist(),
            },
        )

    def _resume(self) -> int:
        """Take up a checkpoint if there is one; the step to go on with."""
        faces = self._parts.training
        state = checkpoint.load(self._at, self._device)
        if state is None:
            if self._settings.net is not Net.HEAD and self._settings.mining in CENTRED_FOR:
                some = np.random.default_rng(self._settings.seed).permutation(len(faces))[:CENTRED]
                centre(self._net, to_tensor(faces.of(some), self._device))
            self._check(0, None, None, None)
            return 0
        self._net.load_state_dict(state["net"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._best = state["best"]
        self._history = [Check(**past) for past in state["history"]]
        self._waiting = np.array(state["waiting"], np.int64).reshape(-1, 3)
        return int(state["step"])

    def _has_stalled(self) -> bool:
        aucs = [check.auc for check in self._history]
        return len(aucs) - 1 - int(np.argmax(aucs)) >= self._settings.patience

    def _note(self) -> str:
        check = self._history[-1]
        if check.loss is None:
            return f"AUC {check.auc:.3f}"
        return f"loss {check.loss:.3f}, {check.active:.0%} active, AUC {check.auc:.3f}"
