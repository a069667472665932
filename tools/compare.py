"""The same as `medlong compare`, for those who look for it among the tools."""

import sys

from medlong.cli import main

if __name__ == "__main__":
    sys.exit(main(["compare", *sys.argv[1:]]))
