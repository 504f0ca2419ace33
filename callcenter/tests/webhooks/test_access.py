import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from callcenter.tests.twilio_client import ACCOUNT_SID, AUTH_TOKEN, signature
from callcenter.webhooks import access

DATA = Path(__file__).parent.parent / "data"
VECTORS = json.loads((DATA / "signature_vectors.json").read_text())["vectors"]

CALL_SID = "CA" + "1" * 32
FORM = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "From": "+815000000301"}


@pytest.fixture(autouse=True)
def _configured(settings):
    settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
    settings.TWILIO_AUTH_TOKEN = AUTH_TOKEN
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""
    settings.WEBHOOK_BASIC_AUTH = ""
    settings.PUBLIC_BASE_URL = "https://cc.example.test"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_signatures_are_accepted_as_by_twilios_libraries(vector):
    form: dict[str, list[str]] = {}
    for name, value in vector.get("params", []):
        form.setdefault(name, []).append(value)
    raw_body = vector["body"].encode() if vector["kind"] == "body" else None

    believed = access.signature_matches(
        vector["url"], form, vector["signature"], vector["token"], raw_body
    )

    assert believed == (vector["expected_app"] == "accept")


def request_of(
    path: str = "/twilio/status/",
    form: Any = FORM,
    *,
    url: str = "",
    token: str = AUTH_TOKEN,
    **meta: Any,
) -> WSGIRequest:
    """A request to a path, signed over a URL that may be another."""
    url = url or f"https://cc.example.test{path}"
    signed = {"HTTP_X_TWILIO_SIGNATURE": signature(url, form, token)}
    return RequestFactory().post(path, form, **(signed | meta))


def refusal_of(request: WSGIRequest) -> tuple[int, str]:
    with pytest.raises(access.Refused) as refused:
        access.check(request)
    return refused.value.status, refused.value.reason


URL_ENCODED = "application/x-www-form-urlencoded"


def test_a_signed_request_of_our_account_comes_in_with_its_whole_form():
    assert access.check(request_of()) == FORM


def test_a_repeated_name_keeps_all_its_values():
    form = FORM | {"Digits": ["5", "1", "1"]}

    assert access.check(request_of(form=form)) == form


def test_the_query_is_signed_as_it_came_not_as_we_would_write_it():
    path = "/twilio/status/?b=%7e&a='x'&c"

    assert access.check(request_of(path)) == FORM


def test_both_tokens_are_valid_while_one_is_rotated(settings):
    settings.TWILIO_AUTH_TOKEN_SECONDARY = "the-next-token"

    assert access.check(request_of(token="the-next-token")) == FORM
    assert access.check(request_of()) == FORM


def test_without_a_second_token_an_empty_one_does_not_sign():
    assert refusal_of(request_of(token=""))[0] == 403


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"])
def test_without_token_or_account_every_request_is_refused(settings, name):
    setattr(settings, name, "")

    assert refusal_of(request_of()) == (
        503,
        "no auth token or account SID is configured",
    )


def test_without_a_public_address_the_one_that_was_asked_is_signed(settings):
    settings.PUBLIC_BASE_URL = ""

    request = request_of(url="http://testserver/twilio/status/")

    assert access.check(request) == FORM


def test_without_a_public_address_a_foreign_host_is_refused(settings):
    settings.PUBLIC_BASE_URL = ""
    settings.ALLOWED_HOSTS = ["cc.example.test"]

    assert refusal_of(request_of(HTTP_HOST="evil.test"))[0] == 400


@pytest.mark.parametrize(
    ("base", "script_name"),
    [
        # The proxy takes the prefix away, or leaves it and the server knows it.
        ("https://example.test/cc", ""),
        ("https://example.test/cc", "/cc"),
        ("https://example.test", "/cc"),
        ("https://example.test/", "/cc"),
        ("https://user:word@example.test/cc", "/cc"),
    ],
)
def test_a_prefix_of_the_public_address_is_counted_once(settings, base, script_name):
    settings.PUBLIC_BASE_URL = base

    request = request_of(
        "/twilio/status/",
        url=f"https://example.test{script_name or '/cc'}/twilio/status/",
        SCRIPT_NAME=script_name,
    )

    assert access.check(request) == FORM


