"""The scripts fetch all there is, tell nobody a secret that is another's, and say what is missing; run as users do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time

import pandas as pd
import pytest

from download_scripts import body_of, name_of, run_script, script_environment, table_of, written
from standin import Earthdata, Fault

TOOLS = ["curl", "wget"]
ACCEPT = "accept it at http"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    for number in range(3):
        (folder / name_of(number)).write_bytes(body_of(number))
    with Earthdata(folder) as running:
        yield running


@pytest.fixture
def nasa(archive):
    archive.requests.clear()
    yield archive
    assert archive.leaks() == []
    archive.faults.clear()
    archive.link_seconds = 3600.0


@pytest.fixture
def home(tmp_path):
    """A home folder whose name needs quotation marks."""
    folder = tmp_path / "a home, with 'quotes' & $signs"
    folder.mkdir()
    return folder


NAMES = [name_of(number) for number in range(3)]


def whole(folder, names=NAMES):
    """The names of the files that are there as the archive has them; no others may be there."""
    there = sorted(path.name for path in folder.iterdir())
    assert not [name for name in there if name not in names]
    return [name for name in there if (folder / name).read_bytes() == body_of(NAMES.index(name))]


@pytest.mark.parametrize(("tool", "shell"), [("curl", "bash --posix"), ("wget", "dash")])
def test_a_token_brings_all_files_and_a_second_run_asks_for_nothing(nasa, home, tool, shell):
    folder = home / "my data"
    ran = run_script(tool, table_of(nasa, NAMES), folder, home, interpreter=shell, EARTHDATA_TOKEN=nasa.token)
    assert (ran.code, ran.log) == (0, "")
    assert whole(folder) == NAMES
    assert [path.name for path in home.iterdir() if path.name.startswith("xopr.")] == []
    nasa.requests.clear()
    again = run_script(tool, table_of(nasa, NAMES), folder, home, interpreter=shell, EARTHDATA_TOKEN=nasa.token)
    assert (again.code, again.out) == (0, "3 files: 0 fetched, 3 were there already.\n")
    assert nasa.requests == []


@pytest.mark.parametrize(("tool", "place"), [("curl", ".netrc"), ("wget", "my logins")])
def test_a_login_of_netrc_brings_all_files_and_its_default_goes_nowhere(nasa, home, tool, place):
    default = "default login anybody password open\n"
    comment = "# mine\nmacdef init\nmachine of a macro\n\n"
    (home / place).write_text(f"{comment}{nasa.netrc().replace(' login', chr(10) + '  login')}{default}")
    told = {"NETRC": str(home / place)} if place != ".netrc" else {}
    ran = run_script(tool, table_of(nasa, NAMES), home / "data", home, **told)
    assert (ran.code, ran.log) == (0, "")
    assert whole(home / "data") == NAMES
    assert {request.host for request in nasa.requests if request.authorization} == {"login"}


@pytest.mark.parametrize("tool", TOOLS)
def test_another_host_that_asks_for_a_password_is_not_told_the_default_of_netrc(nasa, home, tool):
    (home / ".netrc").write_text("default login anybody password open\n")
    link = f"{nasa.urls['stranger']}/challenge"
    table = pd.DataFrame({"granule_id": [NAMES[0]], "https_url": [link]})
    nasa.faults.append(Fault("status", host="stranger", status=401))
    ran = run_script(tool, table, home / "data", home)
    assert ran.code == 1
    assert [request.authorization for request in nasa.requests] == [""]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_token_is_not_told_to_where_a_host_sends_us_on_nor_to_a_link_elsewhere(nasa, home, tool):
    nasa.faults.append(Fault("astray", host="data"))
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 0
    assert [request.host for request in nasa.requests if request.authorization] == ["data"]
    # Of a host that is neither NASA's nor this computer, the name is all that is looked at.
    elsewhere = table_of(nasa, NAMES[:1]).assign(https_url="http://127.0.0.1.nip.invalid/x.h5")
    told = run_script(tool, elsewhere, home / "other", home, EARTHDATA_TOKEN=nasa.token, XOPR_TRIES="1")
    assert "127.0.0.1.nip.invalid is not known as NASA's and is not told the token" in told.log


def test_only_nasas_hosts_this_computer_and_those_that_are_named_may_have_the_token(home):
    may = ["https://data.nsidc.earthdatacloud.nasa.gov", "https://nasa.gov:443", "http://127.0.0.2:8", "http://[::1]:8"]
    named = ["http://mirror.example.org:8", "https://other.example.org"]
    may_not = ["http://x.nasa.gov", "https://evilnasa.gov", "https://nasa.gov.example.org", "http://127.example.org"]
    links = pd.Series([*may, *named, *may_not]) + "/a.h5"
    table = pd.DataFrame({"granule_id": [f"{number}.h5" for number in range(len(links))], "https_url": links})
    (home / "curl").write_text('#!/bin/sh\nfor last; do :; done\necho "$*" "$last" >>"$HOME/asked"\nexit 7\n')
    (home / "curl").chmod(0o755)
    told = {"PATH": f"{home}:{os.environ['PATH']}", "EARTHDATA_TOKEN": "a.b.c", "XOPR_TRIES": "1"}
    hosts = "mirror.example.org:8 other.example.org"
    ran = run_script("curl", table, home / "data", home, EARTHDATA_HOSTS=hosts, **told)
    warned = [
        line.partition(" is not known as NASA's")[0] for line in ran.log.splitlines() if "EARTHDATA_HOSTS" in line
    ]
    assert warned == sorted(link.partition("://")[2] for link in may_not)
    asked = (home / "asked").read_text().splitlines()
    told = [line.split(" ")[-1].removesuffix("/a.h5") for line in asked if "/with_token " in line]
    assert (len(asked), sorted(told)) == (len(links), sorted([*may, *named]))


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("kind", ["cut", "reset"])
def test_what_breaks_off_goes_on_where_it_was(nasa, home, tool, kind):
    nasa.faults.append(Fault(kind, host="storage", skip=1, times=1, keep=0.6))
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 0, ran.log
    assert whole(home / "data") == NAMES[:1]
    pieces = [request.headers.get("range") for request in nasa.to("storage")]
    first, second = pieces[1], pieces[-1]
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= 18_000


@pytest.mark.parametrize("tool", TOOLS)
def test_a_run_that_was_stopped_goes_on_and_a_piece_of_another_file_begins_anew(nasa, home, tool):
    folder = home / "data"
    folder.mkdir()
    (folder / f"{NAMES[0]}.part").write_bytes(body_of(0)[:20_000])
    (folder / f"{NAMES[1]}.part").write_bytes(body_of(2)[:20_000])
    (folder / NAMES[2]).write_bytes(body_of(2)[:-1])
    ran = run_script(tool, table_of(nasa, NAMES), folder, home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 0, ran.log
    assert whole(folder) == NAMES
    asked = [request.headers.get("range") for request in nasa.to("storage")]
    assert [piece for piece in asked if piece != "bytes=0-4095"] == ["bytes=20000-", None, None]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_host_that_knows_no_ranges_sends_the_whole_again(nasa, home, tool):
    (home / "data").mkdir()
    (home / "data" / f"{NAMES[0]}.part").write_bytes(body_of(0)[:20_000])
    nasa.faults.append(Fault("no_ranges", host="storage"))
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 0, ran.log
    assert whole(home / "data") == NAMES[:1]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_signed_link_that_expires_midway_is_asked_for_anew(nasa, home, tool):
    nasa.link_seconds = 0.4
    nasa.faults.append(Fault("delay", host="storage", times=1, seconds=0.6))
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 0, ran.log
    assert "answered 403" in ran.log
    assert whole(home / "data") == NAMES[:1]
    assert len(nasa.to("data")) == 2


@pytest.mark.parametrize("tool", TOOLS)
def test_a_server_that_fails_is_asked_again_and_its_wait_is_kept(nasa, home, tool):
    nasa.faults += [
        Fault("status", host="data", status=503, times=1),
        Fault("status", host="storage", status=429, retry_after=1, times=1),
    ]
    started = time.monotonic()
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 0, ran.log
    assert "answered 503; again in 0.05 s" in ran.log
    assert "answered 429; again in 1 s" in ran.log
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_gone_or_never_comes_is_listed_and_the_others_are_fetched(nasa, home, tool):
    table = table_of(nasa, [NAMES[0], "ATL06_gone.h5", NAMES[2]])
    nasa.faults.append(Fault("status", host="data", path=f"/nsidc-cumulus-prod-protected/ATLAS/{NAMES[2]}", status=500))
    ran = run_script(tool, table, home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 1
    assert whole(home / "data") == [NAMES[0]]
    assert ran.out.endswith("3 files: 1 fetched, 0 were there already.\n")
    missing = ran.log.partition("2 are missing:\n")[2].splitlines()
    host = nasa.url.removeprefix("http://")
    assert f"    ATL06_gone.h5: {host} no longer has it (404)" in missing
    assert f"    {NAMES[2]}: {host} answered 500" in missing
    assert len([one for one in nasa.requests if one.status == 500]) == 3


@pytest.mark.parametrize(("tool", "size"), [("curl", "known"), ("wget", "unknown")])
def test_a_login_page_is_no_file(nasa, home, tool, size):
    table = table_of(nasa, NAMES[:2])
    if size == "unknown":
        table = table.drop(columns="size_mb")
    nasa.faults.append(Fault("login_page", host="data", times=1))
    ran = run_script(tool, table, home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 1
    assert "answered with a web page instead of the file: check your login at https://urs.earthdata.nasa.gov" in ran.log
    assert whole(home / "data") == NAMES[1:2]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    ("login", "says"),
    [
        ("expired", "does not take the token in EARTHDATA_TOKEN: it has expired or is not whole; make a new one"),
        ("no token", "does not take the token in EARTHDATA_TOKEN"),
        ("wrong", "does not take the login in"),
        ("none", "asks for a login: set EARTHDATA_TOKEN to a token, or write a line of the machine 127.0.0.2 into"),
    ],
)
def test_a_login_that_is_not_taken_ends_the_run_at_once(nasa, home, tool, login, says):
    if login == "wrong":
        (home / ".netrc").write_text(nasa.netrc().replace(nasa.password, "wrong"))
    told = {"expired": {"EARTHDATA_TOKEN": nasa.expired_token}, "no token": {"EARTHDATA_TOKEN": "abc"}}
    ran = run_script(tool, table_of(nasa, NAMES), home / "data", home, **told.get(login, {}))
    assert ran.code == 1
    assert ran.log.count(says) == 2, ran.log
    assert ran.log.count(": not tried\n") == 2
    assert whole(home / "data") == []
    assert nasa.to("storage") == []


@pytest.mark.parametrize("tool", TOOLS)
def test_a_licence_that_is_not_accepted_is_told_with_its_address(nasa, home, tool):
    nasa.faults.append(Fault("licence", host="data"))
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 1
    assert f"accept it at {nasa.urls['login']}/approve_app?client_id=made_up" in ran.log
    assert len(nasa.requests) == 1


@pytest.mark.parametrize("tool", ["curl"])
def test_a_file_that_is_cut_at_its_source_is_missing(nasa, home, tool):
    table = table_of(nasa, NAMES[:1]).assign(size_mb=0.030001)
    ran = run_script(tool, table, home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 1
    assert "has 30000 bytes that are not the whole file, which has 30001" in ran.log
    assert whole(home / "data") == []


@pytest.mark.parametrize("tool", TOOLS)
def test_a_host_that_says_nothing_is_given_up(nasa, home, tool):
    nasa.faults.append(Fault("silence", host="storage"))
    told = {"EARTHDATA_TOKEN": nasa.token, "XOPR_STALL": "1", "XOPR_TRIES": "1"}
    ran = run_script(tool, table_of(nasa, NAMES[:1]), home / "data", home, **told)
    assert ran.code == 1
    assert "no answer from 127.0.0.3:" in ran.log


@pytest.mark.parametrize("tool", TOOLS)
def test_one_that_is_interrupted_keeps_what_it_has_and_leaves_no_secret(nasa, home, tool):
    nasa.faults.append(Fault("drip", host="storage", skip=1, pause=0.05, piece=1000))
    script = written(tool, table_of(nasa, NAMES[:1]), home)
    told = script_environment(home, EARTHDATA_TOKEN=nasa.token)
    command = ["dash", str(script), str(home / "data")]
    part = home / "data" / f"{NAMES[0]}.part"
    with subprocess.Popen(command, env=told, cwd=home, start_new_session=True, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 10
        while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGTERM)
        assert running.wait(5) == 143
    assert 0 < part.stat().st_size < 30_000
    assert sorted(path.name for path in home.iterdir()) == ["data", script.name]


@pytest.mark.parametrize("tool", ["wget"])
def test_nothing_in_a_link_or_name_is_taken_for_a_command(nasa, home, tool):
    odd = ["a'b.h5", "c$(touch ran).h5", "d`touch ran`.h5", '"; touch ran; ".h5', "-e.h5", "../../f.h5", "g\nEOF\n.h5"]
    table = pd.DataFrame({"granule_id": odd, "https_url": [f"{nasa.url}/{name}" for name in odd]})
    ran = run_script(tool, table, home / "data", home, EARTHDATA_TOKEN=nasa.token)
    assert ran.code == 1
    assert "7 are missing" in ran.log
    assert "/c%24%28touch%20ran%29.h5" in [request.path for request in nasa.to("data")]
    assert not list(home.parent.rglob("ran"))
    assert whole(home / "data") == []


def test_the_script_of_a_shell_holds_no_bashism_and_no_open_quotation(nasa, home):
    for tool in TOOLS:
        script = written(tool, table_of(nasa, NAMES), home)
        checks = [["dash", "-n"], ["bash", "--posix", "-n"]]
        if shutil.which("shellcheck"):
            checks.append(["shellcheck", "--shell=sh"])
        for check in checks:
            done = subprocess.run([*check, str(script)], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_what_cannot_begin_ends_with_two(nasa, home):
    table = table_of(nasa, NAMES[:1])
    (home / "file").write_text("")
    assert run_script("curl", table, home / "file", home).code == 2
    assert run_script("curl", table, None, home, arguments=["a", "b"]).code == 2
    assert "holds a space" in run_script("curl", table, home, home, EARTHDATA_TOKEN=f"{nasa.token} x").log
    (home / "wget").write_text("#!/bin/sh\necho GNU Wget2 2.1.0 - multithreaded\n")
    (home / "wget").chmod(0o755)
    other = run_script("wget", table, home, home, PATH=f"{home}:{os.environ['PATH']}")
    assert (other.code, "use the script for curl" in other.log) == (2, True)
    asked = run_script("wget", table, None, home, arguments=["--help"])
    assert (asked.code, "machine urs.earthdata.nasa.gov" in asked.out) == (0, True)


EARTHACCESS = """
import os, pathlib, urllib.request
class Auth: authenticated = True
def login(): return Auth
def download(links, local_path=None, threads=8):
    (link,) = links
    name = link.rpartition("/")[2]
    with open("asked", "a") as asked: print(name, file=asked)
    request = urllib.request.Request(link, headers={"Authorization": "Bearer " + os.environ["EARTHDATA_TOKEN"]})
    pathlib.Path(local_path, name).write_bytes(urllib.request.urlopen(request).read())
