"""The default sentences in each language, where the admin gives no others. No database.

Not gettext: here a missing sentence is a type error, and a voice never reads a text of
the other language.
"""

from dataclasses import dataclass

DEFAULT_LANGUAGE = "ja"

# Neural voices that Twilio offers through Amazon Polly, and their language tags.
JAPANESE_VOICE, JAPANESE_TAG = "Polly.Kazuha-Neural", "ja-JP"
ENGLISH_VOICE, ENGLISH_TAG = "Polly.Joanna-Neural", "en-US"


@dataclass(frozen=True, slots=True)
class Prompts:
    """All default sentences of one language, and the voice that reads them."""

    voice: str
    tag: str

    greeting: str
    menu: str
    wrong_key: str
    closed: str
    message: str
    goodbye: str
    waiting: str
    position: str  # contains {position}
    unstaffed: str
    estimate: str  # contains {minutes}
    offer_callback: str
    offer_voicemail: str
    callback_noted: str
    voicemail: str
    voicemail_noted: str
    connecting: str
    recorded: str
    full: str
    left: str
    trouble: str
    forwarding: str

    pin: str
    wrong_pin: str
    pin_refused: str
    signed_in: str
    key_hint: str
    code_hint: str
    still_ready: str
    ready: str
    not_ready: str
    code_noted: str
    unknown_code: str
    unknown_key: str
    keys: str
    unassigned: str
    signed_off: str
    not_dialled: str

    ring_back: str  # contains {number}
    ring_back_dropped: str
    ring_back_refused: str
    ring_back_unanswered: str


JAPANESE = Prompts(
    voice=JAPANESE_VOICE,
    tag=JAPANESE_TAG,
    greeting="お電話ありがとうございます。",
    menu="ご希望の番号を押してください。",
    wrong_key="恐れ入りますが、もう一度お選びください。",
    closed=(
        "お電話ありがとうございます。本日の受付は終了いたしました。"
        "恐れ入りますが、受付時間内におかけ直しください。"
    ),
    message="お電話ありがとうございました。",
    goodbye="お電話ありがとうございました。失礼いたします。",
    waiting="オペレーターにおつなぎいたします。このままお待ちください。",
    position="お客様は、ただいま{position}番目にお待ちいただいております。",
    unstaffed=(
        "ただいまオペレーターが席を外しております。"
        "このままお待ちいただくか、後ほどおかけ直しください。"
    ),
    estimate="おつなぎできるまで、およそ{minutes}分の見込みです。",
    offer_callback="折り返しのお電話をご希望の場合は、1を押してください。",
    offer_voicemail="伝言をお残しになる場合は、2を押してください。",
    callback_noted=(
        "折り返しのお電話を承りました。担当者より、おかけの番号にご連絡いたします。"
        "お電話ありがとうございました。"
    ),
    voicemail=(
        "ただいま電話に出ることができません。発信音のあとに、お名前とご用件をお話しください。"
        "お話しいただいた内容は録音いたします。終わりましたら、シャープを押してください。"
    ),
    voicemail_noted="伝言をお預かりいたしました。お電話ありがとうございました。",
    connecting="お待たせいたしました。オペレーターにおつなぎいたします。",
    recorded="サービス向上のため、この通話は録音させていただきます。",
    full=(
        "申し訳ございません。ただいまお電話が大変混み合っております。"
        "恐れ入りますが、しばらくたってからおかけ直しください。"
    ),
    left=(
        "申し訳ございません。ただいまオペレーターにおつなぎすることができません。"
        "恐れ入りますが、後ほどおかけ直しください。"
    ),
    trouble=(
        "申し訳ございません。ただいまシステムに障害が発生しております。"
        "恐れ入りますが、しばらくたってからおかけ直しください。"
    ),
    forwarding="ただいまおつなぎいたします。",
    pin="暗証番号を入力し、最後にシャープを押してください。",
    wrong_pin="暗証番号が違います。もう一度入力し、最後にシャープを押してください。",
    pin_refused=(
        "暗証番号を確認できませんでした。"
        "しばらくたってからおかけ直しいただくか、管理者にお問い合わせください。"
    ),
    signed_in="キューに入りました。お客様からの電話をお待ちください。",
    key_hint="呼び出しの合間に7を押すと離席、9を押すと終了です。",
    code_hint=(
        "通話のあとは、米印、対応区分の番号、シャープの順に押すと、対応区分を記録します。"
    ),
    still_ready="受付中です。",
    ready="受付を再開しました。",
    not_ready=(
        "離席中です。電話を受けられるようになったら8を、終了するときは9を押してください。"
    ),
    code_noted="対応区分を記録しました。",
    unknown_code="その番号の対応区分はありません。",
    unknown_key="そのキーは使えません。",
    keys="離席は7、受付は8、終了は9を押してください。",
    unassigned="受け持ちのキューがありません。管理者にお問い合わせください。",
    signed_off="受付を終了しました。お疲れさまでした。",
    not_dialled="この番号には発信できません。",
    ring_back=(
        "折り返しのお電話です。お客様の番号は、{number}です。"
        "おつなぎしてよろしければ、1を押してください。"
    ),
    ring_back_dropped="折り返しを取りやめました。",
    ring_back_refused=(
        "このお客様には、ただいま発信できません。画面で状況をご確認ください。"
    ),
    ring_back_unanswered="お客様は電話にお出になりませんでした。",
)

