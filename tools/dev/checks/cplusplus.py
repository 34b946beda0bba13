"""Just enough reading of C++ for the checks: what is code, and where functions begin and end."""
import re

TOKEN = re.compile(r'''
    //[^\n]*                                    # line comment
  | /\*.*?\*/                                   # block comment
  | (?:u8|[uUL])?R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"   # raw string
  | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*"            # string
  | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'         # character, not a digit separator
''', re.S | re.X)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[^\n]*', re.M)
DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n\\]|\\\n|\\.)*', re.M)
NOT_A_FUNCTION = re.compile(r'^\s*(?:\w+\s*::\s*)*\b(namespace|class|struct|union|enum|extern|if|for|while|switch|do|else|try|catch)\b')
MEMBER_INIT = re.compile(r'\)\s*(?:noexcept\s*)?:(?!:)(?:.*,)?\s*[\w:<>]+\s*$', re.S)  # `x_` of `S() : x_{1} {}`
NAME = re.compile(r'(operator\s*[^\s\w(]+(?:\(\))?|[~\w:<>]+)\s*\(')


def _spaces(text):
    return re.sub(r'[^\n]', ' ', text)


def blank(text, keep_includes=False):
    """The text with comments, strings and characters as spaces; positions and lines stay."""
    kept = [m.span() for m in INCLUDE.finditer(text)] if keep_includes else []

    def replace(match):
        if any(start <= match.start() < end for start, end in kept) and not match.group(0).startswith('/'):
            return match.group(0)
        return _spaces(match.group(0))
    return TOKEN.sub(replace, text)


def functions(text):
    """(name, first line, last line) of each outermost function body; lambdas belong to what is around them."""
    code = DIRECTIVE.sub(lambda m: _spaces(m.group(0)), blank(text))
    begin, stack, body = 0, [], None
    for match in re.finditer(r'[{};]', code):
        mark = match.group(0)
        if mark == '{':
            head = code[begin:match.start()]
            if body is None and MEMBER_INIT.search(head):
                stack.append('initialiser')
                continue
            if body is None and _opens_function(head):
                first = code.count('\n', 0, begin + len(head) - len(head.lstrip())) + 1
                body = (len(stack), _name(head), first)
            stack.append(mark)
        elif mark == '}' and stack:
            if stack.pop() == 'initialiser':
                continue
            if body is not None and len(stack) == body[0]:
                yield body[1], body[2], code.count('\n', 0, match.start()) + 1
                body = None
        begin = match.end()


def _declaration(head):
    head = re.sub(r'\b(public|private|protected)\s*:', ' ', head).strip()
    return re.sub(r'^(\[\[[^\]]*\]\]\s*|template\s*<[^;{]*?>\s*(?=\w))*', '', head)


def _opens_function(head):
    head = _declaration(head)
    if '(' not in head or NOT_A_FUNCTION.match(head):
        return False
    return not re.search(r'(?<![=!<>+\-*/])=(?!=)[^()]*$|\breturn\b', head.split('(')[0])


def _name(head):
    match = NAME.search(_declaration(head))
    return match.group(1) if match else 'a function'
