"""What training is made of, at tiny sizes; needs torch, which only training uses."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("onnx")

from pipeline.reader import labels, windows  # noqa: E402
from training import __main__ as recipe  # noqa: E402
from training import (  # noqa: E402
    export,
    fit_checkworthiness,
    fit_factuality,
    judging,
    model,
    objectives,
    targets,
    train,
    trials,
)
from training.examples import Example  # noqa: E402

CONFIG = {
    "seed": 1, "steps": 2, "pieces": 64, "micro_batches": 1, "encoder_rate": 1e-3, "head_rate": 1e-3, "warmup": 1,
    "dropout": 0.0, "weight_decay": 0.01, "clip": 1.0, "average": 0.9, "precision": "float32", "layers": 1,
    "share": {"set": 1.0},
}  # fmt: skip


def example(words: int = 60, pieces_per_word: int = 2) -> Example:
    """Paragraphs of ten words, each word of as many pieces, with tags."""
    n = words * pieces_per_word
    return Example(
        words=["word"] * words,
        paragraph=np.arange(words) // 10,
        shapes=np.ones(words, dtype=np.int64),
        quotes=np.zeros(words, dtype=np.int64),
        pieces=windows.Pieces(np.arange(1000, 1000 + n), np.arange(0, n + 1, pieces_per_word)),
        layers={"upos": np.arange(words) % 3},
    )


def items(limit: int = 40) -> list:
    source = example()
    return [(e, targets.word_targets(source, *w)) for e, w in targets.cut(source, limit)]


def test_mean_of_pieces_leaves_special_pieces_out() -> None:
    cls, sep, pad = windows.CLS, windows.SEP, windows.PAD
    ids = torch.tensor([[cls, 5000, 5001, sep, 5002, sep], [cls, 5000, sep, pad, pad, pad]])
    first = torch.tensor([[1, 4], [1, 0]])
    x = torch.arange(12.0).reshape(2, 6, 1)
    words = model.mean_of_pieces(x, ids, first)
    assert words[0, :, 0].tolist() == [1.5, 4.0]
    assert words[1, 0, 0].item() == 7.0


@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_a_window_alone_reads_as_in_a_batch(pooling: str) -> None:
    torch.manual_seed(0)
    reader = model.Reader.of({**CONFIG, "pooling": pooling}).eval()
    encoded = [e for e, _ in items(40)]
    with torch.no_grad():
        batch = reader(*train.tensors(windows.collate(encoded)))
        alone = export.OneWindow(reader)(*(torch.from_numpy(a) for a in encoded[-1]))
    n = len(encoded[-1].first)
    assert torch.allclose(batch.words[len(encoded) - 1, :n], alone[0], atol=1e-4)


def test_windows_keep_to_the_limit_of_the_config() -> None:
    sampler = targets.Sampler([example()], 64, seed=1, window=30)
    sizes = [len(e.ids) for _ in range(10) for e, _ in sampler.next()]
    assert max(sizes) <= 30


def test_what_is_frozen_is_not_trained() -> None:
    reader = model.Reader.of(CONFIG)
    frozen = {**CONFIG, "frozen": ["encoder.shapes"]}
    trained = {id(p) for g in train.optimizer(reader, CONFIG).param_groups for p in g["params"]}
    assert id(reader.encoder.shapes.weight) in trained
    train.freeze(reader, frozen)
    trained = {id(p) for g in train.optimizer(reader, frozen).param_groups for p in g["params"]}
    assert id(reader.encoder.shapes.weight) not in trained
    assert id(reader.encoder.pieces.weight) in trained


def test_a_reader_learns_nothing_from_itself_and_something_from_another() -> None:
    torch.manual_seed(0)
    one, other = (model.Reader.of(CONFIG).eval() for _ in range(2))
    batch = train.tensors(windows.collate([e for e, _ in items()]))
    with torch.no_grad():
        said, wanted = one(*batch), other(*batch)
        same = objectives.from_teacher(one, said, one, said, batch[5].bool())
        else_ = objectives.from_teacher(one, said, other, wanted, batch[5].bool())
    soft = {k: v for k, v in same.items() if k != "sentence"}  # the cross-entropy with itself is not zero
    assert max(map(float, soft.values())) < 1e-5
    assert float(else_["upos"]) > 1e-4
    assert all(torch.isfinite(v) for v in else_.values())


def judged_items(layer: str) -> list:
    source = example()
    source.layers = {layer: np.linspace(-3, 3, len(source.words), dtype=np.float32)}
    return [(e, targets.word_targets(source, *w)) for e, w in targets.cut(source, 40)]


def test_each_way_of_judging_teaches_its_own_judge() -> None:
    torch.manual_seed(0)
    for layer in ("factuality", "news"):
        reader = model.Reader.of({**CONFIG, "judges": 2})
        train.gold_losses(reader, judged_items(layer), CONFIG)[layer].backward()
        assert (reader.news.plain.weight.grad is not None) == (layer == "news")
        assert (reader.words.all.weight.grad is not None) == (layer == "factuality")


def test_a_single_judge_learns_both_ways() -> None:
    reader = model.Reader.of(CONFIG)
    losses = train.gold_losses(reader, judged_items("news"), CONFIG)
    losses["news"].backward()
    assert reader.words.all.weight.grad is not None


def test_what_is_exported_is_the_mean_of_both_judges() -> None:
    torch.manual_seed(0)
    reader = model.Reader.of({**CONFIG, "judges": 2}).eval()
    torch.nn.init.normal_(reader.news.plain.weight)
    encoded = items(40)[0][0]
    at = labels.columns()["factuality"]
    with torch.no_grad():
        scores = reader(*train.tensors(windows.collate([encoded])))
        words = export.OneWindow(reader).eval()(*(torch.from_numpy(a) for a in encoded))[0]
    web, news = torch.tanh(scores.words[0, :, at][:, 0]), torch.tanh(scores.news[0])
    mean = ((1 - export.NEWS) * web + export.NEWS * news).clamp(-0.999, 0.999)
    assert torch.allclose(torch.tanh(words[:, at])[:, 0], mean, atol=1e-4)


def test_sets_get_the_judgements_that_they_lack() -> None:
    def web(batch: list) -> torch.Tensor:
        return torch.full(batch[4].shape, -1.0)

    def news(batch: list) -> torch.Tensor:  # knows each word by its piece, and passes over every other one
        said = torch.gather(batch[0], 1, batch[4]).float()
        return said.masked_fill(said % 4 == 0, torch.nan)

    texts = [example(60), example(25)]
    texts[0].layers["factuality"] = np.full(60, np.nan, dtype=np.float32)
    judging.fill(texts, web, news)
    pieces = texts[1].pieces.ids[::2].astype(np.float32)
    assert np.array_equal(texts[1].layers["news"], np.where(pieces % 4 == 0, np.nan, pieces), equal_nan=True)
    assert "factuality" not in texts[1].layers
    assert np.isnan(texts[0].layers["factuality"]).all()

    plain = [example(30)]
    judging.fill(plain, web, news)
    assert set(plain[0].layers["factuality"][1::2]) == {-1.0}
    assert np.isnan(plain[0].layers["factuality"][0::2]).all()


def test_a_judge_is_fitted_to_middle_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    reader = model.Reader.of(CONFIG)
    torch.save({"config": CONFIG, "step": 1, "mean": reader.state_dict()}, tmp_path / "run.pt")
    monkeypatch.setattr(fit_factuality, "LAYERS", [1])
    monkeypatch.setattr(fit_factuality, "SETS", ("uw",))
    source = example()
    source.pieces = windows.Pieces(np.arange(1000, 1120), np.arange(0, 121, 2))
    source.layers = {"news": np.linspace(-3, 3, 60, dtype=np.float32)}
    (tmp_path / "uw.pickle").write_bytes(pickle.dumps([source]))
    fit_factuality.add_judge(tmp_path / "run.pt", tmp_path)
    early = torch.load(tmp_path / "run.pt", weights_only=False)["early"]
    assert early["layers"] == [1] and early["weight"].shape == (1, model.WIDTH)
    judge = judging.of_news(tmp_path / "run.pt")
    monkeypatch.setattr(judging, "JUDGED", list(range(17)))
    with torch.no_grad():
        (group,) = targets.by_length([source], 256, 8)
        said = judge(train.tensors(windows.collate([e for *_, e in group])))[0].numpy()
    assert np.corrcoef(said, source.layers["news"])[0, 1] > 0.5


def test_a_teachers_score_of_sentences_is_handed_on(tmp_path: Path) -> None:
    torch.manual_seed(0)
    for name in ("one", "teacher"):
        saved = {"config": CONFIG, "step": 1, "mean": model.Reader.of(CONFIG).state_dict()}
        torch.save(saved, tmp_path / f"{name}.pt")
    texts = [example(n) for n in range(10, 60)]
    for k, text in enumerate(texts):
        text.pieces = windows.Pieces(text.pieces.ids + 37 * k, text.pieces.start)
    (tmp_path / "claimbuster.pickle").write_bytes(pickle.dumps(texts))
    fit_checkworthiness.hand_on(tmp_path / "one.pt", tmp_path / "teacher.pt", tmp_path)
    kept = [torch.load(tmp_path / f"{name}.pt", weights_only=False) for name in ("one", "teacher")]
    one, teacher = map(model.Reader.trained, kept)
    vectors, wanted = fit_checkworthiness.means(one, teacher, texts)
    at = labels.columns()["checkworthiness"].start
    said = vectors @ one.words.all.weight[at].detach().numpy() + one.words.all.bias[at].item()
    assert np.corrcoef(said, wanted)[0, 1] > 0.9


def test_a_second_judge_can_be_added_in_a_later_pass(tmp_path: Path) -> None:
    torch.save({"mean": model.Reader.of(CONFIG).state_dict()}, tmp_path / "one.pt")
    reader = train.initial({**CONFIG, "judges": 2}, tmp_path / "one.pt")
    assert reader.news is not None
    torch.save({"mean": {}}, tmp_path / "none.pt")
    with pytest.raises(ValueError, match="weights of another reader"):
        train.initial(CONFIG, tmp_path / "none.pt")


def test_masked_pieces_teach_the_encoder_alone() -> None:
    torch.manual_seed(0)
    guesser = objectives.Guesser.of(CONFIG)
    losses = objectives.masked_pieces(guesser, items(), CONFIG)
    losses["masked"].backward()
    assert guesser.encoder.layers[0].up.weight.grad is not None
    assert guesser.words.all.weight.grad is None


def test_every_pass_builds_on_passes_before_it() -> None:
    done: set[str] = set()
    for path in recipe.STANDARD:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
        assert {config[k] for k in ("start",) if k in config} | set(config.get("teacher", [])) <= done
        done.add(path.stem)


def test_trials_change_one_thing_each() -> None:
    plan = tomllib.loads(Path("training/configs/trials.toml").read_text(encoding="utf-8"))
    found = trials.trials(plan)
    base = found["seed 1"]
    assert found["seed 2"] == {**base, "seed": 2}
    for name in plan["variant"]:
        changed = {k for k, v in found[name].items() if base.get(k) != v}
        assert len(changed) == 1, name


def test_spread_is_taken_figure_by_figure() -> None:
    mean, deviation = trials.spread([{"a": "1.0 / 0.700"}, {"a": "3.0 / 0.800"}])
    assert mean == {"a": "2.0 / 0.750"}
    assert deviation == {"a": "1.4 / 0.071"}
