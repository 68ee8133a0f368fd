"""Data sets for training: from a table, a CSV file, arrays, scikit-learn's sets, or the shape of well-known ones."""

from backprop_lab.training.data.dataset import DataSet, Scaling
from backprop_lab.training.data.loading import load_data

__all__ = ["DataSet", "Scaling", "load_data"]
