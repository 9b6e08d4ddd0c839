#!/usr/bin/python3
"""surroundings.py with all scripts, and signals at more moments."""
import unittest

import surroundings


class Full(surroundings.Surroundings):
    full = True


if __name__ == "__main__":
    unittest.main(argv=["surroundings_full", "Full"], verbosity=1)