ENGLISH = Prompts(
    voice=ENGLISH_VOICE,
    tag=ENGLISH_TAG,
    greeting="Thank you for calling.",
    menu="Please press the number of your choice.",
    wrong_key="Sorry, please choose again.",
    closed=(
        "Thank you for calling. Our office is closed now."
        " Please call again during business hours."
    ),
    message="Thank you for calling.",
    goodbye="Thank you for calling. Goodbye.",
    waiting="We are connecting you with an operator. Please hold the line.",
    position="You are number {position} in line.",
    unstaffed=(
        "No operator is available at the moment."
        " Please stay on the line, or call again later."
    ),
    estimate="The estimated wait is about {minutes} minutes.",
    offer_callback="To be called back, press 1.",
    offer_voicemail="To leave a message, press 2.",
    callback_noted=(
        "We will call you back at the number you are calling from."
        " Thank you for calling."
    ),
    voicemail=(
        "We cannot take your call right now. Please leave your name and a message"
        " after the tone. Your message will be recorded. When you are done, press the"
        " hash key."
    ),
    voicemail_noted="We have your message. Thank you for calling.",
    connecting="Thank you for waiting. Here is an operator for you.",
    recorded="This call is recorded, so that we can serve you better.",
    full=(
        "We are sorry. All our lines are busy at the moment."
        " Please call again in a little while."
    ),
    left=(
        "We are sorry. No operator can take your call at the moment."
        " Please call again later."
    ),
    trouble=(
        "We are sorry. Our system is having trouble at the moment."
        " Please call again in a little while."
    ),
    forwarding="We are connecting you now.",
    pin="Please enter your PIN, then press the hash key.",
    wrong_pin="That PIN is wrong. Please enter it again, then press the hash key.",
    pin_refused=(
        "We could not verify your PIN."
        " Please call again in a little while, or ask your administrator."
    ),
    signed_in="You are in the queue. Please wait for a call.",
    key_hint="Between two calls, press 7 if you are not ready, or 9 to leave.",
    code_hint=(
        "To note what a call was about, press star, the wrap-up code and the hash key"
        " after it."
    ),
    still_ready="You are ready.",
    ready="You are ready again.",
    not_ready="You are not ready. To be ready again, press 8. To leave, press 9.",
    code_noted="The wrap-up code is noted.",
    unknown_code="There is no such wrap-up code.",
    unknown_key="This key has no meaning here.",
    keys="Press 7 if you are not ready, 8 to be ready, or 9 to leave.",
    unassigned="No queue is assigned to you. Please ask your administrator.",
    signed_off="You have left the queue. Goodbye.",
    not_dialled="This number cannot be called from here.",
    ring_back=(
        "This is a call-back. The customer's number is {number}."
        " Press 1 to be connected."
    ),
    ring_back_dropped="The call-back is called off.",
    ring_back_refused=(
        "This customer cannot be called at the moment. Please look at your screen."
    ),
    ring_back_unanswered="The customer did not answer.",
)

BY_LANGUAGE = {"ja": JAPANESE, "en": ENGLISH}


def of(language: str) -> Prompts:
    """The sentences of a language; in Japanese for any other."""
    return BY_LANGUAGE.get(language, BY_LANGUAGE[DEFAULT_LANGUAGE])
