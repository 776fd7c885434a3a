"""The reader as a torch module: an encoder, heads for words and heads for pairs of words.

Only training and export use this; in use the exported graph runs without torch (pipeline.reader). The encoder is the
small one that ships, or a large one that only teaches.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.reader import labels, windows

VOCABULARY, POSITIONS = 30522, 512
QUOTE_STATES = 6  # 0 for special pieces, then the states of pipeline.quotes.quotemarks plus one
PAIR_WIDTH = {"head": 256, "cue": 128, "source": 128, "antecedent": 128}
RELATION_WIDTH = 192
JUDGE_WIDTH = 128
FORBIDDEN = -1e4


class Form(NamedTuple):
    """How large an encoder is, and whether it knows the distance of two pieces besides the place of each."""

    width: int
    layers: int
    attention_heads: int
    inner: int
    epsilon: float
    relative: bool


# all-MiniLM-L6-v2, which ships, and all-mpnet-base-v2, which teaches: both of uncased BERT's wordpieces.
FORMS = {
    "minilm": Form(384, 6, 12, 1536, 1e-12, relative=False),
    "mpnet": Form(768, 12, 12, 3072, 1e-5, relative=True),
}
DISTANCES, FURTHEST = 32, 128  # buckets of MPNet's distances, and from where on all are alike


class Scores(NamedTuple):
    """What one pass gives, for B windows of up to N words.

    words [B, N, C]: the columns of labels.columns(); pairs: {head: [B, N, 1 + N]}, column 0 is "none";
    dependent [B, N, R] and governor [B, 1 + N, R]: the two halves of a relation's hidden layer; news [B, N]: factuality
    as the news sets judge it, where the reader has two judges.
    """

    words: Tensor
    pairs: dict[str, Tensor]
    dependent: Tensor
    governor: Tensor
    news: Tensor | None = None


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int, bias: Tensor | None) -> Tensor:
    """Attention in so many heads: [B, T, width] each -> the mixed values [B, T, width]."""
    b, t, width = query.shape
    q, k, v = (x.view(b, t, heads, width // heads).transpose(1, 2) for x in (query, key, value))
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=None if bias is None else bias.to(q.dtype))
    return mixed.transpose(1, 2).reshape(b, t, width)


class Layer(nn.Module):
    """A BERT layer (post-norm), with dropout behind the feed-forward part only: drawing masks is dear on a CPU."""

    def __init__(self, form: Form, dropout: float) -> None:
        super().__init__()
        width, self.heads = form.width, form.attention_heads
        self.attend = attend  # which the exported graph has a node of its own for
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = (nn.LayerNorm(width, eps=form.epsilon) for _ in range(2))
        self.up, self.down = nn.Linear(width, form.inner), nn.Linear(form.inner, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        mixed = self.attend(self.query(x), self.key(x), self.value(x), self.heads, bias)
        x = self.norm1(x + self.out(mixed))
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Distances(nn.Module):
    """What each attention head adds for the distance of two pieces (MPNet, after T5): [1, heads, T, T]."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(DISTANCES, heads))

    def forward(self, length: int) -> Tensor:
        place = torch.arange(length, device=self.weight.device)
        ahead = place[None, :] - place[:, None]
        half, exact = DISTANCES // 2, DISTANCES // 4
        far = ahead.abs()
        logs = torch.log(far.clamp(min=1).float() / exact) / math.log(FURTHEST / exact)
        bucket = torch.where(far < exact, far, (exact + (logs * (half - exact)).long()).clamp(max=half - 1))
        return self.weight[bucket + half * (ahead > 0)].permute(2, 0, 1)[None]


