"""What a study of mixtures can see, before it is run."""
