"""Every scenario of the library gives the same bits on 1, 2 and 7 threads."""
import tempfile
import unittest

import library


class SameBits(unittest.TestCase):
    def test_same_bits_on_any_number_of_threads(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in library.scenario_index.library():
                with self.subTest(scenario=str(path)):
                    digests = {library.digest(path, folder, "--threads", threads) for threads in ("1", "2", "7")}
                    self.assertEqual(len(digests), 1)


if __name__ == "__main__":
    unittest.main()
