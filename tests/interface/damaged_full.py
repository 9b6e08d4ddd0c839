"""As damaged.py, with many more places."""
import unittest

import damaged


class Damaged(damaged.Damaged):
    RANDOM, STEP = 300, 23


if __name__ == "__main__":
    unittest.main(defaultTest="Damaged")
