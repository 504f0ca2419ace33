"""A small stand-in for Twilio in tests: signs and posts what Twilio would post.

It knows what Twilio knows: the account, the public address, the numbers of a leg and
the last document of each leg. Its forms are those of docs/twilio.md 12.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit
from xml.etree import ElementTree

from django.conf import settings
from django.test import Client

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
BASE_URL = "https://cc.example.test"

CALLER = "+815000000301"
LINE = "+815000000101"


def sid(prefix: str = "CA") -> str:
    """A new identifier of Twilio's form."""
    return prefix + uuid.uuid4().hex


def signature(url: str, form: Mapping[str, str | list[str]], token: str) -> str:
    """X-Twilio-Signature over a URL without credentials and fragment, and a form."""
    text = url
    for name in sorted(form):
        values = form[name]
        for value in [values] if isinstance(values, str) else sorted(set(values)):
            text += name + value
    mac = hmac.new(token.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


@dataclass
class Answer:
    """MiniCC's answer, as Twilio reads it."""

    url: str  # the requested URL, against which relative ones are resolved
    response: Any  # the test client's

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return int(self.response.status_code)

    @property
    def document(self) -> ElementTree.Element:
        """The TwiML document; asserts that it is one."""
        assert self.response.status_code == 200, self.response.status_code
        assert self.response["Content-Type"] == "text/xml; charset=utf-8"
        assert self.response.content.startswith(b"<?xml")
        document = ElementTree.fromstring(self.response.content)  # noqa: S314 -- ours
        assert document.tag == "Response"
        return document

    @property
    def verbs(self) -> list[str]:
        """The verbs of the document in order, without those nested in others."""
        return [verb.tag for verb in self.document]

    def find(self, tag: str) -> ElementTree.Element:
        """The first element of that name at any depth; asserts that there is one."""
        element = self.document.find(f".//{tag}")
        assert element is not None, self.text
        return element

    def has(self, tag: str) -> bool:
        """Whether the document has an element of that name."""
        return self.document.find(f".//{tag}") is not None

    def link(self, tag: str, attribute: str = "") -> str:
        """The URL in an attribute (or the text) of that element, made absolute."""
        element = self.find(tag)
        target = element.attrib[attribute] if attribute else (element.text or "")
        return urljoin(self.url, target)

    @property
    def text(self) -> str:
        """The body, for the message of a failed assertion."""
        return str(self.response.content.decode())


class TwilioClient:
    """Twilio: one account, which posts to one public address."""

    def __init__(self) -> None:
        # CSRF checks on: proves that webhooks are exempt.
        self.client = Client(enforce_csrf_checks=True)

    def send(
        self,
        to: str,
        form: Mapping[str, str | list[str]],
        *,
        token: str | None = None,
        signed: str | None = None,
        idempotency: str | None = None,
        basic: str | None = None,
        **extra: Any,
    ) -> Answer:
        """Post exactly this form to a URL, a path or a name such as `menu/main`.

        `token` is the auth token to sign with (default: the account's), `signed` the
        whole signature header ("" leaves it out), `basic` is user:password, and
        `idempotency` the idempotency token (default: a new one; "" leaves it out).
        """
        url = _absolute(to)
        public = url._replace(netloc=url.netloc.rpartition("@")[2], fragment="")
        headers = {
            "I-Twilio-Idempotency-Token": (
                str(uuid.uuid4()) if idempotency is None else idempotency
            ),
            "X-Twilio-Signature": (
                signature(
                    public.geturl(), form, token or str(settings.TWILIO_AUTH_TOKEN)
                )
                if signed is None
                else signed
            ),
        }
        if basic is not None:
            encoded = base64.b64encode(basic.encode()).decode()
            headers["Authorization"] = f"Basic {encoded}"
        headers = {name: value for name, value in headers.items() if value}
        response = self.client.post(
            _path(public),
            data=urlencode(form, doseq=True),
            content_type="application/x-www-form-urlencoded; charset=UTF-8",
            headers=headers,
            **extra,
        )
        return Answer(url.geturl(), response)

    def post(
        self,
        to: str,
        *,
        token: str | None = None,
        signed: str | None = None,
        idempotency: str | None = None,
        basic: str | None = None,
        **params: str,
    ) -> Answer:
        """Post the form of a call (`voice_form`) with more parameters of Twilio's."""
        return self.send(
            to,
            voice_form() | params,
            token=token,
            signed=signed,
            idempotency=idempotency,
            basic=basic,
        )

    def leg(self, from_: str = CALLER, to: str = LINE) -> "Leg":
        """A new call, which has not rung yet."""
        return Leg(self, sid(), from_, to)


@dataclass
class Leg:
    """One leg as Twilio executes it: requests a document and follows its URLs."""

    twilio: TwilioClient
    call_sid: str
    from_: str
    to: str
    status: str = "ringing"
    answers: list[Answer] = field(default_factory=list)
    # The document whose <Enqueue> the leg is in: it names the URLs of waits and exit.
    enqueue: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The last document of the leg."""
        return self.answers[-1]

    def post(self, to: str, **params: str) -> Answer:
        """Request a URL as this leg."""
        form = voice_form(self.call_sid, self.from_, self.to, self.status)
        answer = self.twilio.send(to, form | params)
        self.answers.append(answer)
        if answer.response["Content-Type"].startswith("text/xml"):
            self.status = "in-progress"
            if answer.has("Enqueue"):
                self.enqueue = answer
        return answer

    def rings(self) -> Answer:
        """Our number is called."""
        return self.post("incoming")

    def presses(self, digits: str) -> Answer:
        """The caller presses keys in the <Gather> they hear."""
        return self.post(self.answer.link("Gather", "action"), Digits=digits)

    def is_redirected(self) -> Answer:
        """The document was played up to its <Redirect>."""
        return self.post(self.answer.link("Redirect"))

    def waits(self, seconds: int = 0, position: int = 1) -> Answer:
        """The caller has waited for so many seconds: the waitUrl is requested."""
        assert self.enqueue is not None
        return self.post(
            self.enqueue.link("Enqueue", "waitUrl"),
            QueueSid="QU" + "1" * 32,
            QueuePosition=str(position),
            QueueTime=str(seconds),
            AvgQueueTime="0",
            CurrentQueueSize="1",
        )

    def leaves_queue(self, result: str, seconds: int, **params: str) -> Answer:
        """The caller leaves the queue; with `hangup` the leg is over, too."""
        assert self.enqueue is not None
        if result == "hangup":
            self.status = "completed"
        return self.post(
            self.enqueue.link("Enqueue", "action"),
            QueueResult=result,
            QueueSid="QU" + "1" * 32,
            QueueTime=str(seconds),
            **params,
        )

    def is_taken_by(self, operator: "Leg", seconds: int) -> Answer:
        """An operator's <Dial><Queue> takes this waiting caller out of the queue."""
        return self.post(
            operator.answer.link("Queue", "url"),
            QueueSid="QU" + "1" * 32,
            QueueTime=str(seconds),
            DequeingCallSid=operator.call_sid,
        )

    def dial_ends(self, status: str, **params: str) -> Answer:
        """The <Dial> of this operator's leg is over."""
        url = next(a for a in reversed(self.answers) if a.has("Dial"))
        return self.post(url.link("Dial", "action"), DialCallStatus=status, **params)

    def ends(self, seconds: int = 60) -> Answer:
        """The number's StatusCallback."""
        self.status = "completed"
        return self.post(
            "status",
            CallDuration=str(seconds),
            Duration=str(-(-seconds // 60)),
            CallbackSource="call-progress-events",
            SequenceNumber="0",
        )


def voice_form(
    call_sid: str = "CA" + "1" * 32,
    from_: str = CALLER,
    to: str = LINE,
    status: str = "ringing",
) -> dict[str, str]:
    """The parameters of every request about a call (docs/twilio.md 12, block B)."""
    form = {
        "AccountSid": str(settings.TWILIO_ACCOUNT_SID),
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "CallStatus": status,
        "Direction": "inbound",
        "From": from_,
        "Caller": from_,
        "To": to,
        "Called": to,
    }
    for leg in ("From", "Caller", "To", "Called"):
        form |= {f"{leg}City": "", f"{leg}State": "", f"{leg}Zip": ""}
        form[f"{leg}Country"] = "JP"
    return form


def _absolute(to: str) -> SplitResult:
    base = str(settings.PUBLIC_BASE_URL)
    if "://" in to:
        return urlsplit(to)
    return urlsplit(base + (to if to.startswith("/") else f"/twilio/{to}/"))


def _path(public: SplitResult) -> str:
    """Path and query as they reach the server: the proxy removes the prefix."""
    prefix = urlsplit(str(settings.PUBLIC_BASE_URL)).path
    path = public.path.removeprefix(prefix)
    return f"{path}?{public.query}" if public.query else path
