import numpy as np
np.set_printoptions(suppress=True)

entree = np.array([1, -1])
cible = np.array([1])
poids1 = np.array([[0.3, -0.2], [-0.4, 0.5]])
biais1 = np.array([0.1, 0.2])
poids2 = np.array([[0.6], [-0.3]])
biais2 = np.array([-0.2])
pas = 0.1

s1 = entree @ poids1 + biais1
h = np.tanh(s1)
s2 = h @ poids2 + biais2
sortie = np.tanh(s2)
erreur = sortie - cible
cout = np.sum(erreur ** 2)

delta_s = 2 * erreur * (1 - sortie ** 2)
delta_c = (poids2 @ delta_s) * (1 - h ** 2)
grad_p2 = np.outer(s1, delta_s)
grad_p1 = np.outer(entree, delta_c)
grad_b2 = delta_s
grad_b1 = delta_c

poids2_n = poids2 - pas * grad_p2
poids1_n = poids1 - pas * grad_p1
biais2_n = biais2 - pas * grad_b2
biais1_n = biais1 - pas * grad_b1
print("coût :", cout)
print(poids1_n, biais1_n, poids2_n, biais2_n, sep="\n")
