"""`python -m riposte_training walk`: every model of a layer side by side, folds in processes."""
