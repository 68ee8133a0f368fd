"""Other numbers for a task: drawn from a seed, fit for a person, and such that mistakes show."""

from backprop_lab.variants.choosing import Study, Variant, code, study, variants
from backprop_lab.variants.drawing import deck
from backprop_lab.variants.whose import Known

__all__ = ["Known", "Study", "Variant", "code", "deck", "study", "variants"]
