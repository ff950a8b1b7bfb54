"""Which worker an utterance is meant for."""
