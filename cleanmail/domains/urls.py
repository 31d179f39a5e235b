"""The front door of domains."""

from __future__ import annotations

from django.urls import path

from cleanmail.domains import policy_views, views

app_name = "domains"
urlpatterns = [
    path("", views.domains, name="domains"),
    path("add", views.add, name="add"),
    path("policy/", policy_views.policy, name="policy"),
    path("policy/extend", policy_views.extend_held, name="extend_held"),
    path("<uuid:pk>/policy/extend", policy_views.extend_held_of, name="extend_held_of"),
    path("<uuid:pk>/policy/", policy_views.domain_policy, name="domain_policy"),
    path("<uuid:pk>/policy/drop", policy_views.drop_policy, name="drop_policy"),
    path("<uuid:pk>/", views.domain, name="domain"),
    path("<uuid:pk>/progress", views.progress, name="progress"),
    path("<uuid:pk>/check", views.check, name="check"),
    path("<uuid:pk>/next-hop/", views.next_hop, name="next_hop"),
    path("<uuid:pk>/next-hop/try", views.trial, name="trial"),
    path("<uuid:pk>/remove/", views.remove, name="remove"),
]
