"""The texts that the script of the desk shows, in the reader's language."""

from django.utils.translation import gettext


def texts() -> dict[str, str]:
    """The texts by key; the script fills in %s."""
    return {
        "offline": gettext(
            "The server does not answer. A call in progress goes on; what you note is"
            " kept here and saved as soon as it answers."
        ),
        "logged_out": gettext(
            "You are logged out. What you wrote stays here and is saved when you have"
            " logged in again in another tab."
        ),
        "trouble": gettext("That did not work. Try again."),
        "no_sdk": gettext(
            "The telephone of this page is not installed on the server: an"
            " administrator runs make run once with a connection to npm."
        ),
        "no_microphone": gettext(
            "The browser may not use the microphone. Allow it in the address bar, then"
            " press Ready again."
        ),
        "no_device": gettext(
            "There is no microphone. Connect a headset, then press Ready again."
        ),
        "busy_device": gettext(
            "Another program uses the microphone. Close it, then press Ready again."
        ),
        "insecure": gettext(
            "Browsers give no microphone to a page without https. Open the desk by its"
            " https address."
        ),
        "token": gettext(
            "Your sign-in at Twilio has expired and could not be renewed. Press Ready"
            " again; if that does not help, tell an administrator."
        ),
        "network": gettext(
            "The connection to Twilio is gone. It is tried again by itself; if it stays"
            " away, look at your network."
        ),
        "lost": gettext("The connection was lost. Press Ready to take calls again."),
        "twilio": gettext("Twilio reports error %s."),
        "other_tab": gettext(
            "The desk is open in another tab of this browser. If you use it here, a"
            " call that goes on there ends."
        ),
        "taken": gettext(
            "The desk was opened in another tab or another browser, and takes no calls"
            " here. If you use it here, a call that goes on there ends."
        ),
        "connecting": gettext("Connecting …"),
        "ringing": gettext("Ringing %s …"),
        "in_call": gettext("In a call with %s"),
        "saved": gettext("Saved at %s"),
        "saving": gettext("Saving …"),
        "unsaved": gettext("Not saved yet"),
        "muted": gettext("Your microphone is muted."),
        "unmuted": gettext("Your microphone is on."),
        "new_caller": gettext("Caller connected: %s"),
    }
