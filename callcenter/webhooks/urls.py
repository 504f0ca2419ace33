"""The webhooks under the paths that `callcenter.routes` lists."""

from django.urls import path

from callcenter.routes import NAMESPACE, PATHS
from callcenter.webhooks import closing, customer, operator

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
    closing.StatusView,
    closing.RecordingView,
    closing.FallbackView,
]

urlpatterns = [
    path(PATHS[view.kind], view.as_view(), name=view.kind.value) for view in VIEWS
]
