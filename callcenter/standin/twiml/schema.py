"""The schema of voice TwiML: the parents, attributes and text of each element."""

from typing import NamedTuple


class Rule(NamedTuple):
    """One element; the names are Twilio's."""

    parents: frozenset[str]
    attributes: frozenset[str]
    has_text: bool


def _rule(parents: str, attributes: str = "", has_text: bool = False) -> Rule:
    names = frozenset(attributes.split())
    return Rule(frozenset(parents.split()), names, has_text)


RULES = {
    "Application": _rule(
        "Dial",
        "copyParentTo customerId method statusCallback statusCallbackEvent "
        "statusCallbackMethod url",
        has_text=True,
    ),
    "ApplicationSid": _rule("Application", has_text=True),
    "Client": _rule(
        "Dial",
        "method statusCallback statusCallbackEvent statusCallbackMethod url",
        has_text=True,
    ),
    "Conference": _rule(
        "Dial",
        "beep coach endConferenceOnExit eventCallbackUrl jitterBufferSize "
        "maxParticipants muted participantLabel record recordingConfigurationId "
        "recordingStatusCallback recordingStatusCallbackEvent "
        "recordingStatusCallbackMethod region startConferenceOnEnter statusCallback "
        "statusCallbackEvent statusCallbackMethod trim waitMethod waitUrl",
        has_text=True,
    ),
    "Connect": _rule("Response", "action method"),
    "Dial": _rule(
        "Response",
        "action answerOnBridge callerId events hangupOnStar method passports record "
        "recordingConfigurationId recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod recordingTrack "
        "referMethod referUrl ringTone sequential timeLimit timeout trim",
        has_text=True,
    ),
    "Echo": _rule("Response"),
    "Enqueue": _rule(
        "Response",
        "action maxQueueSize method waitUrl waitUrlMethod workflowSid",
        has_text=True,
    ),
    "Gather": _rule(
        "Response",
        "action actionOnEmptyResult bargeIn debug enhanced finishOnKey hints input "
        "language maxSpeechTime method numDigits partialResultCallback "
        "partialResultCallbackMethod profanityFilter speechModel speechTimeout "
        "timeout",
    ),
    "Hangup": _rule("Response"),
    "Identity": _rule("Client", has_text=True),
    "Leave": _rule("Response"),
    "Number": _rule(
        "Dial",
        "amdStatusCallback amdStatusCallbackMethod byoc machineDetection "
        "machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold "
        "machineDetectionSpeechThreshold machineDetectionTimeout method sendDigits "
        "statusCallback statusCallbackEvent statusCallbackMethod url",
        has_text=True,
    ),
    "Parameter": _rule(
        "Application Client ConversationRelay Hangup Pay Reject Siprec Stream "
        "Transcription VirtualAgent",
        "name value",
    ),
    "Pause": _rule("Gather Prompt Response", "length"),
    "Pay": _rule(
        "Response",
        "action bankAccountType chargeAmount currency description input language "
        "maxAttempts minPostalCodeLength paymentConnector paymentMethod postalCode "
        "securityCode statusCallback statusCallbackMethod timeout tokenType "
        "validCardTypes",
    ),
    "Play": _rule("Gather Prompt Response", "digits loop", has_text=True),
    "Prompt": _rule(
        "Pay Response", "attempt cardType errorType for requireMatchingInputs"
    ),
    "Queue": _rule(
        "Dial", "method postWorkActivitySid reservationSid url", has_text=True
    ),
    "Record": _rule(
        "Response",
        "action finishOnKey maxLength method playBeep recordingConfigurationId "
        "recordingStatusCallback recordingStatusCallbackEvent "
        "recordingStatusCallbackMethod timeout transcribe transcribeCallback trim",
    ),
    "Redirect": _rule("Response", "method", has_text=True),
    "Refer": _rule("Response", "action method"),
    "Reject": _rule("Response", "reason"),
    "Say": _rule("Gather Prompt Response", "language loop voice", has_text=True),
    "Sim": _rule("Dial", has_text=True),
    "Sip": _rule(
        "Dial Refer",
        "amdStatusCallback amdStatusCallbackMethod machineDetection "
        "machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold "
        "machineDetectionSpeechThreshold machineDetectionTimeout method password "
        "statusCallback statusCallbackEvent statusCallbackMethod url username",
        has_text=True,
    ),
    "Sms": _rule("Response", "action from method statusCallback to", has_text=True),
    "Start": _rule("Response", "action method"),
    "Stop": _rule("Response"),
    "Task": _rule("Enqueue", "priority timeout", has_text=True),
    "break": _rule("Say emphasis lang p prosody s w", "strength time"),
    "emphasis": _rule("Say emphasis lang p prosody s w", "level", has_text=True),
    "lang": _rule("Say emphasis lang p prosody s", "xml:lang", has_text=True),
    "p": _rule("Say lang prosody", has_text=True),
    "phoneme": _rule("Say emphasis lang p prosody s w", "alphabet ph", has_text=True),
    "prosody": _rule(
        "Say emphasis lang p prosody s w", "pitch rate volume", has_text=True
    ),
    "s": _rule("Say lang p prosody", has_text=True),
    "say-as": _rule(
        "Say emphasis lang p prosody s w", "format interpret-as", has_text=True
    ),
    "sub": _rule("Say emphasis lang p prosody s w", "alias", has_text=True),
    "w": _rule("Say emphasis lang p prosody s", "role", has_text=True),
}
# The verbs of documents that are not the call's own (docs/twilio.md 2.6, 3.1, 5.8).
CONTEXTS = {
    "wait": frozenset(
        {"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}
    ),
    "announcement": frozenset({"Play", "Say", "Pause", "Redirect"}),
    "whisper": frozenset({"Play", "Say", "Gather", "Hangup"}),
}
