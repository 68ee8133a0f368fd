"""The network of a task as a picture: TikZ and SVG from one set of coordinates, and Mermaid for Markdown."""

from backprop_lab.diagram.pictures import mermaid, svg, tikz

__all__ = ["mermaid", "svg", "tikz"]
