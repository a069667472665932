"""Models: the embedded default and the engine that reads each shared book once."""
