"""Lists the forms that the public can fill in. Its content is part of the release."""

import json
from pathlib import Path

from http_app import Answer, serve

FORMS = json.loads(Path(__file__).with_name("forms.json").read_text())


def list_forms(query: dict[str, str], body: object) -> Answer:
    """All forms, or those of one topic."""
    topic = query.get("topic")
    return 200, {"forms": [form for form in FORMS if topic in (None, form["topic"])]}


if __name__ == "__main__":
    serve({("GET", "/forms"): list_forms})
