import numpy as np

η = 0.001
x = np.array([1, 0, 1]); y = np.array([1])
W = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
β = np.array([[-0.3], [-0.2]])
θ = np.array([-0.4, 0.2, 0.1])
θh, θo = θ[:2], θ[2:]

ζ = x @ W + θh
φ = np.where(ζ > 0, ζ, 0)
ζo = φ @ β + θo
ŷ = np.where(ζo > 0, ζo, 0)
ε = ŷ - y
Λ = 0.5 * ε @ ε

δo = ε * np.heaviside(ζo, 0)
δh = β @ δo * np.heaviside(ζ, 0)
dβ = np.outer(φ, δo)
dW = np.outer(x, δh)
dθ = np.concatenate([δh, δo])

βʹ = β - η * dβ
Wʹ = W - η * dW
θʹ = θ - η * dθ
print("ŷ =", ŷ, " Λ =", Λ)
print("W' =", Wʹ, "\nβ' =", βʹ, "\nθ' =", θʹ)
