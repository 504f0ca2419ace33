"""The product's paths, and those of the peers it is measured against."""

from django.urls import path

from benchmarks import peers, stock
from minicc import wsgi
from minicc.urls import urlpatterns as product

# As webhooks they may take every thread, while people's pages have slots.
wsgi._FOR_CALLERS |= {"/noop/", "/plain/"}

urlpatterns = [
    path("noop/", peers.noop),
    path("plain/", peers.plain),
    path("peer-export/", stock.exported),
    path("stock/", stock.site.urls),
    *product,
]
