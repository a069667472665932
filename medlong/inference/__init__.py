"""Statistics of trainings that sat one exam: plain numbers in, plain numbers out; nothing here knows of files."""
