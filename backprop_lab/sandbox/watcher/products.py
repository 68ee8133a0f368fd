"""Count the forward passes of a network: the products with its first layer's weights, whoever asks for them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Products:
    """Counts the products with one weight: `quiet` those without gradients being recorded, `loud` all others.

    `evaluated` is how many updates went before the last quiet ones that are counted no more.
    """

    def __init__(self, torch: Any) -> None:
        self.is_loud = torch.is_grad_enabled
        self.entry: Any = None
        self.quiet = self.loud = self.evaluated = 0
        self.wrap_linear(torch.nn.functional)
        for owner, name in ((torch.Tensor, "__matmul__"), (torch, "matmul"), (torch, "mm")):
            self.wrap_product(owner, name)

    def wrap_linear(self, owner: Any) -> None:
        """Look at the weight of each linear layer."""
        original = owner.linear

        def linear(input: Any, weight: Any, bias: Any = None) -> Any:  # noqa: A002 (PyTorch's own name)
            if weight is self.entry and weight is not None:
                self.note()
            return original(input, weight, bias)

        linear.__doc__ = original.__doc__
        owner.linear = linear

    def wrap_product(self, owner: Any, name: str) -> None:
        """Look at the second factor of each product."""
        original = getattr(owner, name)

        def product(*given: Any, **named: Any) -> Any:
            if len(given) == 2 and given[1] is self.entry:
                self.note()
            return original(*given, **named)

        product.__name__, product.__doc__ = name, original.__doc__
        setattr(owner, name, product)

    def reset(self, updates: int) -> None:
        """Count from here on, after so many updates."""
        if self.quiet:
            self.evaluated = updates
        self.quiet = self.loud = 0

    def note(self) -> None:
        """Count a forward pass."""
        if self.is_loud():
            self.loud += 1
        else:
            self.quiet += 1
