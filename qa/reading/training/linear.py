"""Fits the linear models, and tells how they do on titles they have not seen."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.reading.ranker import Linear
from qa.reading.training.examples import SEED

FOLDS = 4
_RIDGE = 3.0


def fit_listwise(features: Sequence[NDArray[np.float64]], right: Sequence[NDArray[np.bool_]]) -> Linear:
    """A ranker from questions, each with the features (n, f) of its candidates, of which some are right.

    Listwise: the probability that the softmax over a question's candidates gives to those that are right is made as large as it
    goes (ListNet's top-one probability: Cao et al. 2007, "Learning to rank: from pairwise approach to listwise approach").
    """
    from scipy.optimize import minimize

    useful = [(rows, labels) for rows, labels in zip(features, right, strict=True) if labels.any()]
    stacked, hits = np.concatenate([rows for rows, _ in useful]), np.concatenate([labels for _, labels in useful])
    sizes = np.array([len(labels) for _, labels in useful])
    first, question = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(useful)), sizes)
    scale = stacked.std(axis=0) + 1e-9
    scaled = (stacked - stacked.mean(axis=0)) / scale

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ weights
        shares = np.exp(scores - np.maximum.reduceat(scores, first)[question])
        of_right = np.where(hits, shares, 0.0)
        total, held = np.add.reduceat(shares, first), np.add.reduceat(of_right, first)
        slope = shares / total[question] - of_right / held[question]
        return float(np.log(total / held).sum() + _RIDGE * weights @ weights), scaled.T @ slope + 2 * _RIDGE * weights

    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B")
    return Linear(found.x / scale, 0.0)


def fit_logistic(
    features: NDArray[np.float64], labels: NDArray[np.bool_], shares: NDArray[np.float64], strength: float = 0.1
) -> Linear:
    """A probability from features (n, f); `shares` is what each row counts, `strength` is inverse to the ridge."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=strength, max_iter=2000).fit(scaler.transform(features), labels, sample_weight=shares)
    weights = model.coef_[0] / scaler.scale_
    return Linear(weights, float(model.intercept_[0] - weights @ scaler.mean_))


def folds_of(titles: Sequence[str]) -> NDArray[np.int_]:
    """The fold of each title; equal titles share one."""
    distinct = sorted(set(titles))
    random.Random(SEED).shuffle(distinct)  # noqa: S311
    fold = {title: number % FOLDS for number, title in enumerate(distinct)}
    return np.array([fold[title] for title in titles])
