"""`python -m medlong` is the `medlong` command."""

from medlong.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
