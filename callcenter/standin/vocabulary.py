"""Which function plays which verb."""

from collections.abc import Mapping

from callcenter.standin import dial, enqueue, gather, record, schema, verbs
from callcenter.standin.script import Verb

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
