"""Datasets: what is asked, what is known about the answers, and the articles. The kind of a file is found by its content."""

from qa.evaluation.datasets.loading import load_articles, load_dataset, load_datasets
from qa.evaluation.datasets.model import Dataset, Question

__all__ = ["Dataset", "Question", "load_articles", "load_dataset", "load_datasets"]
