"""What is fit to be shown of addresses, sources and sentences; the secret is always ``s3cret``."""

from __future__ import annotations

import re

import pytest

from xopr_crossovers.core.common.errors import DownloadError, InputError
from xopr_crossovers.core.common.masking import fit_to_show, without_login
from xopr_crossovers.core.common.progress import PrintedProgress
from xopr_crossovers.core.common.run_log import RunLog

SECRETS = {
    "a login in an address": "http://hunt:{}@127.0.0.1:8000/catalog",
    "a login with signs that should be escaped": "http://hunt:a/{}#b?c@127.0.0.1:8000/catalog",
    "a login with an at sign": "https://hunt:a@{}@host/x",
    "a login with a space": "http://hunt:my {}@host",
    "a token as user": "https://{}@host/x.parquet",
    "two addresses": "https://host/a;https://hunt:{}@host/b",
    "a login in a mistyped address": "http:/hunt:{}@host",
    "a proxy without scheme": "hunt:{}@proxy:3128",
    "PostGIS": "postgres:dbname='hunt' host=127.0.0.1 user='hunt' password='{}' key='id' table=\"mf\" (geom)",
    "PostGIS, a quote escaped": "dbname='hunt' password='it\\'s {}' sslmode=disable",
    "PostGIS, cut in the middle": "dbname='hunt' password='{}",
    "OGR's PostgreSQL": "PG:dbname=hunt host=h user=hunt password={}",
    "OGR's MySQL, a comma in it": "MYSQL:hunt,user=hunt,password=a,{},port=3306",
    "ODBC": "MSSQL:server=h;database=d;UID=hunt;PWD={};Encrypt=yes",
    "ODBC in braces": "MSSQL:server=h;UID=hunt;PWD={{a;{}}};database=d",
    "Oracle": "OCI:scott/{}@db",
    "an open option": "/data/x.gpkg|layername=a|option:PASSWORD={}",
    "Amazon's signature": "https://b.s3.amazonaws.com/x.parquet?X-Amz-Date=2024&X-Amz-Signature={}",
    "Amazon's session": "https://b.s3.amazonaws.com/x.parquet?X-Amz-Security-Token={}&X-Amz-Expires=60",
    "Amazon's older signature": "https://b.s3.amazonaws.com/x.parquet?AWSAccessKeyId={}&Signature={}&Expires=1",
    "Azure": "https://a.blob.core.windows.net/x.parquet?sv=2022&se=2024&sp=r&sig={}",
    "Google": "https://storage.googleapis.com/b/x.parquet?GoogleAccessId=a&Signature={}",
    "a name that nobody knows": "https://host/x.parquet?k={}",
    "a fragment": "https://host/x.parquet#access_token={}",
    "a server of maps": "url='https://hunt:{}@host/wfs?authkey={}' password='{}' username='hunt'",
    "a header": "Authorization: Bearer {}",
    "a header of a login": "Authorization: Basic {}",
    "JSON": '{{"password": "{}", "user": "hunt"}}',
    "a variable": "EARTHDATA_TOKEN={} qgis_process run",
}


@pytest.mark.parametrize("form", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("sentence", ["{}", "'{}' cannot be read (403); check it.", "See {} for more."])
def test_no_secret_is_shown_whatever_its_form_and_nothing_changes_when_it_is_masked_again(form, sentence):
    text = sentence.format(form.replace("{}", "s3cret").replace("{{", "{").replace("}}", "}"))
    assert "s3cret" in text
    shown = fit_to_show(text)
    assert "s3cret" not in shown
    assert "***" in shown
    assert fit_to_show(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://cmr.earthdata.nasa.gov/search/granules.umm_json?short_name=ATL06&version=007&provider=NSIDC_CPRD"
        "&bounding_box=-180,-90,180,-60&temporal=2024-01-01T00:00:00Z,&page_size=500&options[bounding_box][or]=true",
        "https://data.source.coop/englacial/xopr/catalog/hemisphere=south/provider=dtu/collection=2016_X/stac.parquet",
        "http://127.0.0.1:8765/files/a@b.parquet",
        "only after its licence (EULA) is accepted: open "
        "https://urs.earthdata.nasa.gov/approve_app?client_id=BO_n7n in "
        "a browser, log in and accept it, and run again.",
        r"C:\data\a@b.gpkg|layername=frames",
        "/data/collection=2016*/stac.parquet;https://host/x.parquet",
        "ogr:dbname='/data/a b.gpkg' table=\"frames\" (geom)",
        "postgres:dbname='hunt' host=h user='hunt' authcfg=abc1234 key='id' table=\"public\".\"mf\" (geom)",
        "host cannot be reached, because the proxy p:3128 wants a user name and password (407 Needed): check user and "
        "password in QGIS (Settings > Options > Network).",
        "The log is at https://host/x: write to a@b.org.",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text):
    assert fit_to_show(text) == text


def test_of_a_source_only_the_secret_goes():
    assert fit_to_show("http://hunt:s3cret@host:8000/a?sig=b&version=007#c") == (
        "http://hunt:***@host:8000/a?sig=***&version=007#c"
    )
    assert fit_to_show("user='hunt' password='s3cret' table=x") == "user='hunt' password='***' table=x"


def test_the_token_of_earthdata_is_masked_wherever_it_stands(monkeypatch):
    monkeypatch.setenv("EARTHDATA_TOKEN", "abcdefgh12345678.s3cret")
    assert fit_to_show("sent abcdefgh12345678.s3cret on") == "sent *** on"
    monkeypatch.setenv("EARTHDATA_TOKEN", "a")
    assert fit_to_show("a granule") == "a granule"


def test_a_server_is_the_same_whoever_asks_it():
    assert without_login("https://hunt:s3cret@host/cmr") == without_login("https://host/cmr") == "https://host/cmr"


def test_errors_and_logs_mask_whatever_they_are_told(capsys):
    source = "http://hunt:s3cret@host"
    log = RunLog(PrintedProgress())
    log.info(f"Read {source}.")
    log.warn(f"{source} is slow.")
    said = [str(kind(f"{source} is no catalog.")) for kind in (InputError, DownloadError)]
    said += [line.text for line in log.lines] + capsys.readouterr().out.splitlines()
    assert len(said) == 6
    assert all("http://hunt:***@host" in text and not re.search("s3cret", text) for text in said)
