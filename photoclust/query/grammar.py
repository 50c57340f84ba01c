"""From the text of a query to its expression."""

from __future__ import annotations

import re
from collections.abc import Callable

from photoclust.query.errors import QueryError
from photoclust.query.expression import And, Expression, Not, Or, Who
from photoclust.query.tokens import tokens_of

MOST_NESTED = 50  # of parentheses and ! inside each other; Python's stack ends at some 300

SIGNS = "Between names write & for and, | for or; ! before a name is not."

_WORDED = re.compile(r"\b(?:and|or|not)\b|[,+]", re.IGNORECASE)


def parse(text: str, end: int | None = None) -> Expression:
    """Read a query, or only what stands before `end` in the text; see `photoclust.query`.

    Raises
    ------
    QueryError : it is none; the error knows the place.
    """
    return _Reader(text, len(text) if end is None else end).whole()


def signs_for(who: Who) -> str:
    """For a name that nobody has: how to write `and`, `or` and `not`, if it holds such a word."""
    return SIGNS if _WORDED.search(who.text) else ""


class _Reader:
    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._tokens = list(tokens_of(text, end))
        self._next = 0

    def whole(self) -> Expression:
        expression = self._either(0)
        if self._kind == ")":
            raise self._error("There is no ( for this parenthesis.")
        return expression

    def _either(self, depth: int) -> Expression:
        return self._joined("|", Or, lambda: self._both(depth))

    def _both(self, depth: int) -> Expression:
        return self._joined("&", And, lambda: self._one(depth))

    def _joined(
        self, sign: str, whole: type[And] | type[Or], read: Callable[[], Expression]
    ) -> Expression:
        parts = [read()]
        while self._kind == sign:
            self._next += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else whole(tuple(parts))

    def _one(self, depth: int) -> Expression:
        """A person, `!` and what it denies, or what is in parentheses."""
        if depth > MOST_NESTED:
            raise self._error("Too many ( and ! are inside each other here.")
        token = self._tokens[self._next]
        if token.kind not in ("name", "number", "!", "("):
            raise self._nothing_here()
        self._next += 1
        part: Expression
        if token.kind == "!":
            return Not(self._one(depth + 1))
        if token.kind == "(":
            part = self._either(depth + 1)
            if self._kind != ")":
                raise QueryError("This parenthesis is never closed.", self._text, token.at)
            self._next += 1
        elif token.kind == "name":
            number = None
            if self._kind == "number":
                number = int(self._tokens[self._next].text)
                self._next += 1
            part = Who(token.text, number, token.at)
        else:
            part = Who("", int(token.text), token.at)
        if self._kind not in ("&", "|", ")", "end"):
            raise self._error("An & or | is missing here.", SIGNS)
        return part

    @property
    def _kind(self) -> str:
        return self._tokens[self._next].kind

    def _error(self, message: str, advice: str = "", back: int = 0) -> QueryError:
        return QueryError(message, self._text, self._tokens[self._next - back].at, advice)

    def _nothing_here(self) -> QueryError:
        """A name ought to follow, and the query ends or goes on with & | or )."""
        kind = self._kind
        sign = self._tokens[self._next - 1].kind if self._next else ""
        match sign, kind:
            case "", "end":
                return self._error("The query is empty.", "Say who is to be found, such as John.")
            case "", ")":
                return self._error("There is no ( for this parenthesis.")
            case "(", "end":
                return self._error("This parenthesis is never closed.", back=1)
            case "(", ")":
                return self._error("Nothing is in these parentheses.", back=1)
            case (("" | "("), _):
                return self._error(f"Nothing stands before the {kind} here.")
            case _, "end":
                return self._error(f"Nothing follows the {sign} in this query.")
            case _, ")":
                return self._error(f"Nothing follows the {sign} in these parentheses.")
        return self._error(f"Nothing stands between {sign} and {kind} here.")
