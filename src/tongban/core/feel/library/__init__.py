"""The built-in functions of FEEL, by name; a wrong argument gives null.

Sources: OMG DMN 1.5, clause 10.3.4 (tables 66 to 85)."""

from collections.abc import Mapping

from tongban.core.feel.library import contexts, conversion, lists, numbers, ranges, strings
from tongban.core.feel.values import Function

BUILT_IN: Mapping[str, Function] = {
    function.name: function
    for module in (contexts, conversion, lists, numbers, ranges, strings)
    for function in module.FUNCTIONS
}
