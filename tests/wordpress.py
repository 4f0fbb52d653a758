"""A real WordPress on loopback, for the tests that need one: Debian's, with MariaDB and PHP's own
web server.

`.ci/run` installs the packages; nothing outside of a folder of the tests is written.
"""

import base64
import getpass
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import absent
from tests.fakes.listeners import free_port

INSTALLED = Path("/usr/share/wordpress")
SET_UP = Path(__file__).parent / "servers" / "wordpress" / "set_up.php"
PROGRAMS = ("php", "mariadbd", "mariadb-install-db")
PERMALINKS = "/%year%/%monthnum%/%postname%/"

CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', '{user}');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
define('WP_CONTENT_DIR', '{folder}/wp-content');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
// Only there application passwords are taken over http.
define('WP_ENVIRONMENT_TYPE', 'local');
define('FS_METHOD', 'direct');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT',
          'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $name) {{
    define($name, 'of tests');
}}
{more}
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""
PREPENDED = "<?php if (!defined('ABSPATH')) define('ABSPATH', '{folder}/');\n"
"""Else its files, which are links, would look for the configuration where they really are."""


def missing() -> str:
    """What is not installed; "" where all is there."""
    if not (INSTALLED / "wp-load.php").exists():
        return "WordPress"
    return next((name for name in PROGRAMS if not _program(name)), "")


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class WordPress:
    """One site, with a user of each role whose application passwords are in `passwords`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.passwords: dict[str, str] = {}
        self._site = folder / "site"
        # A path of a socket has at most 107 characters.
        self._socket = Path(tempfile.mkdtemp(prefix="wp-")) / "db"
        self._database: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make its database and its files, and install it."""
        data = self.folder / "data"
        self._make_files()
        subprocess.run(
            [
                str(_program("mariadb-install-db")),
                "--no-defaults",
                f"--datadir={data}",
                f"--user={getpass.getuser()}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._database = subprocess.Popen(
            [
                str(_program("mariadbd")),
                "--no-defaults",
                f"--datadir={data}",
                f"--user={getpass.getuser()}",
                f"--socket={self._socket}",
                f"--pid-file={data / 'pid'}",
                "--skip-networking",
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-log-file-size=8M",
                "--innodb-buffer-pool-size=32M",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_until(self._socket.exists, "MariaDB does not start")
        self.php(
            "$db = new mysqli('localhost', 'root', '', '', 0, $argv[1]);"
            "$db->query('CREATE DATABASE wordpress');",
            str(self._socket),
        )
        done = subprocess.run(
            ["php", str(SET_UP), str(self._site), self.url],
            check=True,
            capture_output=True,
            text=True,
        )
        self.passwords = json.loads(done.stdout.splitlines()[-1])
        self.set_permalinks()

    def _make_files(self, more: str = "") -> None:
        self._site.mkdir(parents=True, exist_ok=True)
        for entry in INSTALLED.iterdir():
            if entry.name not in {"wp-content", "wp-config.php", ".htaccess"}:
                (self._site / entry.name).symlink_to(entry)
        content = self._site / "wp-content"
        content.mkdir()
        for name in ("themes", "plugins"):
            (content / name).symlink_to((INSTALLED / "wp-content" / name).resolve())
        (content / "mu-plugins").mkdir()
        (content / "uploads").mkdir()
        (self.folder / "prepended.php").write_text(PREPENDED.format(folder=self._site))
        self.configure()

    def configure(self, more: str = "") -> None:
        """Write its configuration, with more lines of PHP."""
        text = CONFIG.format(
            user="root", socket=self._socket, url=self.url, folder=self._site, more=more
        )
        (self._site / "wp-config.php").write_text(text)

    def php(self, code: str, *arguments: str) -> str:
        """What a line of PHP prints."""
        done = subprocess.run(
            ["php", "-r", code, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    def run(self, code: str) -> str:
        """What PHP prints that runs inside of the site."""
        start = (
            f"define('ABSPATH', '{self._site}/'); $_SERVER['HTTP_HOST'] = '127.0.0.1:{self.port}';"
            "$_SERVER['REQUEST_URI'] = '/'; require ABSPATH . 'wp-load.php';"
        )
        return self.php(start + code)

    def start(self) -> None:
        """Start its web server, and wait until it answers."""
        self._server = subprocess.Popen(
            [
                "php",
                *("-d", f"auto_prepend_file={self.folder / 'prepended.php'}"),
                *("-d", "upload_max_filesize=20M", "-d", "post_max_size=24M"),
                *("-S", f"127.0.0.1:{self.port}", "-t", str(self._site)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # It serves one request at a time without.
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "3"},
            start_new_session=True,
        )
        _wait_until(self._answers, "PHP's web server does not start")

    def _answers(self) -> bool:
        try:
            self.ask("GET", "/wp/v2/types/post", role="")
        except urllib.error.HTTPError:
            return False
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End its web server."""
        if self._server:
            os.killpg(self._server.pid, 9)
            self._server.wait()
            self._server = None

    def end(self) -> None:
        """End it for good."""
        self.stop()
        if self._database:
            self._database.kill()
            self._database.wait()
        shutil.rmtree(self._socket.parent, ignore_errors=True)

    def ask(self, method: str, route: str, body: Any = None, role: str = "administrator") -> Any:
        """What its REST API answers to one call."""
        route, _, query = route.partition("?")
        address = f"{self.url}/?rest_route={urllib.parse.quote(route)}&{query}"
        headers = {"Content-Type": "application/json"}
        if role:
            pair = f"{role}:{self.passwords[role]}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def posts(self) -> list[dict[str, Any]]:
        """All its posts, also drafts and those in the trash."""
        states = "&".join(
            f"status[]={each}"
            for each in ("publish", "future", "draft", "pending", "private", "trash")
        )
        found: list[dict[str, Any]] = self.ask(
            "GET", f"/wp/v2/posts?context=edit&per_page=100&{states}"
        )
        return found

    def media(self) -> list[dict[str, Any]]:
        """All its pictures."""
        found: list[dict[str, Any]] = self.ask("GET", "/wp/v2/media?context=edit&per_page=100")
        return found

    def read(self, address: str) -> bytes:
        """What is at an address there, as everybody sees it."""
        with urllib.request.urlopen(address, timeout=20) as answer:
            data: bytes = answer.read()
        return data

    def set_permalinks(self, structure: str = PERMALINKS) -> None:
        """Give pages other addresses; "" is for plain ones."""
        self.run(
            f"global $wp_rewrite; $wp_rewrite->set_permalink_structure('{structure}');"
            "flush_rewrite_rules(false);"
        )

    def clear(self) -> None:
        """Take away all posts, pictures, categories and tags."""
        self.run(
            "foreach (get_posts(['post_type' => ['post', 'attachment'], 'numberposts' => -1,"
            " 'post_status' => ['any', 'trash', 'auto-draft']]) as $p)"
            " wp_delete_post($p->ID, true);"
            "foreach (['category', 'post_tag'] as $t)"
            " foreach (get_terms(['taxonomy' => $t, 'hide_empty' => false]) as $term)"
            " if ($term->slug !== 'uncategorized') wp_delete_term($term->term_id, $t);"
        )


def _wait_until(condition: Any, why: str) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, why
        time.sleep(0.05)


@contextmanager
def running(place: Path | None = None) -> Iterator[WordPress]:
    """A site of its own, until the block ends."""
    if lacking := missing():
        absent(
            f"{lacking} is not here (Debian: wordpress, mariadb-server-core, php-cli, php-mysql)"
        )
    folder = Path(tempfile.mkdtemp(prefix="mlcollage-wordpress-", dir=place))
    site = WordPress(folder)
    try:
        site.make()
        site.start()
        yield site
    finally:
        site.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with running() as made:
        print(made.url, json.dumps(made.passwords), flush=True)
        time.sleep(float(sys.argv[1]) if sys.argv[1:] else 3600)
