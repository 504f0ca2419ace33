"""Random requests: most with a valid signature, all of them odd. No database."""

import base64
import hashlib
from collections.abc import Mapping
from encodings.aliases import aliases
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from callcenter.tests.fuzz.values import (
    CALLS,
    HUGE,
    LEGS,
    PARAMETERS,
    PLACES,
    QUERY,
    any_text,
    odd_places,
)
from callcenter.tests.fuzz.wsgi import FORM, Sent
from callcenter.tests.twilio_client import ACCOUNT_SID, CALLER, LINE

_BOUNDARY = "fuzz"
_TOKENS = ["0f0e0d0c-0000-4000-8000-00000000abcd", "one", "two"]
# HTTP servers let no control characters through.
_latin = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
)
# Codecs such as unicode_escape warn of unknown escapes, an error only in tests.
_CHARSETS = sorted(
    name
    for name in {*aliases, *aliases.values(), "utf-8", "", "x", "undefined"}
    if "escape" not in aliases.get(name, name)
)
_LENGTHS = ["", "0", "-1", "abc", "1e3", " 7", "99", "9" * 30, "٣", "0x10"]

# Headers of a request, under their names in WSGI.
HEADERS: dict[str, st.SearchStrategy[str]] = {
    "HTTP_HOST": st.one_of(
        st.sampled_from(["cc.example.test:443", "evil.test", "a b", "[::1", ""]), _latin
    ),
    "HTTP_X_FORWARDED_HOST": _latin,
    "HTTP_X_FORWARDED_PROTO": st.one_of(st.sampled_from(["http", "https, x"]), _latin),
    "HTTP_X_FORWARDED_FOR": _latin,
    "HTTP_X_FORWARDED_PORT": _latin,
    "HTTP_FORWARDED": _latin,
    "HTTP_AUTHORIZATION": st.one_of(
        st.builds(
            "{} {}".format,
            st.sampled_from(["Basic", "basic", "Digest"]),
            st.binary(max_size=12).map(lambda raw: base64.b64encode(raw).decode()),
        ),
        _latin,
    ),
    "HTTP_ACCEPT": _latin,
    "HTTP_ACCEPT_LANGUAGE": _latin,
    "HTTP_USER_AGENT": _latin,
    "HTTP_COOKIE": _latin,
    "HTTP_ORIGIN": _latin,
    "HTTP_REFERER": _latin,
    "HTTP_EXPECT": st.just("100-continue"),
    "HTTP_TRANSFER_ENCODING": st.sampled_from(["chunked", "gzip"]),
    "HTTP_CONTENT_ENCODING": st.sampled_from(["gzip", "br", "x"]),
    "HTTP_X_HTTP_METHOD_OVERRIDE": st.sampled_from(["GET", "DELETE"]),
    "HTTP_X_HOME_REGION": st.just("us1"),
    "HTTP_X_TWILIO_WEBHOOKS_SIGNATURE_SETTINGS": _latin,
    "CONTENT_LENGTH": st.sampled_from(_LENGTHS),
}
content_types = st.one_of(
    st.builds("{}; charset={}".format, st.just(FORM), st.sampled_from(_CHARSETS)),
    st.builds(
        "{}; boundary={}; charset={}".format,
        st.just("multipart/form-data"),
        st.sampled_from([_BOUNDARY, "", "é", '"', "x" * 300]),
        st.sampled_from(_CHARSETS),
    ),
    st.sampled_from(
        [
            "",
            FORM,
            FORM.upper(),
            f"{FORM};",
            f"{FORM}; a*=x'y'z; charset*=rot13'en'x",
            "multipart/form-data",
            "text/plain",
        ]
    ),
    st.builds("application/json; charset={}".format, st.sampled_from(_CHARSETS)),
    _latin,
)
methods = st.sampled_from(["POST"] * 12 + ["GET", "HEAD", "PUT", "OPTIONS", "x"])
signatures = st.one_of(
    st.just("as-sent"),
    st.sampled_from(["other-token", "second-token", "", "A" * 27 + "="]),
    _latin,
)
tokens = st.one_of(
    st.sampled_from(_TOKENS),
    st.just(""),
    st.uuids().map(str),
    st.text("abc -é\x7f", max_size=300),
    _latin,
)


