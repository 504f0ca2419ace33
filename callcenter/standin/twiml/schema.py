"""The schema of voice TwiML: the parents, attributes and text of each element."""

from typing import NamedTuple


class Rule(NamedTuple):
    """One element; the names are Twilio's."""

    parents: frozenset[str]
    attributes: frozenset[str]
    has_text: bool


def _rule(parents: str, attributes: str, has_text: bool) -> Rule:
    names = frozenset(attributes.split())
    return Rule(frozenset(parents.split()), names, has_text)


RULES = {
    "Application": _rule(
        "Dial",
        "copyParentTo customerId method statusCallback statusCallbackEvent "
        "statusCallbackMethod url",
        True,
    ),
    "ApplicationSid": _rule(
        "Application",
        "",
        True,
    ),
    "Client": _rule(
        "Dial",
        "method statusCallback statusCallbackEvent statusCallbackMethod url",
        True,
    ),
    "Conference": _rule(
        "Dial",
        "beep coach endConferenceOnExit eventCallbackUrl jitterBufferSize "
        "maxParticipants muted participantLabel record "
        "recordingConfigurationId recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod region "
        "startConferenceOnEnter statusCallback statusCallbackEvent "
        "statusCallbackMethod trim waitMethod waitUrl",
        True,
    ),
    "Connect": _rule(
        "Response",
        "action method",
        False,
    ),
    "Dial": _rule(
        "Response",
        "action answerOnBridge callerId events hangupOnStar method "
        "passports record recordingConfigurationId recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod "
        "recordingTrack referMethod referUrl ringTone sequential timeLimit "
        "timeout trim",
        True,
    ),
    "Echo": _rule(
        "Response",
        "",
        False,
    ),
    "Enqueue": _rule(
        "Response",
        "action maxQueueSize method waitUrl waitUrlMethod workflowSid",
        True,
    ),
    "Gather": _rule(
        "Response",
        "action actionOnEmptyResult bargeIn debug enhanced finishOnKey "
        "hints input language maxSpeechTime method numDigits "
        "partialResultCallback partialResultCallbackMethod profanityFilter "
        "speechModel speechTimeout timeout",
        False,
    ),
    "Hangup": _rule(
        "Response",
        "",
        False,
    ),
    "Identity": _rule(
        "Client",
        "",
        True,
    ),
    "Leave": _rule(
        "Response",
        "",
        False,
    ),
    "Number": _rule(
        "Dial",
        "amdStatusCallback amdStatusCallbackMethod byoc machineDetection "
        "machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold "
        "machineDetectionSpeechThreshold machineDetectionTimeout method "
        "sendDigits statusCallback statusCallbackEvent statusCallbackMethod "
        "url",
        True,
    ),
    "Parameter": _rule(
        "Application Client ConversationRelay Hangup Pay Reject Siprec "
        "Stream Transcription VirtualAgent",
        "name value",
        False,
    ),
    "Pause": _rule(
        "Gather Prompt Response",
        "length",
        False,
    ),
    "Pay": _rule(
        "Response",
        "action bankAccountType chargeAmount currency description input "
        "language maxAttempts minPostalCodeLength paymentConnector "
        "paymentMethod postalCode securityCode statusCallback "
        "statusCallbackMethod timeout tokenType validCardTypes",
        False,
    ),
    "Play": _rule(
        "Gather Prompt Response",
        "digits loop",
        True,
    ),
    "Prompt": _rule(
        "Pay Response",
        "attempt cardType errorType for requireMatchingInputs",
        False,
    ),
    "Queue": _rule(
        "Dial",
        "method postWorkActivitySid reservationSid url",
        True,
    ),
    "Record": _rule(
        "Response",
        "action finishOnKey maxLength method playBeep "
        "recordingConfigurationId recordingStatusCallback "
        "recordingStatusCallbackEvent recordingStatusCallbackMethod timeout "
        "transcribe transcribeCallback trim",
        False,
    ),
    "Redirect": _rule(
        "Response",
        "method",
        True,
    ),
    "Refer": _rule(
        "Response",
        "action method",
        False,
    ),
    "Reject": _rule(
        "Response",
        "reason",
        False,
    ),
    "Say": _rule(
        "Gather Prompt Response",
        "language loop voice",
        True,
    ),
    "Sim": _rule(
        "Dial",
        "",
        True,
    ),
    "Sip": _rule(
        "Dial Refer",
        "amdStatusCallback amdStatusCallbackMethod machineDetection "
        "machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold "
        "machineDetectionSpeechThreshold machineDetectionTimeout method "
        "password statusCallback statusCallbackEvent statusCallbackMethod "
        "url username",
        True,
    ),
    "Sms": _rule(
        "Response",
        "action from method statusCallback to",
        True,
    ),
    "Start": _rule(
        "Response",
        "action method",
        False,
    ),
    "Stop": _rule(
        "Response",
        "",
        False,
    ),
    "Task": _rule(
        "Enqueue",
        "priority timeout",
        True,
    ),
    "break": _rule(
        "Say emphasis lang p prosody s w",
        "strength time",
        False,
    ),
    "emphasis": _rule(
        "Say emphasis lang p prosody s w",
        "level",
        True,
    ),
    "lang": _rule(
        "Say emphasis lang p prosody s",
        "xml:lang",
        True,
    ),
    "p": _rule(
        "Say lang prosody",
        "",
        True,
    ),
    "phoneme": _rule(
        "Say emphasis lang p prosody s w",
        "alphabet ph",
        True,
    ),
    "prosody": _rule(
        "Say emphasis lang p prosody s w",
        "pitch rate volume",
        True,
    ),
    "s": _rule(
        "Say lang p prosody",
        "",
        True,
    ),
    "say-as": _rule(
        "Say emphasis lang p prosody s w",
        "format interpret-as",
        True,
    ),
    "sub": _rule(
        "Say emphasis lang p prosody s w",
        "alias",
        True,
    ),
    "w": _rule(
        "Say emphasis lang p prosody s",
        "role",
        True,
    ),
}
# The verbs of documents that are not the call's own (docs/twilio.md 2.6, 3.1, 5.8).
CONTEXTS = {
    "wait": frozenset(
        {"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}
    ),
    "announcement": frozenset({"Play", "Say", "Pause", "Redirect"}),
    "whisper": frozenset({"Play", "Say", "Gather", "Hangup"}),
}