class Encoder(nn.Module):
    """Pieces with their shapes and quotation states -> vectors [B, T, width]."""

    def __init__(self, form: Form, dropout: float) -> None:
        super().__init__()
        self.form = form
        self.pieces = nn.Embedding(VOCABULARY, form.width)
        self.positions = nn.Embedding(POSITIONS, form.width)
        self.shapes = nn.Embedding(len(windows.SHAPES), form.width)
        self.quotes = nn.Embedding(QUOTE_STATES, form.width)
        # The new features start at zero, so that training begins from the pretrained encoder as it is.
        nn.init.zeros_(self.shapes.weight)
        nn.init.zeros_(self.quotes.weight)
        self.norm = nn.LayerNorm(form.width, eps=form.epsilon)
        self.dropout = nn.Dropout(dropout)
        self.distances = Distances(form.attention_heads) if form.relative else None
        self.layers = nn.ModuleList(Layer(form, dropout) for _ in range(form.layers))

    def forward(self, ids: Tensor, shapes: Tensor, quotes: Tensor, mask: Tensor | None) -> Tensor:
        return self.states(ids, shapes, quotes, mask)[-1]

    def states(self, ids: Tensor, shapes: Tensor, quotes: Tensor, mask: Tensor | None) -> list[Tensor]:
        """The vectors behind each layer, the last one's last."""
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.pieces(ids) + self.positions(place) + self.shapes(shapes) + self.quotes(quotes)
        x = self.dropout(self.norm(x))
        bias = None if mask is None else (1.0 - mask.to(x.dtype))[:, None, None, :] * FORBIDDEN
        if self.distances:
            near = self.distances(ids.shape[1])
            bias = near if bias is None else near + bias
        found = []
        for layer in self.layers:
            x = layer(x, bias)
            found.append(x)
        return found

    def load_pretrained(self, path: Path) -> None:
        """Fill in pretrained weights from a safetensors file: a BERT, or an MPNet, of this encoder's form."""
        (self._load_mpnet if self.form.relative else self._load_bert)(load_file(path))

    def _load_bert(self, old: dict[str, Tensor]) -> None:
        emb = "embeddings."
        with torch.no_grad():
            self.pieces.weight.copy_(old[f"{emb}word_embeddings.weight"])
            self.positions.weight.copy_(
                old[f"{emb}position_embeddings.weight"] + old[f"{emb}token_type_embeddings.weight"][0]
            )
        self.norm.load_state_dict({k: old[f"{emb}LayerNorm.{k}"] for k in ("weight", "bias")})
        names = "attention.self.query attention.self.key attention.self.value attention.output.dense"
        self._load_layers(old, names, "attention.output.LayerNorm")

    def _load_mpnet(self, old: dict[str, Tensor]) -> None:
        """MPNet puts four signs of its own before BERT's wordpieces, and counts places from two."""
        emb = "embeddings."
        pieces = old[f"{emb}word_embeddings.weight"]
        with torch.no_grad():
            self.pieces.weight.copy_(pieces[4 : 4 + VOCABULARY])
            own = {windows.CLS: 0, windows.PAD: 1, windows.SEP: 2, windows.MASK: len(pieces) - 1}
            for bert, row in own.items():
                self.pieces.weight[bert] = pieces[row]
            self.positions.weight.copy_(old[f"{emb}position_embeddings.weight"][2 : 2 + POSITIONS])
            assert self.distances is not None
            self.distances.weight.copy_(old["encoder.relative_attention_bias.weight"])
        self.norm.load_state_dict({k: old[f"{emb}LayerNorm.{k}"] for k in ("weight", "bias")})
        names = "attention.attn.q attention.attn.k attention.attn.v attention.attn.o"
        self._load_layers(old, names, "attention.LayerNorm")

    def _load_layers(self, old: dict[str, Tensor], attention: str, norm: str) -> None:
        parts = "query key value out norm1 up down norm2".split()
        names = [*attention.split(), norm, "intermediate.dense", "output.dense", "output.LayerNorm"]
        for i, layer in enumerate(self.layers):
            for part, name in zip(parts, names):
                stem = f"encoder.layer.{i}.{name}"
                getattr(layer, part).load_state_dict({k: old[f"{stem}.{k}"] for k in ("weight", "bias")})


