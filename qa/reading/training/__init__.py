"""Makes the weights of reading: `python -m qa.reading.training --data FOLDER` (see the model card in `qa/reading`)."""
