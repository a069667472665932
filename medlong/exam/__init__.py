"""The open-book exam: banks, books of exact token lengths, and the harness tasks that ask them."""
