"""What the stand-in does where Twilio's behaviour is not known (docs/twilio.md 15)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """One behaviour each, to be switched where a test wants the other.

    Not to be switched: the answer to a `redirected` action is not executed (15.4);
    CallerName goes out as UTF-8 (15.8); an account has no subaccounts (15.9);
    number-level status callbacks carry no SipResponseCode (15.12); no parameter or URL
    is too long (15.6).
    """

    # 2.3: what a caller who hangs up during the announcement leaves behind; the other
    # one is "hangup".
    hung_up_while_connecting: str = "bridging-in-process"
    # 9.3: an operator who vanishes during the announcement: the caller goes back to the
    # head of the queue. Otherwise the visit ends as bridging-in-process.
    back_to_queue: bool = True
    # 15.1, CallStatus of the Enqueue action of a caller who hung up; the other one is
    # "in-progress".
    status_of_hung_up: str = "completed"
    # 1.2: how a call ends whose caller hangs up before we answered it.
    status_of_unanswered: str = "no-answer"
    # 15.2: a Dial action of a queue has DialCallSid and DialCallDuration.
    dial_action_names_caller: bool = True
    # 15.2: DialBridged is sent (only newer captures have it).
    sends_dial_bridged: bool = True
    # 15.3: QueueTime of a bridged action counts the announcement.
    queue_time_counts_announcement: bool = False
    # 2.3: `error` and `system-error` have QueueSid if the call was in the queue.
    errors_name_queue: bool = True
    # 2.2: the action has the key that was pressed while waiting.
    digits_ride_along: bool = True
    # 3.4: a Dial action follows when the operator hangs up while waiting for a caller.
    dial_action_of_waiting: bool = False
    # 15.10: which of several operators who wait gets the next caller: the one who
    # waits longest ("first"), or any ("any").
    serves: str = "first"
    # 15.11
    carries_credentials: bool = True
    # 15.7
    sends_token: bool = True
    # 5.1: the finish key alone is an empty result.
    finish_key_alone_is_empty: bool = True
    # 15.6: documents in a row that took no time before the call is given up.
    longest_loop: int = 100
    # A wait document of no length is not asked for again before this (seconds).
    shortest_wait_document: float = 1.0
    # Between Enqueue and being in the queue; a hang-up in it is a system-error (2.3).
    enqueue_seconds: float = 0.1
    # What Twilio adds to a Dial's time-out (3.3).
    dial_grace_seconds: float = 5.0
