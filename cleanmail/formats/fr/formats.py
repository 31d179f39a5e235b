"""The Swiss formats, found here by Django."""

from cleanmail.formats.swiss import *  # noqa: F403 - Django reads names of this module
