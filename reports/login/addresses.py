"""From where somebody logs in, behind the proxies of the settings. No database."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# Whoever has an IPv6 address has all those that begin alike.
_IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str | None:
    """The address failures are counted by; None when there is none to read.

    Each proxy of ours adds at the end of X-Forwarded-For from whom it took the request;
    what stands before was sent by whoever asks, and is not believed.
    """
    count = settings.PROXY_COUNT
    sent = request.META.get("HTTP_X_FORWARDED_FOR", "")
    forwarded = sent.split(",") if sent else []
    is_forwarded = 0 < count <= len(forwarded)
    found = forwarded[-count] if is_forwarded else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(found.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        network = IPv6Network((address, _IPV6_PREFIX), strict=False)
        return str(network.network_address)
    return str(address)