@st.composite
def forms(draw: st.DrawFn) -> list[tuple[str, str]]:
    """A form's pairs in any order, with unknown, empty and repeated names."""
    pairs = [
        ("AccountSid", ACCOUNT_SID),
        ("CallSid", draw(st.sampled_from([*CALLS, *LEGS]))),
        ("From", draw(st.sampled_from([CALLER, CALLER, "+815000000201"]))),
        ("To", LINE),
    ]
    for name in draw(st.lists(st.sampled_from(sorted(PARAMETERS)), max_size=12)):
        pairs.append((name, draw(PARAMETERS[name])))
    pairs += draw(st.lists(st.tuples(any_text, any_text), max_size=3))
    if draw(st.integers(0, 60)) == 60:  # seldom; shrinking removes it
        name = draw(st.sampled_from(sorted(PARAMETERS)))
        pairs.append((name, draw(st.sampled_from(["e", "é", "\x00", "9"])) * HUGE))
    if draw(st.integers(0, 60)) == 60:
        pairs += [(f"f{number}", "") for number in range(draw(st.integers(900, 1100)))]
    if draw(st.booleans()):
        pairs = draw(st.permutations(pairs))
    return pairs


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query string: parameters of ours, with garbage in or after them."""
    pairs = [
        (name, draw(QUERY[name]))
        for name in draw(st.lists(st.sampled_from(sorted(QUERY)), max_size=6))
    ]
    text = "&".join(f"{name}={_escaped(value, draw)}" for name, value in pairs)
    junk = draw(st.one_of(*[st.just("")] * 5, _latin, st.sampled_from(_JUNK_QUERIES)))
    return f"{text}{junk}".replace("#", "")


@st.composite
def bodies(draw: st.DrawFn, form: list[tuple[str, str]], content_type: str) -> bytes:
    """The form as a body: percent-encoded or multipart, perhaps with bytes changed."""
    if content_type.startswith("multipart/"):
        body = b"".join(_part(name, value) for name, value in form)
        body += f"--{_BOUNDARY}--\r\n".encode()
    else:
        quoted = draw(st.sampled_from([quote, quote_plus]))
        body = "&".join(
            f"{quoted(_bytes(name))}={quoted(_bytes(value))}" for name, value in form
        ).encode()
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 5]))):
        place = draw(st.integers(0, len(body)))
        odd = draw(st.one_of(st.sampled_from(_ODD_BYTES), st.binary(max_size=4)))
        cut = draw(st.sampled_from([0, 0, 1, 3]))
        body = body[:place] + odd + body[place + cut :]
    return body


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """A request to a path of ours or a similar one; six of ten are correctly signed."""
    places = [*PLACES.values()] * 3 + [odd_places]
    target = "/twilio/" + draw(st.one_of(places))
    query = draw(queries())
    content_type = f"{FORM}; charset=UTF-8"
    method, signed, headers = "POST", "as-read", {}
    if draw(st.integers(0, 9)) > 5:
        content_type = draw(st.one_of(st.just(content_type), content_types))
        method, signed = draw(methods), draw(st.one_of(st.just(signed), signatures))
        headers = draw(_some_of(HEADERS))
    body = draw(bodies(draw(forms()), content_type))
    if "json" in content_type and draw(st.booleans()):
        query = f"bodySHA256={hashlib.sha256(body).hexdigest()}&{query}"
    return Sent(
        target=f"{target}?{query}" if query else target,
        body=body,
        content_type=content_type,
        headers=headers,
        signed=signed,
        token=draw(tokens),
        method=method,
    )


def with_form(form: Mapping[str, str]) -> bytes:
    """The body of a form as Twilio posts it."""
    return "&".join(
        f"{quote_plus(_bytes(name))}={quote_plus(_bytes(value))}"
        for name, value in form.items()
    ).encode()


_JUNK_QUERIES = ["&", "&&=", "=", "?", "&step", "&step=1&step=2", "%", "%ff", "%00"]
_JUNK_QUERIES += ["&a" * 1500, ";step=3", "&step=%ED%A0%80", "&queue[]=x", "+"]
_ODD_BYTES = [b"%ED%A0%80", b"%ff%fe", b"\xff\xfe", b"\xed\xa0\x80", b"%00", b"\x00"]
_ODD_BYTES += [b"&", b"=", b"&&", b"&=", b"%", b"%zz", b"+", b"\r\n", b";", b"\xef\xbb"]
_ODD_BYTES += [b"&CallSid=", b"&AccountSid=&", b"--fuzz\r\n", b"--fuzz--"]


@st.composite
def _some_of(draw: st.DrawFn, of: dict[str, st.SearchStrategy[str]]) -> dict[str, str]:
    names = draw(st.lists(st.sampled_from(sorted(of)), max_size=4, unique=True))
    return {name: draw(of[name]) for name in names}


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _escaped(text: str, draw: st.DrawFn) -> str:
    if draw(st.integers(0, 5)):
        return quote(_bytes(text), safe="")
    # Not escaped: raw bytes, which WSGI passes on as Latin-1.
    return _bytes(text).decode("latin-1").replace("#", "")


def _part(name: str, value: str) -> bytes:
    head = b"--fuzz\r\nContent-Disposition: form-data; name="
    return head + b'"' + _bytes(name) + b'"\r\n\r\n' + _bytes(value) + b"\r\n"
