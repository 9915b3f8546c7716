"""Commits from a plain mirror of a git repository, read by the git program."""

import subprocess
from pathlib import Path

from slipway.adapters.leash.environment import child_environment
from slipway.domain.commits import MOST_SHOWN, Commit, CommitsSinceLive, Containing
from slipway.domain.errors import NotFoundError, UnavailableError
from slipway.domain.repository import Repository

LABEL = "the git mirror"
_SECONDS = 10
_FORMAT = "--format=%H%n%an%n%ae%n%s"
_QUIET = {
    # Nothing but the mirror's own objects decides: no settings of this machine, no helper programs, no questions.
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
}


class GitMirror:
    """`History`: `git log` in `<owner>/<repository>.git`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def commits(self, repository: Repository, since: str, version: str) -> CommitsSinceLive:
        """The commits of the newer tag that the older has not, newest first."""
        git_dir = self._git_dir(repository)
        older, newer = self._tags(git_dir, repository, since, version)
        between = (f"{older}..{newer}", "--")
        total = int(self._git(git_dir, "rev-list", "--count", *between))
        listed = self._git(
            git_dir,
            "log",
            "-z",
            "--no-show-signature",
            f"--max-count={MOST_SHOWN}",
            _FORMAT,
            *between,
        )
        commits = tuple(_commit(each) for each in listed.split("\0") if each)
        return CommitsSinceLive(since=since, commits=commits, total=total, source=LABEL)

    def contains(self, repository: Repository, version: str, earlier: str) -> Containing:
        """Whether no commit of the earlier tag is missing from the other."""
        git_dir = self._git_dir(repository)
        older, newer = self._tags(git_dir, repository, earlier, version)
        missing = self._git(git_dir, "rev-list", "--count", f"{newer}..{older}", "--")
        return Containing(contained=int(missing) == 0, source=LABEL)

    def _git_dir(self, repository: Repository) -> Path:
        git_dir = self._folder / f"{repository.name}.git"
        if not git_dir.is_dir():
            raise NotFoundError(f"There is no {git_dir}: clone {repository.name} there with `git clone --mirror`.")
        return git_dir

    def _tags(self, git_dir: Path, repository: Repository, *versions: str) -> list[str]:
        tags = [f"refs/tags/{repository.tag_of(each)}" for each in versions]
        for tag in tags:
            self._git(git_dir, "rev-parse", "--verify", "--quiet", f"{tag}^{{commit}}")
        return tags

    def _git(self, git_dir: Path, *arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", f"--git-dir={git_dir}", "-c", f"safe.directory={git_dir}", "--no-pager", *arguments],
                env=child_environment(_QUIET),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                text=True,
                errors="replace",
            )
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(f"git took longer than {_SECONDS} seconds in {git_dir}.") from error
        except OSError as error:
            raise UnavailableError(f"git cannot be run: {error}.") from error
        if done.returncode:
            if arguments[0] == "rev-parse":
                tag = arguments[-1].removeprefix("refs/tags/").removesuffix("^{commit}")
                raise NotFoundError(f"The git mirror {git_dir} has no tag {tag}: update it with `git remote update`.")
            raise UnavailableError(f"git failed in {git_dir}: {done.stderr.strip()[:200]}")
        return done.stdout


def _commit(text: str) -> Commit:
    number, author, email, subject = text.split("\n", 3)
    return Commit(id=number, author=author, email=email, subject=subject)
