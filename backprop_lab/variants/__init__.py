"""Other numbers for a task: drawn from a seed, fit for a person, and such that mistakes show."""

from backprop_lab.variants.choosing import Study, Variant, study, variants

__all__ = ["Study", "Variant", "study", "variants"]
