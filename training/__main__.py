"""`python -m training`: the commands of training, for torchrun."""

from training.commands import app

if __name__ == "__main__":
    app()
