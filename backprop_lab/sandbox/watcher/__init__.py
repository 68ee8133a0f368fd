"""What watches a program as it trains, inside of the sandbox: beside it only the modules of the folder above.

`training` has the watcher, which PyTorch's hooks call; `frames` tells where the program is. `following`, `lossgraph`
and `autograd` read the graph of a loss, `snapshots` an update in full; `phases`, `losses`, `rows`, `loaders`,
`products` and `setbacks` keep count of all of them, `naming` knows what parameters are called, and `summary` tells of
the whole run.
"""