"""


def test_the_script_for_earthaccess_tries_again_skips_what_is_whole_and_lists_what_is_missing(nasa, home):
    (home / "earthaccess.py").write_text(EARTHACCESS)
    table = table_of(nasa, [NAMES[0], NAMES[1], "ATL06_gone.h5"])
    nasa.faults.append(Fault("astray", host="data"))  # urllib hands the token on, which the stranger does not mind
    nasa.faults.append(Fault("login_page", host="data", times=1))
    (home / "data").mkdir()
    (home / "data" / NAMES[0]).write_bytes(body_of(0))
    ran = run_script("earthaccess", table, home / "data", home, interpreter="python3", EARTHDATA_TOKEN=nasa.token)
    nasa.requests.clear()
    assert ran.code == 1
    assert whole(home / "data") == NAMES[:2]
    assert (home / "asked").read_text().split() == [NAMES[1]] * 2 + ["ATL06_gone.h5"] * 3
    assert "a web page came instead of the file" in ran.log
    assert "1 are missing:\n    ATL06_gone.h5: HTTP Error 404: Not Found" in ran.log
    (home / "earthaccess.py").unlink()
    assert "pip install earthaccess" in run_script("earthaccess", table, home, home, interpreter="python3").log


def test_no_script_holds_a_secret_and_all_are_plain_ascii(nasa, home, monkeypatch):
    monkeypatch.setenv("EARTHDATA_TOKEN", nasa.token)
    (home / ".netrc").write_text(nasa.netrc())
    monkeypatch.setenv("HOME", str(home))
    for kind in ("curl", "wget", "powershell", "earthaccess", "urls"):
        text = written(kind, table_of(nasa, NAMES), home).read_bytes()
        assert text.isascii()
        assert b"\r" not in text
        assert nasa.token.encode() not in text
        assert nasa.password.encode() not in text
        assert b"@LIST@" not in text
        assert all(nasa.link(name).encode() in text for name in NAMES)


def test_the_list_of_powershell_stays_within_its_quotation(nasa, home):
    odd = ["'@; calc; @'.h5", "$(calc).h5", "\n'@\ncalc\n.h5"]
    table = pd.DataFrame({"granule_id": odd, "https_url": [f"{nasa.url}/{name}" for name in odd]})
    lines = written("powershell", table, home).read_text().splitlines()
    start, end = lines.index("$listed = @'"), lines.index("'@")
    assert end == start + 4
    assert not set("'$`\"") & set("".join(lines[start + 1 : end]))
