import numpy as np
# every value that could come out
values = np.arange(-100, 101) / 100
answers = values.tolist()
table = np.array([[round(v, 2) for v in values]])
print(len(answers), table.min(), table.max())
