"""The demo: an installation to try MiniCC with, its past, and its traffic.

`setup` makes lines, menus, queues and operators; `past` plays weeks of calls at once
and stores them; `live` lets simulated people call the running server; `telephones` are
those in the browser. In all of them people act on the stand-in for Twilio.
"""
