"""Run the command line as `python -m backprop_lab`."""

from backprop_lab.cli import main

main()