class TestBasicLock:
    """An additional lock: the signature is checked all the same."""

    @pytest.fixture(autouse=True)
    def _locked(self, settings):
        settings.WEBHOOK_BASIC_AUTH = "twilio:open-sesame"

    GOOD = "Basic dHdpbGlvOm9wZW4tc2VzYW1l"

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Basic",
            "Basic not-base64!",
            "Basic dHdpbGlvOnNlc2FtZQ==",
            "Bearer dHdpbGlvOm9wZW4tc2VzYW1l",
            "Basic \xe9\xe9",
        ],
    )
    def test_wrong_or_no_credentials_are_challenged(self, header):
        meta = {} if header is None else {"HTTP_AUTHORIZATION": header}

        assert refusal_of(request_of(**meta))[0] == 401

    @pytest.mark.parametrize("header", [GOOD, GOOD.replace("Basic", "basic")])
    def test_the_right_ones_let_a_signed_request_in(self, header):
        assert access.check(request_of(HTTP_AUTHORIZATION=header)) == FORM

    def test_a_url_may_have_been_signed_with_its_credentials(self):
        url = "https://twilio:open-sesame@cc.example.test/twilio/status/"

        request = request_of(url=url, HTTP_AUTHORIZATION=self.GOOD)

        assert access.check(request) == FORM

    def test_credentials_do_not_stand_for_a_signature(self):
        request = request_of(token="forged", HTTP_AUTHORIZATION=self.GOOD)

        assert refusal_of(request)[0] == 403


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"CallSid": CALL_SID}, (400, "AccountSid is missing")),
        (FORM | {"AccountSid": ""}, (400, "AccountSid is missing")),
        (FORM | {"AccountSid": "AC" + "6" * 32}, (403, "AccountSid is not ours")),
        (FORM | {"AccountSid": "ÄC"}, (403, "AccountSid is not ours")),
        ({"AccountSid": ACCOUNT_SID}, (400, "CallSid is missing or malformed")),
        (FORM | {"CallSid": "CA123"}, (400, "CallSid is missing or malformed")),
        (
            FORM | {"CallSid": "RE" + "1" * 32},
            (400, "CallSid is missing or malformed"),
        ),
        (
            FORM | {"CallSid": CALL_SID + "\n"},
            (400, "CallSid is missing or malformed"),
        ),
    ],
)
def test_a_signed_form_must_be_about_a_call_of_ours(form, expected):
    assert refusal_of(request_of(form=form)) == expected


@pytest.mark.parametrize("header", ["x", "\xff" * 28, "a" * 10_000])
def test_a_malformed_signature_is_refused(header):
    request = request_of(HTTP_X_TWILIO_SIGNATURE=header)

    assert refusal_of(request) == (403, "the signature cannot be verified")


def test_a_missing_signature_is_refused():
    request = RequestFactory().post("/twilio/status/", FORM)

    assert refusal_of(request) == (403, "there is no signature")


def test_json_without_its_hash_is_refused_although_the_url_is_signed():
    url = "https://cc.example.test/twilio/status/"
    request = RequestFactory().post(
        "/twilio/status/",
        json.dumps(FORM),
        content_type="application/json",
        HTTP_X_TWILIO_SIGNATURE=signature(url, {}, AUTH_TOKEN),
    )

    assert refusal_of(request)[0] == 403


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--x\r\nno end", "multipart/form-data"),
        (b"--x\r\nno end", "multipart/form-data; boundary=" + "x" * 300),
        (b"&".join(b"f%d=1" % n for n in range(1_200)), URL_ENCODED),
        (b"x=" + b"1" * 3_000_000, URL_ENCODED),
        (b"x=1", URL_ENCODED + "; charset=latin-1"),
        (b"1" * 3_000_000, "application/json"),
    ],
    ids=["no-boundary", "bad-boundary", "fields", "large", "latin-1", "large-json"],
)
def test_a_body_that_cannot_be_read_is_refused_before_anything_else(body, content_type):
    request = RequestFactory().post(
        "/twilio/status/", body, content_type, HTTP_X_TWILIO_SIGNATURE="x"
    )

    assert refusal_of(request)[0] == 400


class _CutShort(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError("connection reset")


def test_a_body_cut_short_is_refused():
    request = RequestFactory().post(
        "/twilio/status/", FORM, HTTP_X_TWILIO_SIGNATURE="x"
    )
    cut_short = WSGIRequest(request.environ | {"wsgi.input": _CutShort()})

    assert refusal_of(cut_short)[0] == 400


def test_a_content_length_too_great_for_a_number_is_refused():
    request = RequestFactory().post(
        "/twilio/status/", b"--x\r\n", "multipart/form-data; boundary=x"
    )
    too_long = {"CONTENT_LENGTH": "9" * 30, "wsgi.input": io.BytesIO(b"--x\r\n")}

    assert refusal_of(WSGIRequest(request.environ | too_long))[0] in (400, 403)


class _Unreadable:
    """A body of which reading is the fault."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.parametrize("length", [10, 900_000])
def test_form_of_a_stranger_is_refused_before_it_is_read(twilio, rf, length):
    request = rf.post("/twilio/incoming/")
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = _Unreadable()

    with pytest.raises(access.Refused) as refused:
        access.check(request)

    assert refused.value.status == 403


@pytest.mark.django_db
def test_one_long_form_at_a_time_is_taken_apart(twilio):
    form = {f"f{number}": "あ" * 100 for number in range(300)}

    assert twilio.post("incoming", **form).status_code == 200
    with access._turn_of_long_bodies:
        assert twilio.post("incoming", **form).status_code == 503
        assert twilio.post("incoming").status_code == 200
    assert twilio.post("incoming", **form).status_code == 200
