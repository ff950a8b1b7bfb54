"""Text to clean sentences and the names in them: a worker, and functions to import."""

from preprocessor_worker.names import Entity, Sentence, normalise, prepare
from preprocessor_worker.sentences import clean, split

__all__ = ["Entity", "Sentence", "clean", "normalise", "prepare", "split"]
