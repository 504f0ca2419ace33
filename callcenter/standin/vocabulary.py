"""Which function plays which verb."""

from collections.abc import Mapping

from callcenter.standin import schema, verbs
from callcenter.standin.script import Verb

VERBS: Mapping[str, Verb] = {
    **dict.fromkeys(schema.RULES, verbs.unknown),
    "Say": verbs.say,
    "Play": verbs.play,
    "Pause": verbs.pause,
    "Redirect": verbs.redirect,
    "Hangup": verbs.hangup,
    "Reject": verbs.reject,
}
