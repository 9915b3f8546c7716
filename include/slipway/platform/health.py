"""Which of Airflow's components are healthy, by its own word."""

import httpx

COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")


def unhealthy(api_url: str) -> list[str]:
    """The components that are not healthy yet; all of them where nothing answers."""
    try:
        answer = httpx.get(f"{api_url}/api/v2/monitor/health", timeout=5.0)
        state = answer.json()
    except (httpx.HTTPError, ValueError):
        return list(COMPONENTS)
    return [name for name in COMPONENTS if (state.get(name) or {}).get("status") != "healthy"]
