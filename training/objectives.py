"""What a reader can learn from beside the layers of the sets: masked pieces, and the scores of a trained reader.

The shipped reader learned from a trained one; masked pieces were tried only (training.trials).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.losses import COLUMNS, WEIGHT, batch_losses
from training.model import FORBIDDEN, VOCABULARY, WIDTH, Reader, Scores
from training.train import MASK, autocast, collated

MASKED = 0.15


class Guesser(Reader):
    """A reader with the head that guesses masked pieces: a layer, then the embeddings of all pieces."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.guess = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH))
        self.often = nn.Parameter(torch.zeros(VOCABULARY))

    def guesses(self, x: Tensor) -> Tensor:
        return F.linear(self.guess(x), self.encoder.pieces.weight, self.often)


def masked_pieces(model: Guesser, items: list, config: dict[str, Any]) -> dict[str, Tensor]:
    """The loss of guessing masked pieces; only these are scored."""
    ids, shapes, quotes, mask, _, _ = collated(items, 0.0)
    at = (torch.rand(ids.shape) < MASKED) & (ids > MASK)
    if not at.any():
        return {}
    with autocast(config):
        x = model.encoder(torch.where(at, MASK, ids), shapes, quotes, mask)
        said = model.guesses(x[at])
    return {"masked": F.cross_entropy(said.float(), ids[at])}


class Taught:
    """The layers of the sets, and with the same weights what a trained reader says of every word."""

    def __init__(self, checkpoint: Path) -> None:
        self.teacher = Reader.trained(torch.load(checkpoint, weights_only=False, map_location="cpu"))

    def __call__(self, model: Reader, items: list, config: dict[str, Any]) -> dict[str, Tensor]:
        batch = collated(items, config.get("hidden", 0.0))
        with autocast(config):
            with torch.no_grad():  # the teacher sees the text without holes
                wanted = self.teacher(*collated(items, 0.0))
            said = model(*batch)
        gold = batch_losses(model, said, [t for _, t in items], batch[5])
        taught = from_teacher(model, said, self.teacher, wanted, batch[5].bool())
        return {**gold, "taught": torch.stack([WEIGHT[k] * v for k, v in taught.items()]).sum()}


def from_teacher(
    model: Reader, said: Scores, teacher: Reader, wanted: Scores, known: Tensor
) -> dict[str, Tensor]:
    """{head: mean divergence from the teacher's scores}, for the words of which the teacher's head can tell."""
    mine, theirs = said.words[known].float(), wanted.words[known].float()
    losses = {
        k: divergence(mine[:, COLUMNS[k]], theirs[:, COLUMNS[k]])
        for k in ("upos", "xpos", "entity", "piece", "hedge")
    }
    starts = theirs[:, COLUMNS["sentence"]]
    losses["sentence"] = F.binary_cross_entropy_with_logits(mine[:, COLUMNS["sentence"]], starts.sigmoid())
    if said.news is None:  # two judges have teachers of their own (training.judging)
        mine_sure, wanted_sure = (3.0 * torch.tanh(w[:, COLUMNS["factuality"]]) for w in (mine, theirs))
        losses["factuality"] = F.mse_loss(mine_sure, wanted_sure)

    # A head is chosen within the sentence; scores outside it were never trained.
    number = (wanted.words[..., COLUMNS["sentence"]][..., 0] > 0).cumsum(1)
    inside = F.pad(number[:, :, None] == number[:, None, :], (1, 0), value=True)
    heads, heads_wanted = (s.pairs["head"].float().masked_fill(~inside, FORBIDDEN) for s in (said, wanted))
    losses["head"] = divergence(heads[known], heads_wanted[known])
    at = heads_wanted.argmax(2)[..., None].expand(-1, -1, said.governor.shape[2])
    relations = [
        reader.relations(s.dependent[known].float(), torch.gather(s.governor, 1, at)[known].float())
        for reader, s in ((model, said), (teacher, wanted))
    ]
    losses["relation"] = divergence(*relations)

    # Words of contents choose cues, words of cues choose sources.
    tag = wanted.words[..., COLUMNS["piece"]].argmax(2)
    for name, kind in (("cue", 2), ("source", 1)):
        choosing = known & ((tag + 1) // 2 == kind + 1)
        if choosing.any():
            losses[name] = divergence(
                said.pairs[name][choosing].float(), wanted.pairs[name][choosing].float()
            )
    return losses


def divergence(said: Tensor, wanted: Tensor) -> Tensor:
    """Mean Kullback-Leibler divergence of rows of scores from those that are wanted."""
    return F.kl_div(said.log_softmax(-1), wanted.log_softmax(-1), log_target=True, reduction="batchmean")
