"""What a reader learns from: the layers of the sets, the scores of finished readers, masked pieces (tried only)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.reader import labels, windows
from training.batches import Batch, inputs
from training.losses import COLUMNS, WEIGHT, at_heads, gold_losses, mean_where
from training.model import VOCABULARY, Form, Reader, Scores

# (the reader, a micro-batch, the config) -> losses by name
Objective = Callable[[Any, Batch, dict[str, Any]], dict[str, Tensor]]
MASKED = 0.15
CHOOSERS = [labels.UPOS.index(tag) for tag in ("PRON", "PROPN")]
JUDGED = [labels.UPOS.index(tag) for tag in ("VERB", "ADJ")]


def autocast(config: dict[str, Any], device: torch.device) -> torch.autocast:
    """Matrix products in the config's precision."""
    precision = getattr(torch, config["precision"])
    return torch.autocast(device.type, dtype=precision, enabled=precision != torch.float32)


def gold(model: Reader, batch: Batch, config: dict[str, Any]) -> dict[str, Tensor]:
    """Losses by head on what the sets annotate."""
    with autocast(config, batch["ids"].device):
        scores = model(*inputs(batch, config.get("hidden", 0.0)))
    return gold_losses(model, scores, batch)


class Guesser(Reader):
    """A reader with the head that guesses masked pieces: a layer, then the embeddings of all pieces."""

    def __init__(self, form: Form, *args: Any) -> None:
        super().__init__(form, *args)
        self.guess = nn.Sequential(nn.Linear(form.width, form.width), nn.GELU(), nn.LayerNorm(form.width))
        self.often = nn.Parameter(torch.zeros(VOCABULARY))

    def guesses(self, x: Tensor) -> Tensor:
        return F.linear(self.guess(x), self.encoder.pieces.weight, self.often)


def masked_pieces(model: Guesser, batch: Batch, config: dict[str, Any]) -> dict[str, Tensor]:
    """The loss of guessing masked pieces; only these are scored."""
    ids, shapes, quotes, mask, _, _ = inputs(batch)
    at = (torch.rand(ids.shape, device=ids.device) < MASKED) & (ids > windows.MASK)
    if not at.any():
        return {}
    with autocast(config, ids.device):
        x = model.encoder(torch.where(at, windows.MASK, ids), shapes, quotes, mask)
        said = model.guesses(x[at])
    return {"masked": F.cross_entropy(said.float(), ids[at])}


def taught(model: Reader, batch: Batch, config: dict[str, Any]) -> dict[str, Tensor]:
    """The layers of the sets, and with the same weights what finished readers say of every word (training.scoring).

    These saw the text without holes. `labels` in the config weighs the layers: a reader that has them by heart learns
    no more from them. `following` weighs what is said by heads, on top of `WEIGHT`: what readers say as numbers
    (check-worthiness, factuality) has gradients twenty times as steep as tags have, and would be all that is learned.
    """
    with autocast(config, batch["ids"].device):
        said = model(*inputs(batch, config.get("hidden", 0.0)))
    losses = from_scores(model, said, batch)
    following = config.get("following", {})
    followed = torch.stack([following.get(k, 1.0) * WEIGHT[k] * v for k, v in losses.items()]).sum()
    own = {k: config.get("labels", 1.0) * v for k, v in gold_losses(model, said, batch).items()}
    return own | {"taught": followed}


def from_scores(model: Reader, said: Scores, batch: Batch) -> dict[str, Tensor]:
    """{head: mean divergence from what finished readers say}, for the words of which their heads can tell."""
    known = batch["word_mask"].bool()
    mine, wanted = said.words.float(), batch["taught.words"].float()
    losses = {
        k: divergence(mine[..., COLUMNS[k]], wanted[..., COLUMNS[k]], known)
        for k in ("upos", "xpos", "entity", "piece", "hedge")
    }
    for name in ("sentence", "metonymy"):
        at = COLUMNS[name].start
        each = F.binary_cross_entropy_with_logits(mine[..., at], wanted[..., at].sigmoid(), reduction="none")
        losses[name] = mean_where(each, known)
    at = COLUMNS["checkworthiness"].start  # the mean over a sentence agrees where that of every word does
    losses["checkworthiness"] = mean_where((mine[..., at] - wanted[..., at]) ** 2, known)

    tags = wanted[..., COLUMNS["upos"]].argmax(2)
    losses |= _judges(said, batch, known & is_any(tags, JUDGED))

    # Every word has a head; contents choose cues, cues choose sources, pronouns and names antecedents.
    kind = (wanted[..., COLUMNS["piece"]].argmax(2) + 1) // 2
    choosing = {"head": known, "cue": kind == 3, "source": kind == 2, "antecedent": is_any(tags, CHOOSERS)}
    for name, who in choosing.items():
        losses[name] = _same_choice(said.pairs[name].float(), batch, name, known & who)
    head = batch["taught.head.at"][..., 0].long()
    own = model.relations(said.dependent.float(), at_heads(said.governor, head).float())
    return losses | {"relation": divergence(own, batch["taught.relation"].float(), known)}


def _judges(said: Scores, batch: Batch, asked: Tensor) -> dict[str, Tensor]:
    """Verbs and adjectives, judged as by the readers that this one follows; those with one judge cannot teach two."""
    if said.news is not None and "taught.news" not in batch:
        return {}
    at = COLUMNS["factuality"].start
    pairs = {"factuality": (said.words[..., at], batch["taught.words"][..., at])}
    if said.news is not None:
        pairs["news"] = said.news, batch["taught.news"]
    sure = {k: [3.0 * torch.tanh(scores.float()) for scores in pair] for k, pair in pairs.items()}
    return {k: mean_where((mine - theirs) ** 2, asked) for k, (mine, theirs) in sure.items()}


def _same_choice(scores: Tensor, batch: Batch, name: str, known: Tensor) -> Tensor:
    """Cross-entropy of the pair scores [B, N, 1 + N] with the few columns that were likely."""
    at, likely = batch[f"taught.{name}.at"].long(), batch[f"taught.{name}.p"].float()
    return mean_where(-(likely * scores.log_softmax(-1).gather(2, at)).sum(-1), known)


def is_any(tags: Tensor, wanted: list[int]) -> Tensor:
    return torch.isin(tags, torch.tensor(wanted, device=tags.device))


def divergence(said: Tensor, wanted: Tensor, known: Tensor) -> Tensor:
    """Mean Kullback-Leibler divergence of the known rows of scores [B, N, C] from those that are wanted."""
    each = F.kl_div(said.log_softmax(-1), wanted.log_softmax(-1), log_target=True, reduction="none").sum(-1)
    return mean_where(each, known)
