"""How the demo's setup is named, in the language of the installation. No database.

Codes and numbers are the same in every language; these names are what people read.
"""

from collections.abc import Mapping

from django.conf import settings

Texts = Mapping[str, str]  # by language

QUEUES: Mapping[str, Texts] = {
    "support": {"ja": "サポート", "en": "Support"},
    "sales": {"ja": "購入相談", "en": "Sales"},
    "billing": {"ja": "お支払い", "en": "Billing"},
}
MENUS: Mapping[str, Texts] = {
    "main": {"ja": "メインメニュー", "en": "Main menu"},
    "language": {"ja": "英語メニュー", "en": "English menu"},
    "shop": {"ja": "ショップメニュー", "en": "Shop menu"},
    "orders": {"ja": "ご注文と返品", "en": "Orders and returns"},
    "payments": {"ja": "お支払いメニュー", "en": "Payments"},
    "shop-english": {"ja": "ショップ英語メニュー", "en": "English shop menu"},
}
MESSAGES: Mapping[str, Texts] = {
    "information": {"ja": "商品のご案内", "en": "Product information"},
    "hours": {"ja": "受付時間のご案内", "en": "Opening hours"},
    "delivery": {"ja": "お届けの目安", "en": "Delivery times"},
    "invoices": {"ja": "請求書の受け取り方", "en": "Where invoices are"},
}
# By the code, with its digits on the telephone.
WRAP_UP_CODES: Mapping[str, tuple[str, Texts]] = {
    "question": ("1", {"ja": "お問い合わせ", "en": "Question"}),
    "order": ("2", {"ja": "ご注文", "en": "Order"}),
    "invoice": ("3", {"ja": "請求書の再発行", "en": "Invoice sent again"}),
    "return": ("4", {"ja": "返品・交換", "en": "Return"}),
    "complaint": ("5", {"ja": "ご不満", "en": "Complaint"}),
    "other": ("9", {"ja": "その他", "en": "Other"}),
}
MAIN_LINE: Texts = {"ja": "MiniCC 代表", "en": "MiniCC"}
SHOP_LINE: Texts = {"ja": "MiniCCショップ", "en": "MiniCC Shop"}
# By the code of a worker.
OPERATORS: Mapping[str, Texts] = {
    "sato": {"ja": "佐藤 陽子", "en": "Yoko Sato"},
    "suzuki": {"ja": "鈴木 一郎", "en": "Ichiro Suzuki"},
    "agent_01": {"ja": "小林 直樹", "en": "Naoki Kobayashi"},
    "agent_02": {"ja": "加藤 由美", "en": "Yumi Kato"},
    "tanaka": {"ja": "田中 美咲", "en": "Misaki Tanaka"},
    "takahashi": {"ja": "高橋 健太", "en": "Kenta Takahashi"},
    "yoshida": {"ja": "吉田 拓也", "en": "James Wilson"},
    "ito": {"ja": "伊藤 さくら", "en": "Sakura Ito"},
    "watanabe": {"ja": "渡辺 大輔", "en": "Daisuke Watanabe"},
    "yamada": {"ja": "山田 千尋", "en": "Emily Carter"},
    "yamamoto": {"ja": "山本 葵", "en": "Aoi Yamamoto"},
    "nakamura": {"ja": "中村 翔", "en": "Sho Nakamura"},
}


def language() -> str:
    """The language of the installation, if the demo has names in it; else Japanese."""
    code = settings.LANGUAGE_CODE.partition("-")[0]
    return code if code in MAIN_LINE else "ja"


def named(texts: Texts) -> str:
    """The name in the language of the installation."""
    return texts[language()]
