"""What names of variables suggest."""

from __future__ import annotations

import pytest

from backprop_lab.marking.naming import Suggested, digits, likeness


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Z1", "net_input"), ("net_h1", "net_input"), ("cache['Z1']", "net_input"),
        ("H_2", "activation"), ("y_hat", "activation"), ("ŷ", "activation"), ("self.out.a", "activation"),
        ("error", "error"), ("loss", "loss"), ("MSE", "loss"),
        ("delta_3", "delta"), ("δ₁", "delta"), ("dZ2", "delta"), ("delta_hidden", "delta"),
        ("dW1", "weight_gradient"), ("grad_w21", "weight_gradient"), ("fc1.weight.grad", "weight_gradient"),
        ("db", "bias_gradient"), ("dtheta_3", "bias_gradient"), ("fc1.bias.grad", "bias_gradient"),
        ("w21_new", "weight_update"), ("new_W", "weight_update"), ("W", "weight_update"),
        ("theta3_updated", "bias_update"), ("βʹ", "bias_update"),
        ("x", "input"), ("target", "target"), ("lr", "learning_rate"), ("η", "learning_rate"),
    ],
)  # fmt: skip
def test_a_name_suggests_what_people_mean_by_it(name: str, kind: Suggested) -> None:
    assert likeness(name, kind) == 2


@pytest.mark.parametrize(("name", "kind"), [("lr", "delta"), ("dW1", "net_input"), ("loss", "weight_update")])
def test_a_name_speaks_against_other_kinds(name: str, kind: Suggested) -> None:
    assert likeness(name, kind) == 0


@pytest.mark.parametrize("name", ["foo", "q7", "resultado", "ζo", ""])
def test_a_name_may_say_nothing(name: str) -> None:
    assert likeness(name, "delta") == 1


def test_digits_count_units_or_layers() -> None:
    assert [digits(name) for name in ("w_21_new", "θ₃", "cache['Z1']", "W[0, 1]", "delta")] == [
        "21",
        "3",
        "1",
        "01",
        "",
    ]
