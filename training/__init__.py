"""Makes the ConvNet: labels, fitting, evaluation, export."""
