"""The reader of C++ behind the tidy check: lengths are only as right as it is."""
import unittest

import sandbox_tree  # noqa: F401  (finds the checks)
from cplusplus import blank, functions


class Blank(unittest.TestCase):
    def test_only_code_stays(self):
        text = 'int a = 1\'000; // time()\nauto s = "rand(\\")"; char c = \'"\'; auto r = R"x(getenv()")x"; /* a\nb */ b();'
        code = blank(text)
        self.assertEqual(len(code), len(text))
        self.assertEqual(code.split(), ['int', 'a', '=', "1'000;", 'auto', 's', '=', ';', 'char', 'c', '=', ';', 'auto', 'r', '=',
                                        ';', 'b();'])


class Functions(unittest.TestCase):
    def names(self, text):
        return [(name, last - first + 1) for name, first, last in functions(text)]

    def test_free_member_operator_constructor(self):
        text = ('namespace a {\nint f(int x) {\n  if (x) { return 1; }\n  return 0;\n}\n'
                'struct S : Base<int> {\n  S(int x) : x_{x}, y_(2) {}\n  bool operator==(const S&) const { return true; }\n};\n'
                'template <class T, int N = f(3)>\nauto S<T>::g() const noexcept -> int\n{\n  return 1;\n}\n}\n')
        self.assertEqual(self.names(text), [('f', 4), ('S', 1), ('operator==', 1), ('S<T>::g', 5)])

    def test_no_functions(self):
        self.assertEqual(self.names('enum class E : int { kA, kB };\nstruct T { int x = 0; };\nconst int t[] = {1, 2};\n'
                                    'constexpr auto kTable = make({1, 2});\n#define F(x) { x }\n'), [])

    def test_lambda_belongs_to_its_function(self):
        self.assertEqual(self.names('void f() {\n  auto g = [&](int x) {\n    return x;\n  };\n  g(1);\n}\n'), [('f', 6)])


if __name__ == '__main__':
    unittest.main()
