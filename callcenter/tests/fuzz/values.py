"""Values a sender may use: right, nearly right, or anything at all. No database."""

import string
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from hypothesis import strategies as st

from callcenter.demo.setup.installation import (
    LINE,
    MENUS,
    QUEUES,
)
from callcenter.demo.setup.scenario import FIRST_WORKERS
from callcenter.flow.step import Between
from callcenter.models.pins import DEMO_PIN
from callcenter.params import DIALLED as DIALLED_NUMBER
from callcenter.params import OF_A_DESK
from callcenter.routes import PATHS
from callcenter.tests.twilio_client import ACCOUNT_SID, CALLER

# Few calls, so that requests of one example meet each other.
CALLS = ["CA" + digit * 32 for digit in "123"]
LEGS = ["CA" + digit * 32 for digit in "789"]
ADDRESSES = [worker.address for worker in FIRST_WORKERS]
OPERATORS = [one for one in ADDRESSES if one.startswith("+")]
WITHHELD = ["anonymous", "+266696687", "+7378742833", "Unknown", "restricted"]
CALLERS = [CALLER, "+15550100001", *OPERATORS, *WITHHELD, "", "+464"]
CALLERS += [one for one in ADDRESSES if one.startswith("client:")]
CALLERS += ["client:nobody", "sip:front@demo.sip.twilio.com;transport=UDP"]
STATUSES = ["queued", "initiated", "ringing", "in-progress", "completed", "busy"]
STATUSES += ["failed", "no-answer", "canceled", "cancelled", "answered"]
RESULTS = ["bridged", "bridging-in-process", "error", "hangup", "leave", "redirected"]
RESULTS += ["redirected-from-bridged", "queue-full", "system-error"]
ENDS_OF_NUMBERS = ["0", "1", "32767", "32768", "65535", "65536", "2147483647"]
ENDS_OF_NUMBERS += ["2147483648", "4294967296", "9999999", "10000000", "-1", "+1"]
ENDS_OF_NUMBERS += ["9223372036854775808", "1e3", "1.5", "NaN", " 7", "07", "١٢", "²"]
# U+D800 comes as %ED%A0%80, which is no UTF-8.
ODD_TEXTS = ["\x00", "\ud800", "\udfff", "\U0001f600", "é" * 300, "%00", "&#0;"]
ODD_TEXTS += ["'--", "</Say>", "]]>", "\r\n", "\u2028", "\ufffe", "a\x00b", "\\u0000"]
ODD_TEXTS += ["{position}", "%s", "../..", "?step=1", "#rc=2", "Ⅻ", "ﬁ", "ß", "İ"]
HUGE = 1_000_000

any_text = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.text(st.characters(), max_size=20),
    st.text(string.ascii_letters + string.digits, min_size=250, max_size=330),
)
numbers = st.one_of(
    st.integers(0, 700).map(str),
    st.sampled_from(ENDS_OF_NUMBERS),
    st.integers().map(str),
    any_text,
)


@st.composite
def spoiled(draw: st.DrawFn, right: st.SearchStrategy[str]) -> str:
    """A right value with one error: a character more, less or different, other case."""
    text = draw(right)
    place = draw(st.integers(0, len(text)))
    letter = draw(st.one_of(st.characters(), st.sampled_from(" \t\n\x000gG/:+,")))
    return draw(
        st.sampled_from(
            [
                text[:place] + letter + text[place:],
                text[:place] + text[place + 1 :],
                text[:place] + letter + text[place + 1 :],
                text.swapcase(),
                text + text,
                f" {text} ",
            ]
        )
    )


def sids(prefix: str, known: list[str]) -> st.SearchStrategy[str]:
    """SIDs of one kind, SIDs of another kind, and text that is nearly one."""
    random = st.text("0123456789abcdefABCDEF", min_size=32, max_size=32)
    right = st.one_of(st.sampled_from(known), random.map(lambda text: prefix + text))
    return st.one_of(right, right, spoiled(right), st.sampled_from([*CALLS, *LEGS, ""]))


def words(*known: str) -> st.SearchStrategy[str]:
    """Mostly words of a list; some misspelled, in capitals, or unknown."""
    right = st.sampled_from(known)
    return st.one_of(right, right, right, spoiled(right), any_text)


