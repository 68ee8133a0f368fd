# -*- coding: utf-8 -*-
"""Práctica 3: propagación hacia adelante y hacia atrás"""
import numpy as np

entrada = np.array([1, 0, 1])
objetivo = 1
tasa = 0.001
pesos_ocultos = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
pesos_salida = np.array([-0.3, -0.2])
sesgo_oculto = np.array([-0.4, 0.2])
sesgo_salida = 0.1


def relu(n):
    return n * (n > 0)


def derivada_relu(n):
    return 1 * (n > 0)


# hacia adelante
suma_oculta = entrada @ pesos_ocultos + sesgo_oculto
activacion = relu(suma_oculta)
suma_salida = activacion @ pesos_salida + sesgo_salida
prediccion = relu(suma_salida)
error = prediccion - objetivo
perdida = error ** 2 / 2
print(f"Predicción: {prediccion:.4f}, error: {error:.4f}, pérdida: {perdida:.4f}")

# hacia atrás
delta_salida = error * derivada_relu(suma_salida)
delta_oculta = delta_salida * pesos_salida * derivada_relu(suma_oculta)
grad_salida = delta_salida * activacion
grad_oculta = entrada[:, None] * delta_oculta[None, :]

# actualización
pesos_salida_nuevos = pesos_salida - tasa * grad_salida
pesos_ocultos_nuevos = pesos_ocultos - tasa * grad_oculta
sesgo_oculto_nuevo = sesgo_oculto - tasa * delta_oculta
sesgo_salida_nuevo = sesgo_salida - tasa * delta_salida
print("Pesos ocultos:", pesos_ocultos_nuevos.tolist())
print("Pesos de salida:", pesos_salida_nuevos.tolist())
print("Sesgos:", sesgo_oculto_nuevo, sesgo_salida_nuevo)
