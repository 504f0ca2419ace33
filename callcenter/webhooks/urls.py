"""Paths that installed Twilio numbers point at: a contract (product.md 3)."""

from django.urls import path

from callcenter.webhooks import closing, customer, operator

app_name = "twilio"

# What a caller may come by with any text in it is answered, not refused: a queue that
# is gone and a visit that never was are for the flow to make the best of.
urlpatterns = [
    path("incoming/", customer.IncomingView.as_view(), name="incoming"),
    path("menu/<str:menu>/", customer.MenuView.as_view(), name="menu"),
    path("wait/<str:queue>/<str:visit>/", customer.WaitView.as_view(), name="wait"),
    path(
        "queue-exit/<str:queue>/<str:visit>/",
        customer.QueueExitView.as_view(),
        name="queue-exit",
    ),
    path("connect/", customer.ConnectView.as_view(), name="connect"),
    path("operator/", operator.OperatorView.as_view(), name="operator"),
    path("operator/done/", operator.OperatorDoneView.as_view(), name="operator-done"),
    path("status/", closing.StatusView.as_view(), name="status"),
    path("fallback/", closing.FallbackView.as_view(), name="fallback"),
]
