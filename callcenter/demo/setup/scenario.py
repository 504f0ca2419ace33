"""The second line with its menus, and all operators of the demo, as values.

`second_line` makes rows of them. No database.
"""

from dataclasses import dataclass

# The line of the installation, where the sample calls come in.
MAIN_LINE = "+815000000101"
SHOP_LINE = "+815000000102"

SHOP_MENUS = ("shop", "orders", "payments", "shop-english")
SHOP_MESSAGES = ("hours", "delivery", "invoices")

# Menu: key, action, where it leads, language from here on.
SHOP_OPTIONS = {
    "shop": [
        ("1", "queue", "sales", ""),
        ("2", "menu", "orders", ""),
        ("3", "message", "hours", ""),
        ("4", "menu", "payments", ""),
        ("5", "menu", "shop-english", "en"),
    ],
    "orders": [
        ("1", "message", "delivery", ""),
        ("2", "queue", "support", ""),
        ("9", "menu", "shop", ""),
    ],
    "payments": [("1", "queue", "billing", ""), ("2", "message", "invoices", "")],
    "shop-english": [("1", "queue", "sales", ""), ("2", "queue", "billing", "")],
}

SHOP_GREETING = {
    "ja": "お電話ありがとうございます。ミニCCショップでございます。",
    "en": "Thank you for calling the MiniCC shop.",
}
SHOP_CLOSED = {
    "ja": (
        "ミニCCショップの受付時間は、平日は9時から18時、土曜日は9時から17時です。"
        "恐れ入りますが、受付時間内におかけ直しください。"
    ),
    "en": (
        "The MiniCC shop answers from nine to six on weekdays and from nine to five"
        " on Saturdays. Please call again in these hours."
    ),
}
SHOP_MENU_TEXTS = {
    "shop": {
        "ja": (
            "ご購入のご相談は1を、ご注文と返品については2を、受付時間のご案内は3を、"
            "お支払いについては4を、英語でのご案内は5を押してください。"
        ),
        "en": (
            "To buy something, press 1. For orders and returns, press 2. For our"
            " opening hours, press 3. For payments, press 4. For English, press 5."
        ),
    },
    "orders": {
        "ja": (
            "お届けの目安は1を、返品のご相談は2を、"
            "最初のご案内に戻るには9を押してください。"
        ),
        "en": "For delivery times, press 1. For returns, press 2. To go back, press 9.",
    },
    "payments": {
        "ja": "お支払いのご相談は1を、請求書の受け取り方は2を押してください。",
        "en": "For questions about payments, press 1. To find your invoice, press 2.",
    },
    "shop-english": {
        "ja": "ご購入のご相談は1を、お支払いについては2を押してください。",
        "en": "For sales, press 1. For billing, press 2.",
    },
}
SHOP_MESSAGE_TEXTS = {
    "hours": SHOP_CLOSED,
    "delivery": {
        "ja": "ご注文の品は、通常2日から4日でお届けいたします。",
        "en": "Orders usually arrive within two to four days.",
    },
    "invoices": {
        "ja": "請求書は、ウェブサイトのマイページからお受け取りいただけます。",
        "en": "You find your invoices on our web site, in your account.",
    },
}

# ISO weekday: opens, closes (local hours). Closed on Sundays and holidays.
SHOP_HOURS = dict.fromkeys(range(1, 6), (9, 18)) | {6: (9, 17)}


@dataclass(frozen=True, slots=True)
class Worker:
    """One operator: who, which queues, and the usual day in local hours.

    The name stands in `names`. The address is a telephone number, or `client:` with a
    browser's identity.
    """

    code: str
    address: str
    queues: tuple[str, ...]
    begins: float = 9.0
    ends: float = 18.0
    lunch: float | None = None  # an hour long
    saturdays: int = 0  # bits: 1 in even weeks, 2 in odd weeks
    sundays: bool = False  # and holidays: on duty at home, by browser


ALL = ("support", "sales", "billing")
# The four of the installation alone.
FIRST_WORKERS = (
    Worker("sato", "+815000000201", ("support",), lunch=11.5, saturdays=1),
    Worker("suzuki", "+815000000202", ("support",), lunch=13.25, saturdays=2),
    Worker("agent_01", "client:agent_01", ALL, 9.75, 13.0, sundays=True),
    Worker("agent_02", "client:agent_02", ALL, 12.0, 15.5, sundays=True),
)
MORE_WORKERS = (
    Worker("tanaka", "+815000000203", ("support",), lunch=12.75, saturdays=3),
    Worker("takahashi", "+815000000204", ("support",), begins=9.5, lunch=14.0),
    Worker("yoshida", "+815000000205", ("support",), lunch=12.0, saturdays=3),
    Worker("ito", "+815000000206", ("sales",), lunch=11.5, saturdays=3),
    Worker("watanabe", "+815000000207", ("sales",), lunch=12.5, saturdays=2),
    Worker("yamada", "+815000000208", ("sales",), lunch=13.5, saturdays=1),
    Worker("yamamoto", "+815000000209", ("billing",), lunch=11.75, saturdays=3),
    Worker("nakamura", "+815000000210", ("billing",), lunch=12.75, saturdays=3),
)
WORKERS = (*FIRST_WORKERS, *MORE_WORKERS)
