"""The only template tags of the house: `{% load ui %}` (already built in, see settings) brings all of them."""

from django import template

from tongban.ui.templatetags.ui import days, forms, page, parts, shell, words

register = template.Library()
for _part in (words, parts, forms, days, page, shell):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
