"""The rules by function's name: numbers, text, arrays, JSON; those of time are beside.

A function that has no rule and is not known to mean the same in both is refused: an error is
worth more than a wrong answer.
"""

from __future__ import annotations

import re

from sqlglot import exp

from local.dialect_base import Args, Refused, Rule, duck, literal, same
from local.dialect_formats import quoted
from local.dialect_time import TIME_RULES


def _regexp(name: str, args: Args) -> exp.Expr:
    pattern = literal(name, args[1])
    groups = re.sub(r"\\.|\[[^\]]*\]|\(\?(?!P<)", "", pattern).count("(")
    if groups > 1:
        raise Refused(name, pattern, "a pattern with at most one capturing group")
    if name == "REGEXP_EXTRACT_ALL":
        return duck(f"regexp_extract_all(_0, _1, {groups})", args[0], exp.Literal.string(pattern))
    return duck(f"bq_extract(_0, _1, {groups})", args[0], exp.Literal.string(pattern))


def _path(place: str, args: Args) -> exp.Expr:
    """A JSONPath of BigQuery as DuckDB writes it: every key in double quotes."""
    text = literal(place, args[1]) if len(args) > 1 else "$"
    step = re.compile(r"""\.(\w[\w-]*)|\."([^"]+)"|\['([^']+)'\]|\["([^"]+)"\]|\[(\d+)\]""")
    out, at = "$", 1
    while text.startswith("$") and at < len(text) and (found := step.match(text, at)):
        key = next((g for g in found.groups()[:4] if g is not None), None)
        out += f"[{found.group(5)}]" if key is None else f'."{key}"'
        at = found.end()
    if at != len(text) or not text.startswith("$"):
        raise Refused(place, text, "a path of keys and positions, such as $.a.b[0]")
    return exp.Literal.string(out)


def _json(macro: str) -> Rule:
    return lambda name, args: duck(f"{macro}(_0, _1)", args[0], _path(name, args))


def _quantiles(name: str, args: Args) -> exp.Expr:
    if not args[1].name.isdigit() or int(args[1].name) < 1:
        raise Refused(name, args[1].sql(), "a number of quantiles")
    n = int(args[1].name)
    points = duck("[" + ", ".join(f"{i / n!r}" for i in range(n + 1)) + "]")
    return exp.Anonymous(this="quantile_disc", expressions=[args[0].copy(), points])


def _concat(_name: str, args: Args) -> exp.Expr:
    return duck("(" + " || ".join(f"_{i}" for i in range(len(args))) + ")", *args)


def _all_or_null(name: str, args: Args) -> exp.Expr:
    """GREATEST and LEAST are NULL as soon as one argument is."""
    cells = [f"_{i}" for i in range(len(args))]
    tests = " OR ".join(f"{c} IS NULL" for c in cells)
    return duck(f"CASE WHEN {tests} THEN NULL ELSE {name}({', '.join(cells)}) END", *args)


def _text_format(name: str, args: Args) -> exp.Expr:
    """FORMAT with the common specifiers."""
    template, at, pieces = literal(name, args[0]), 1, ["''"]
    for plain, spec in re.findall(r"([^%]+)|%([-+ 0]*\d*(?:\.\d+)?[a-zA-Z]|%)", template):
        if plain or spec == "%":
            pieces.append(quoted(plain or "%"))
            continue
        kind = {"d": "BIGINT", "i": "BIGINT", "f": "DOUBLE", "s": "VARCHAR", "t": "VARCHAR"}
        if spec[-1] not in kind or at >= len(args) or (spec[-1] == "t" and spec != "t"):
            raise Refused(name, f"%{spec}", "%d %i %f %s %t with flags, width and precision")
        flags = spec[:-1] + {"i": "d", "t": "s"}.get(spec[-1], spec[-1])
        cell = f"CAST(_{at} AS {kind[spec[-1]]})" if spec[-1] != "t" else f"bq_string(_{at})"
        pieces.append(f"coalesce(printf('%{flags}', {cell}), 'NULL')")
        at += 1
    if re.sub(r"[^%]+|%([-+ 0]*\d*(?:\.\d+)?[a-zA-Z]|%)", "", template):
        raise Refused(name, template, "%d %i %f %s %t with flags, width and precision")
    return duck("(" + " || ".join(pieces) + ")", *args)