class PairHead(nn.Module):
    """Biaffine scores of word i choosing word j (Dozat & Manning 2017); column 0 is the choice of none."""

    def __init__(self, incoming: int, width: int, dropout: float) -> None:
        super().__init__()
        self.chooser, self.chosen = nn.Linear(incoming, width), nn.Linear(incoming, width)
        self.weight = nn.Parameter(torch.empty(width, width))
        nn.init.xavier_uniform_(self.weight)
        self.bias = nn.Linear(width, 1)
        self.none = nn.Linear(width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        """x [B, N, incoming], padding [B, N] (FORBIDDEN where there is no word) -> [B, N, 1 + N]."""
        a, b = self.dropout(F.gelu(self.chooser(x))), self.dropout(F.gelu(self.chosen(x)))
        scores = (a @ self.weight) @ b.transpose(1, 2) + self.bias(b).transpose(1, 2) + padding[:, None, :]
        return torch.cat([self.none(a), scores], dim=2)


class WordHeads(nn.Module):
    """The scores of each word, one linear layer for all, and a hidden layer besides for factuality.

    How sure a clause leaves us hangs on a verb together with its modal, negation and governor ("did not manage to
    close"), which is no sum of single signs; the other heads gain nothing from a hidden layer.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.all = nn.Linear(width, sum(map(len, labels.WORD_HEADS.values())))
        self.hidden, self.judge = nn.Linear(width, JUDGE_WIDTH), nn.Linear(JUDGE_WIDTH, 1)
        # Adds nothing at first, so that a run can start from weights without it.
        nn.init.zeros_(self.judge.weight)
        nn.init.zeros_(self.judge.bias)

    def forward(self, x: Tensor) -> Tensor:
        scores, at = self.all(x), labels.columns()["factuality"]
        judged = scores[..., at] + self.judge(F.gelu(self.hidden(x)))
        return torch.cat([scores[..., : at.start], judged, scores[..., at.stop :]], dim=-1)


class NewsJudge(nn.Module):
    """Factuality as annotators of news judge it; what the word heads say is then how readers of the web do.

    "The talks will resume on Monday": FactBank and UW hold it for certain, UDS (EWT) for something that has not
    happened. One judge of both is worse than either on its own ground.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.plain = nn.Linear(width, 1)
        self.hidden, self.judge = nn.Linear(width, JUDGE_WIDTH), nn.Linear(JUDGE_WIDTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        return (self.plain(x) + self.judge(F.gelu(self.hidden(x))))[..., 0]


class Genre(nn.Module):
    """Whether a text is news or of the web, by the mean of its words (training.fit_genre): which judge is asked."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.word = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x [N, width] -> [1], the logit of news."""
        return self.word(x).mean(0)


def first_piece(x: Tensor, ids: Tensor, first: Tensor) -> Tensor:
    """The vector of each word's first piece: x [B, T, W], first [B, N] -> [B, N, W]."""
    return torch.gather(x, 1, first[:, :, None].expand(-1, -1, x.shape[2]))


def mean_of_pieces(x: Tensor, ids: Tensor, first: Tensor) -> Tensor:
    """The mean vector of each word's pieces, which reach up to the next word's first; special pieces do not count."""
    real = ((ids != windows.PAD) & (ids != windows.CLS) & (ids != windows.SEP))[..., None].float()
    follow = F.pad(first[:, 1:], (0, 1))
    end = torch.where(follow > first, follow, ids.shape[1])
    # Sums up to each piece: a word's own is what they grow by from its first to its end.
    sums = F.pad(torch.cumsum(torch.cat([x.float() * real, real], dim=2), dim=1), (0, 0, 1, 0))
    own = first_piece(sums, ids, end) - first_piece(sums, ids, first)
    return own[..., :-1] / own[..., -1:].clamp(min=1.0)


POOLING = {"first": first_piece, "mean": mean_of_pieces}


class Reader(nn.Module):
    """Encoder and heads.

    `pooling`: how a word's pieces make its vector (POOLING); `judges`: of factuality, 1 or 2; `genre`: whether it tells
    the kind of a text, which only export makes use of.
    """

    def __init__(
        self, form: Form, dropout: float = 0.1, pooling: str = "first", judges: int = 1, genre: bool = False
    ) -> None:
        super().__init__()
        width = form.width
        self.encoder = Encoder(form, dropout)
        self.pool = POOLING[pooling]
        self.dropout = nn.Dropout(dropout)
        self.words = WordHeads(width)
        self.pairs = nn.ModuleDict({k: PairHead(width, PAIR_WIDTH[k], dropout) for k in labels.PAIR_HEADS})
        self.dependent, self.governor = (nn.Linear(width, RELATION_WIDTH) for _ in range(2))
        self.root = nn.Parameter(torch.zeros(RELATION_WIDTH))
        self.relation = nn.Linear(RELATION_WIDTH, len(labels.DEPREL))
        pieces = labels.WORD_HEADS["piece"]
        self.transitions = nn.Parameter(torch.zeros(len(pieces), len(pieces)))
        self.first = nn.Parameter(torch.zeros(len(pieces)))
        self.news = NewsJudge(width) if judges > 1 else None
        self.genre = Genre(width) if genre else None
        self.legal: Tensor
        self.register_buffer("legal", legal_transitions(pieces), persistent=False)

    @classmethod
    def of(cls, config: dict[str, Any]) -> Self:
        """A reader without weights, as a training config (of a checkpoint, say) describes it."""
        form = FORMS[config.get("encoder", "minilm")]
        form = form._replace(layers=config.get("layers", form.layers))
        optional = {k: config[k] for k in ("pooling", "judges", "genre") if k in config}
        return cls(form, config["dropout"], **optional)

    @classmethod
    def trained(cls, saved: dict[str, Any]) -> Self:
        """The reader of a checkpoint with its averaged weights, for use rather than for training."""
        reader = cls.of(saved["config"]).eval()
        reader.load_state_dict(saved["mean"])
        return reader

    def forward(
        self, ids: Tensor, shapes: Tensor, quotes: Tensor, mask: Tensor, first: Tensor, word_mask: Tensor
    ) -> Scores:
        x = self.encoder(ids, shapes, quotes, mask)
        x = self.dropout(self.pool(x, ids, first))
        padding = (1.0 - word_mask.to(x.dtype)) * FORBIDDEN
        pairs = {k: head(x, padding) for k, head in self.pairs.items()}
        governor = self.governor(x)
        root = self.root.to(governor.dtype).expand(x.shape[0], 1, -1)
        news = self.news(x) if self.news else None
        return Scores(self.words(x), pairs, self.dependent(x), torch.cat([root, governor], dim=1), news)

    def relations(self, dependent: Tensor, governor: Tensor) -> Tensor:
        """Scores [..., relations] of words under the governors that were chosen for them, both [..., R]."""
        return self.relation(F.relu(dependent + governor))

    def tag_transitions(self) -> Tensor:
        """Scores [from, to] of one piece tag behind another; what BIO does not allow is far below all else."""
        return torch.where(self.legal, self.transitions, torch.full_like(self.transitions, FORBIDDEN))


def legal_transitions(tags: list[str]) -> Tensor:
    """True at [a, b] where tag b may follow tag a: I-x only behind B-x or I-x."""
    return torch.tensor(
        [[not b.startswith("I-") or (a[2:] == b[2:] and a != "O") for b in tags] for a in tags]
    )


def crf_loss(scores: Tensor, tags: Tensor, mask: Tensor, transitions: Tensor, first: Tensor) -> Tensor:
    """Summed negative log-likelihood of tag sequences: scores [B, N, C], tags and mask [B, N] (left-aligned).

    The sum over all sequences is a product of N - 1 matrices, taken in pairs: log2 N steps instead of N, which is what
    a GPU wants (Rush 2020, Torch-Struct).
    """
    steps = transitions + scores[:, 1:, None, :]
    nothing = torch.full_like(transitions, FORBIDDEN).fill_diagonal_(0.0)
    steps = torch.where(mask[:, 1:, None, None], steps, nothing)
    while steps.shape[1] > 1:
        if steps.shape[1] % 2:
            steps = torch.cat([steps, nothing.expand(len(steps), 1, -1, -1)], dim=1)
        steps = torch.logsumexp(steps[:, ::2, :, :, None] + steps[:, 1::2, None, :, :], dim=3)
    alpha = scores[:, 0] + first
    if steps.shape[1]:
        alpha = torch.logsumexp(alpha[:, :, None] + steps[:, 0], dim=1)
    total = torch.logsumexp(alpha, dim=1).sum()
    along = torch.gather(scores, 2, tags[:, :, None])[:, :, 0] * mask
    between = transitions[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]
    return total - (along.sum() + between.sum() + first[tags[:, 0]].sum())