@st.composite
def moments(draw: st.DrawFn) -> str:
    """RFC 2822 moments, near the present and far from it, and nearly right ones."""
    near = st.integers(-200_000, 200_000).map(
        lambda seconds: datetime.fromtimestamp(1_790_000_000 + seconds, UTC)
    )
    far = st.datetimes(timezones=st.just(UTC))
    right = st.one_of(near, near, far).map(format_datetime)
    odd = [
        "Sun, 31 Feb 2026 13:32:00 +0000",
        "Sun, 22 Nov 2026 24:60:61 +0000",
        "Sun, 22 Nov 2026 13:32:00 +9999",
        "Sun, 22 Nov 2026 13:32:00 -2400",
        "Mon, 01 Jan 0001 00:00:00 +1400",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "22 Nov 26 13:32 GMT",
        "Sun, 22 Nov 99999999999 13:32:00 +0000",
        "2026-11-22T13:32:00Z",
        "1790000000",
    ]
    return draw(st.one_of(right, spoiled(right), st.sampled_from(odd), any_text))


@st.composite
def slugs(draw: st.DrawFn, known: list[str]) -> str:
    """A part of a path, escaped in one of several ways."""
    text = draw(st.one_of(*[st.sampled_from(known)] * 4, any_text))
    safe = draw(st.sampled_from(["", "/", "~!$&'()*+,;=:@-._"]))
    return quote(text.encode(errors="surrogatepass"), safe=safe)


# Every parameter in docs/twilio.md 1, 2.2, 2.6, 3.2, 3.4, 4.2 and 5.1 to 5.3.
STANDARD: dict[str, st.SearchStrategy[str]] = {
    "CallStatus": words(*STATUSES),
    "ApiVersion": words("2010-04-01", "2008-08-01"),
    "Direction": words(
        "inbound", "outbound-api", "outbound-dial", "trunking-terminating"
    ),
    "From": st.one_of(words(*CALLERS), numbers),
    "To": st.one_of(words(LINE, LINE, "+815000000999", "", "client:agent_01"), numbers),
    "Caller": words(*CALLERS),
    "Called": words(LINE, ""),
    "ForwardedFrom": words("+15550100009"),
    "CalledVia": words("+15550100009"),
    "CallerName": words("SPRINGFIELD  IL", "山田 太郎"),
    "ParentCallSid": sids("CA", [*CALLS, *LEGS]),
    "CallToken": words("%7B%22parentCallInfoToken%22%3A%22eyJ%22%7D"),
    "StirVerstat": words("TN-Validation-Passed-A", "TN-Validation-Failed", "NULL"),
    "StirStatus": words("TN-Validation-Passed-A"),
    "StirPassportToken": words("eyJ.eyJ.x"),
    "FromCity": words("SPRINGFIELD", "Goiânia", ""),
    "FromState": words("IL", ""),
    "FromZip": words("62701", "K1A 0B1", ""),
    "FromCountry": words("US", "JP", "LS", ""),
    "ToCountry": words("JP"),
    "ApplicationSid": sids("AP", ["AP" + "1" * 32]),
    "AddOns": words('{"status":"successful","results":{}}', "{", "[]"),
    "AnsweredBy": words("human", "machine_start", "fax"),
    "msg": words("Gather End"),
    "ErrorCode": words("11205", "0"),
    "ErrorUrl": words("https://cc.example.test/twilio/incoming/"),
    "SipDomain": words("demo.sip.twilio.com"),
    "SipDomainSid": sids("SD", ["SD" + "1" * 32]),
    "SipCallId": any_text,
    "SipSourceIp": words("203.0.113.54"),
    "SipHeader_X-Note": any_text,
    "SipResponseCode": words("200", "404", "487"),
}
QUEUED: dict[str, st.SearchStrategy[str]] = {
    "QueueResult": words(*RESULTS),
    "QueueSid": sids("QU", [sid for sid, _ in QUEUES.values()]),
    "QueueTime": numbers,
    "QueuePosition": numbers,
    "AvgQueueTime": numbers,
    "CurrentQueueSize": numbers,
    "MaxQueueSize": numbers,
    "DequeingCallSid": sids("CA", [*LEGS, *CALLS]),
}
DIALLED: dict[str, st.SearchStrategy[str]] = {
    "DialCallStatus": words(*STATUSES),
    "DialCallSid": sids("CA", [*CALLS, *LEGS]),
    "DialCallDuration": numbers,
    "DialBridged": words("true", "false", "True", ""),
}
ENDED: dict[str, st.SearchStrategy[str]] = {
    "CallDuration": numbers,
    "Duration": numbers,
    "Timestamp": moments(),
    "CallbackSource": words("call-progress-events"),
    "SequenceNumber": numbers,
}
TYPED: dict[str, st.SearchStrategy[str]] = {
    "Digits": words(*"1235789", "0", "*12", "*", "#", "hangup", "", DEMO_PIN),
    "FinishedOnKey": words("", "#"),
    "SpeechResult": any_text,
    "UnstableSpeechResult": any_text,
    "Confidence": words("0.0", "1.0", "0.93"),
}
RECORDED: dict[str, st.SearchStrategy[str]] = {
    "RecordingSid": sids("RE", ["RE" + "1" * 32]),
    "RecordingUrl": words("https://api.twilio.com/2010-04-01/Recordings/RE1"),
    "RecordingStatus": words("in-progress", "completed", "absent", "failed"),
    "RecordingDuration": numbers,
    "RecordingChannels": words("1", "2"),
    "RecordingTrack": words("inbound", "outbound", "both"),
    "RecordingSource": words("DialVerb", "RecordVerb", "Conference"),
    "RecordingStartTime": moments(),
}
# What our page in the browser adds to the form.
OF_OUR_PAGE: dict[str, st.SearchStrategy[str]] = {
    DIALLED_NUMBER: st.one_of(words("+81312345678", "+19001234567", LINE), numbers),
    OF_A_DESK: words("1"),
}
PARAMETERS = STANDARD | QUEUED | DIALLED | ENDED | TYPED | RECORDED | OF_OUR_PAGE
PARAMETERS["CallSid"] = sids("CA", [*CALLS, *LEGS])
PARAMETERS["AccountSid"] = words(ACCOUNT_SID)

