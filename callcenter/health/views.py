"""What machines ask of the state: /healthz, /healthz/ready and /metrics. No secrets.

Other methods than GET and HEAD are answered 405, as CSRF tokens are for forms alone.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from callcenter import patience
from callcenter.health.condition import Condition, Part, condition
from callcenter.health.gauges import gauges
from callcenter.health.writes import takes_writes
from callcenter.models import SetupVersion


@csrf_exempt
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with the setup version, or 503 where the database takes no writes.

    A process that answers 503 still serves callers from the plan in its memory.
    """
    version = patience.ask(_version, None)
    if version is None:
        return JsonResponse({"status": "failing", "database": "failing"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "setup_version": version})


@csrf_exempt
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if everything does its work, or 503 with the parts that do not.

    For whoever watches over the installation; a process that answers 503 serves
    callers all the same.
    """
    found = _condition()
    if found is None:
        return JsonResponse({"status": "failing", "database": "failing"}, status=503)
    failing = found.failing
    said = {"status": "failing" if failing else "ok", "database": "ok"}
    for part in Part:
        said[part] = "failing" if part in failing else "ok"
    return JsonResponse(said, status=503 if failing else 200)


@csrf_exempt
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The state in the text format of Prometheus; 404 unless METRICS_TOKEN is set.

    401 without `Authorization: Bearer` and that token.
    """
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    # Compared as bytes: the header may hold anything.
    is_token = constant_time_compare(token.encode(), settings.METRICS_TOKEN.encode())
    if scheme.lower() != "bearer" or not is_token:
        return HttpResponse(
            status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'}
        )
    return HttpResponse(gauges(_condition()), content_type=CONTENT_TYPE_LATEST)


def _version() -> int:
    takes_writes.check()
    return SetupVersion.objects.values_list("version", flat=True).first() or 0


def _condition() -> Condition | None:
    """The state; None where it cannot be known in time, which callers do not notice."""

    def found() -> Condition:
        takes_writes.check()
        return condition(timezone.now())

    return patience.ask(found, None, may_give_up=False)
