"""The product's settings, with the peers' paths beside the product's."""

from minicc.settings import *  # noqa: F403 -- everything as it is served

ROOT_URLCONF = "benchmarks.urls"