_QUEUE, _VISIT = slugs([*QUEUES]), slugs(["1", "1", "2", *ENDS_OF_NUMBERS])
_TOKEN = slugs(["f" * 32])
PLACES: dict[str, st.SearchStrategy[str]] = {
    "incoming": st.just("incoming/"),
    "menu": st.builds("menu/{}/".format, slugs([*MENUS])),
    "wait": st.builds("wait/{}/{}/".format, _QUEUE, _VISIT),
    "queue-exit": st.builds("queue-exit/{}/{}/".format, _QUEUE, _VISIT),
    "connect": st.just("connect/"),
    "operator": st.just("operator/"),
    "operator-done": st.just("operator/done/"),
    "client": st.just("client/"),
    "ring-back": st.builds("ring-back/{}/".format, _TOKEN),
    "ring-back-done": st.builds("ring-back/{}/done/".format, _TOKEN),
    "voicemail": st.builds("voicemail/{}/{}/".format, _QUEUE, _VISIT),
    "recording": st.just("recording/"),
    "status": st.just("status/"),
    "fallback": st.just("fallback/"),
}
assert PLACES.keys() == set(PATHS)
odd_places = st.one_of(
    spoiled(st.one_of(*PLACES.values())).map(
        lambda text: quote(text.encode(errors="surrogatepass"), safe="/%?")
    ),
    st.sampled_from(["", "/", "incoming", "wait/support/", "wait//1/", "operator//"]),
)
# Query parameters of ours, with values that we use and any other.
QUERY: dict[str, st.SearchStrategy[str]] = {
    "step": numbers,
    "visits": numbers,
    "again": numbers,
    "lang": words("ja", "en", ""),
    "in": words("1", "0"),
    "queue": words(*QUEUES),
    "state": words(*Between),
    "about": sids("CA", CALLS),
    "rec": words("1"),
    "proof": any_text,
    "bodySHA256": any_text,
}
