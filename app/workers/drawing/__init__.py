"""What is drawn of a network on the server: marks on a canvas, written as SVG or painted as PNG."""
