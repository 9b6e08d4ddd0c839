"""All of the net, on one, two and seven threads."""
import collections
import unittest

import _net
import regression
from _cases import WITHOUT_EFFECT, all_cases


class Full(regression.Regression):
    threads = (1, 2, 7)

    def cases(self):
        return all_cases()

    def test_every_word_of_a_choice_has_an_effect(self):
        lines = collections.defaultdict(list)
        for case in all_cases():
            if case.name.startswith("choice/"):
                lines[case.name.split("=")[0].removeprefix("choice/")].append(_net.kept_values(case))
        self.assertGreater(len(lines), 15)
        for path in lines.keys() - WITHOUT_EFFECT:
            with self.subTest(path):
                self.assertEqual([k for k, told in enumerate(lines[path]) if told in lines[path][:k]], [])


if __name__ == "__main__":
    unittest.main()
