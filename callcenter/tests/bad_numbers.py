"""Numbers that Twilio must never be told to dial, for every way that dials."""

ABROAD = "+12125550123"
# Allowed are numbers that begin with +81 (conftest.py). Each of these is none of them,
# or only looks as if it were.
BAD = [
    ABROAD,
    "+8",
    "0012125550123",
    "12125550123",
    "sip:+81312345678@evil.example.com",
    "client:agent_02",
    "+81312345678,+12125550123",
    "+81312345678;postd=ww12125550123",
    "+81312345678&To=+12125550123",
    "+81 312345678",
    "+81\n12125550123",
    "+81312345678@evil.example.com",
    "+8131234567890123456",
    # Whoever calls pays more: 0990, 0570, 0180, 0170, also with the 0.
    "+81990123456",
    "+81570000000",
    "+81180123456",
    "+81170123456",
    "+810990123456",
    # Police and fire brigade, codes of carriers, and what no number is like.
    "+81110",
    "+81119",
    "+81",
    "+8190",
    "+8100312345678",
    "+810312345678",
    "+8131234567",
    "+81312345678901",
    "<Number>+12125550123</Number>",
    "anonymous",
    "",
]
