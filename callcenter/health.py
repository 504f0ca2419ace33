"""/healthz: whether this process can do its work, for load balancers and people."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callcenter import patience
from callcenter.models import SetupVersion


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with the setup version, or 503 with what does not work; no secrets.

    A process that answers 503 still serves callers from the plan in its memory.
    """
    version = patience.ask(_version, None)
    if version is None:
        return JsonResponse({"status": "failing", "database": "failing"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "setup_version": version})


def _version() -> int:
    return SetupVersion.objects.values_list("version", flat=True).first() or 0
