"""The address that a request comes from, behind PROXY_COUNT proxies. No database."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# A customer of a provider has at least a /64 network: it counts as one address.
_IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str | None:
    """The address that failures are counted and recorded by; None if it cannot be read.

    Each of our proxies appends to X-Forwarded-For the address it was called from.
    Everything before those entries comes from the client and is not trusted.
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
