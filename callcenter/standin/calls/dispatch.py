"""Which function executes which verb."""

from collections.abc import Mapping

from callcenter.standin.calls import dial, enqueue, gather, record, verbs
from callcenter.standin.calls.script import Verb
from callcenter.standin.twiml import schema

VERBS: Mapping[str, Verb] = {
    **dict.fromkeys(schema.RULES, verbs.unknown),
    "Say": verbs.say,
    "Play": verbs.say,
    "Pause": verbs.pause,
    "Redirect": verbs.redirect,
    "Hangup": verbs.hangup,
    "Reject": verbs.reject,
    "Gather": gather.gather,
    "Record": record.record,
    "Enqueue": enqueue.enqueue,
    "Leave": enqueue.leave,
    "Dial": dial.dial,
}
