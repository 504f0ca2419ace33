"""The webhooks under the paths that `callcenter.routes` lists."""

from django.urls import path

from callcenter.routes import NAMESPACE, PATHS
from callcenter.webhooks import closing, customer, operator, ring_back

app_name = NAMESPACE

VIEWS = [
    customer.IncomingView,
    customer.MenuView,
    customer.WaitView,
    customer.QueueExitView,
    customer.VoicemailView,
    customer.ConnectView,
    operator.ClientView,
    operator.OperatorView,
    operator.OperatorDoneView,
    ring_back.RingBackView,
    ring_back.RingBackDoneView,
    closing.StatusView,
    closing.RecordingView,
    closing.FallbackView,
]

urlpatterns = [
    path(PATHS[view.kind], view.as_view(), name=view.kind.value) for view in VIEWS
]