def _call(function: str) -> Rule:
    return lambda _name, args: duck(
        f"{function}({', '.join(f'_{i}' for i in range(len(args)))})", *args
    )


def _pad(function: str) -> Rule:
    return lambda _name, args: duck(
        f"{function}(_0, CAST(_1 AS INTEGER), {'_2' if len(args) > 2 else quoted(' ')})", *args
    )


def _instr(_name: str, args: Args) -> exp.Expr:
    place, count = [*args[2:], *[exp.Literal.number(1)] * 2][:2]
    return duck("bq_instr(_0, _1, _2, _3)", *args[:2], place, count)


def _default(function: str, *defaults: str, wants: int) -> Rule:
    def rule(_name: str, args: Args) -> exp.Expr:
        cells = [f"_{i}" for i in range(len(args))]
        return duck(f"{function}({', '.join((cells + list(defaults))[:wants])})", *args)

    return rule


#: What TRIM takes off when nobody says: Unicode's white space.
WHITE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + ("\u2028\u2029\u202f\u205f\u3000")
)
#: name: (fewest arguments, most arguments, rule).
RULES: dict[str, tuple[int, int, Rule]] = {
    "GENERATE_ARRAY": (2, 3, _call("generate_series")),
    "REGEXP_CONTAINS": (2, 2, _call("regexp_matches")),
    "REGEXP_EXTRACT": (2, 2, _regexp),
    "REGEXP_SUBSTR": (2, 2, _regexp),
    "REGEXP_EXTRACT_ALL": (2, 2, _regexp),
    "REGEXP_REPLACE": (3, 3, same("regexp_replace(_0, _1, _2, 'g')")),
    "JSON_VALUE": (1, 2, _json("bq_json_value")),
    "JSON_EXTRACT_SCALAR": (1, 2, _json("bq_json_value")),
    "JSON_QUERY": (1, 2, _json("bq_json_query")),
    "JSON_EXTRACT": (1, 2, _json("bq_json_query")),
    "JSON_QUERY_ARRAY": (1, 2, _json("bq_json_array")),
    "JSON_EXTRACT_ARRAY": (1, 2, _json("bq_json_array")),
    "JSON_VALUE_ARRAY": (1, 2, _json("bq_json_values")),
    "JSON_EXTRACT_STRING_ARRAY": (1, 2, _json("bq_json_values")),
    "TO_JSON_STRING": (1, 1, _call("bq_json_text")),
    "TO_JSON": (1, 1, _call("bq_to_json")),
    "PARSE_JSON": (1, 1, same("CAST(_0 AS JSON)")),
    "JSON_TYPE": (
        1,
        1,
        same(
            "CASE json_type(_0) WHEN 'VARCHAR' THEN 'string' WHEN 'UBIGINT' THEN 'number' "
            "WHEN 'BIGINT' THEN 'number' WHEN 'DOUBLE' THEN 'number' ELSE lower(json_type(_0)) END"
        ),
    ),
    "INT64": (1, 1, _call("bq_json_int")),
    "LAX_INT64": (1, 1, _call("bq_lax_int")),
    "FLOAT64": (1, 1, _call("bq_json_float")),
    "LAX_FLOAT64": (1, 1, same("TRY_CAST(bq_json_value(_0, '$') AS DOUBLE)")),
    "BOOL": (1, 1, _call("bq_json_bool")),
    "LAX_STRING": (1, 1, same("bq_json_value(_0, '$')")),
    "APPROX_QUANTILES": (2, 2, _quantiles),
    "APPROX_COUNT_DISTINCT": (1, 1, same("count(DISTINCT _0)")),
    "PERCENTILE_CONT": (2, 2, _call("quantile_cont")),
    "PERCENTILE_DISC": (2, 2, _call("quantile_disc")),
    "LOGICAL_AND": (1, 1, _call("bool_and")),
    "LOGICAL_OR": (1, 1, _call("bool_or")),
    "MAX_BY": (2, 2, _call("arg_max")),
    "MIN_BY": (2, 2, _call("arg_min")),
    "SAFE_DIVIDE": (2, 2, _call("bq_safe_divide")),
    "DIV": (2, 2, _call("bq_div")),
    "MOD": (2, 2, _call("bq_mod")),
    "ROUND": (1, 2, _call("bq_round")),
    "TRUNC": (1, 2, _call("bq_trunc_num")),
    "ABS": (1, 1, _call("abs")),
    "SIGN": (1, 1, _call("sign")),
    "POW": (2, 2, same("pow(CAST(_0 AS DOUBLE), _1)")),
    "POWER": (2, 2, same("pow(CAST(_0 AS DOUBLE), _1)")),
    "SQRT": (1, 1, _call("sqrt")),
    "EXP": (1, 1, _call("exp")),
    "LN": (1, 1, _call("ln")),
    "LOG": (1, 2, lambda _n, a: duck("(ln(_0) / ln(_1))" if len(a) > 1 else "ln(_0)", *a)),
    "IEEE_DIVIDE": (2, 2, same("(CAST(_0 AS DOUBLE) / CAST(_1 AS DOUBLE))")),
    "SAFE_NEGATE": (1, 1, same("TRY(-_0)")),
    "RANGE_BUCKET": (2, 2, same("len(list_filter(_1, lambda e: e <= _0))")),
    "BYTE_LENGTH": (1, 1, same("strlen(_0)")),
    "INITCAP": (1, 1, _call("bq_initcap")),
    "MD5": (1, 1, same("unhex(md5(_0))")),
    "SHA256": (1, 1, same("unhex(sha256(_0))")),
    "TO_HEX": (1, 1, same("lower(hex(CAST(_0 AS BLOB)))")),
    "LOG10": (1, 1, _call("log10")),
    "GREATEST": (1, 99, _all_or_null),
    "LEAST": (1, 99, _all_or_null),
    "CONCAT": (1, 99, _concat),
    "FORMAT": (1, 99, _text_format),
    "SUBSTR": (2, 3, _call("bq_substr")),
    "LENGTH": (1, 1, same("length(_0)")),
    "CHAR_LENGTH": (1, 1, same("length(_0)")),
    "LOWER": (1, 1, _call("lower")),
    "UPPER": (1, 1, _call("upper")),
    "TRIM": (1, 2, _default("trim", quoted(WHITE), wants=2)),
    "LTRIM": (1, 2, _default("ltrim", quoted(WHITE), wants=2)),
    "RTRIM": (1, 2, _default("rtrim", quoted(WHITE), wants=2)),
    "LPAD": (2, 3, _pad("lpad")),
    "RPAD": (2, 3, _pad("rpad")),
    "LEFT": (2, 2, _call("left")),
    "RIGHT": (2, 2, _call("right")),
    "REPEAT": (2, 2, _call("repeat")),
    "REPLACE": (3, 3, _call("replace")),
    "REVERSE": (1, 1, _call("reverse")),
    "STARTS_WITH": (2, 2, _call("starts_with")),
    "ENDS_WITH": (2, 2, _call("suffix")),
    "STRPOS": (2, 2, _call("strpos")),
    "INSTR": (2, 4, _instr),
    "SPLIT": (1, 2, _default("string_split", "','", wants=2)),
    "CONTAINS_SUBSTR": (2, 2, same("contains(lower(CAST(_0 AS VARCHAR)), lower(_1))")),
    "ARRAY_LENGTH": (1, 1, _call("len")),
    "ARRAY_TO_STRING": (2, 3, _call("bq_joined")),
    "ARRAY_CONCAT": (1, 99, _concat),
    "ARRAY_REVERSE": (1, 1, _call("list_reverse")),
    "ERROR": (1, 1, _call("error")),
    **TIME_RULES,
}
