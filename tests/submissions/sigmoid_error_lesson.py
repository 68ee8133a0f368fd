"""Lesson 2, sigmoid, with delta = y_hat - y as the lesson says."""
from dataclasses import dataclass
from math import exp


@dataclass
class Unit:
    w: list
    theta: float
    z: float = 0.0
    h: float = 0.0
    delta: float = 0.0

    def fire(self, inputs):
        self.z = sum(a * b for a, b in zip(self.w, inputs)) + self.theta
        self.h = 1 / (1 + exp(-self.z))
        return self.h

    def learn(self, inputs, alpha):
        self.grad = [self.delta * i for i in inputs]
        self.w = [a - alpha * g for a, g in zip(self.w, self.grad)]
        self.theta = self.theta - alpha * self.delta


x = [1, 0, 1]
y = 1
alpha = 0.9
u1 = Unit([0.2, 0.4, -0.5], -0.4)
u2 = Unit([-0.3, 0.1, 0.2], 0.2)
u3 = Unit([-0.3, -0.2], 0.1)

hidden = [u1.fire(x), u2.fire(x)]
y_hat = u3.fire(hidden)
error = y_hat - y
half = error * error / 2

u3.delta = error
u1.delta = u3.delta * u3.w[0] * u1.h * (1 - u1.h)
u2.delta = u3.delta * u3.w[1] * u2.h * (1 - u2.h)
u3.learn(hidden, alpha)
u1.learn(x, alpha)
u2.learn(x, alpha)
for u in (u1, u2, u3):
    print(u)
