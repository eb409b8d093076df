"""`python -m studio`: the same as the command `selfie-studio`."""

import sys

from studio.app import PAINT_AND_QUIT, run_studio

if PAINT_AND_QUIT in sys.argv[1:]:
    sys.exit(run_studio(paint_and_quit=True))

from studio.commands import main

main()
