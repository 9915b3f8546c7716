"""What may name an artefact, its version or its service, in store and form alike."""

import re

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
