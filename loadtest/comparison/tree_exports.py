"""Exports tree models of other libraries to ONNX, and compares what ONNX Runtime makes of them with the library's scores.

The models are trained on rows that are drawn with a fixed seed. docs/ranking.md has the results. It needs lightgbm,
onnxmltools, onnxruntime, scikit-learn, skl2onnx and xgboost.
"""

import json

import lightgbm
import numpy as np
import onnxmltools
import onnxruntime
import skl2onnx
import sklearn
import xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn import ensemble

FEATURES = 5
GROUPS = [20] * 30
INPUT = [("features", FloatTensorType([None, FEATURES]))]


def as_regression(booster):
    """Returns the same trees as those of a regression, whose scores are sums of leaves, too."""
    stored = json.loads(booster.save_raw("json"))
    stored["learner"]["objective"] = {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}}
    other = xgboost.Booster()
    other.load_model(bytearray(json.dumps(stored).encode()))
    return other


def models(rows, values, others):
    """Yields the name of a model, its graph and its scores of other rows."""
    classes = (values > 0.5).astype(int)
    grades = np.digitize(values, [0, 1, 2])
    model = xgboost.XGBRegressor(n_estimators=30, max_depth=4).fit(rows, values)
    yield "xgboost regressor", convert_xgboost(model, initial_types=INPUT), model.predict(others)
    model = xgboost.XGBRegressor(n_estimators=200, early_stopping_rounds=3, max_depth=4)
    model.fit(rows[100:], values[100:], eval_set=[(rows[:100], values[:100])], verbose=False)
    yield "xgboost regressor, stopped early", convert_xgboost(model, initial_types=INPUT), model.predict(others)
    for objective in ("rank:ndcg", "rank:pairwise", "rank:map"):
        judged = np.minimum(grades, 1) if objective == "rank:map" else grades
        model = xgboost.XGBRanker(n_estimators=30, max_depth=4, objective=objective).fit(rows, judged, group=GROUPS)
        graph = convert_xgboost(as_regression(model.get_booster()), initial_types=INPUT)
        yield f"xgboost ranker, {objective}", graph, model.predict(others)
    model = xgboost.XGBClassifier(n_estimators=30, max_depth=4).fit(rows, classes)
    yield "xgboost classifier", convert_xgboost(model, initial_types=INPUT), model.predict_proba(others)[:, 1]
    model = lightgbm.LGBMRanker(n_estimators=30, verbose=-1).fit(rows, grades, group=GROUPS)
    yield "lightgbm ranker", convert_lightgbm(model, initial_types=INPUT), model.predict(others)
    model = lightgbm.LGBMClassifier(n_estimators=30, verbose=-1).fit(rows, classes)
    graph = convert_lightgbm(model, initial_types=INPUT, zipmap=False)
    yield "lightgbm classifier", graph, model.predict_proba(others)[:, 1]
    for model in (ensemble.RandomForestRegressor(30, random_state=1), ensemble.GradientBoostingRegressor(n_estimators=30)):
        model.fit(rows, values)
        yield type(model).__name__, skl2onnx.to_onnx(model, rows[:1]), model.predict(others)
    for model in (
        ensemble.RandomForestClassifier(30, random_state=1),
        ensemble.ExtraTreesClassifier(30, random_state=1),
        ensemble.GradientBoostingClassifier(n_estimators=30),
    ):
        model.fit(rows, classes)
        graph = skl2onnx.to_onnx(model, rows[:1], options={id(model): {"zipmap": False}})
        yield type(model).__name__, graph, model.predict_proba(others)[:, 1]


def main():
    """Prints a line for each model."""
    random = np.random.default_rng(7)
    rows = random.normal(size=(sum(GROUPS), FEATURES)).astype(np.float32)
    values = rows[:, 0] * 2 + np.abs(rows[:, 1]) - rows[:, 2] * rows[:, 3]
    others = random.normal(size=(200, FEATURES)).astype(np.float32)
    for library in (xgboost, lightgbm, sklearn, onnxmltools, skl2onnx, onnxruntime):
        print(library.__name__, library.__version__)
    for name, graph, expected in models(rows, values, others):
        session = onnxruntime.InferenceSession(graph.SerializeToString())
        found = session.run(None, {session.get_inputs()[0].name: others})[-1][:, -1]
        print(f"{name:34} scores {expected.min():8.4f} to {expected.max():7.4f}, largest difference {np.abs(found - expected).max():.1e}")


if __name__ == "__main__":
    main()
