"""A bucket of Amazon S3 in the little that lists its files: ListObjectsV2 in path style, XML in pages."""

from __future__ import annotations

import base64
import hashlib
from xml.sax.saxutils import escape

BUCKET_PATH = "/bucket"
KEY_PREFIX = "englacial/xopr/catalog/"
_XML = "application/xml"


def list_files(folder, request, page_size):
    """Answer a request to list a folder whose files have keys below :data:`KEY_PREFIX`.

    Parameters
    ----------
    folder : Path
    request : Request
        ``prefix``, ``max-keys`` and ``continuation-token`` are understood; ``list-type`` must be 2.
    page_size : int
        Most keys in a page.

    Returns
    -------
    status : int
    body : bytes
    headers : dict
    """
    if request.get("list-type") != "2":
        return _refusal("InvalidArgument", "Only list-type=2 is understood.")
    prefix = request.get("prefix") or ""
    keys = sorted(KEY_PREFIX + file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    keys = [key for key in keys if key.startswith(prefix)]
    token = request.get("continuation-token")
    if token is not None:
        try:
            after = base64.b64decode(token, validate=True).decode()
        except ValueError:
            return _refusal("InvalidArgument", "The continuation token provided is incorrect")
        keys = [key for key in keys if key > after]
    size = min(int(request.get("max-keys") or 1000), page_size)
    page, more = keys[:size], len(keys) > size
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
        f"<Name>bucket</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>",
        f"<MaxKeys>{size}</MaxKeys><IsTruncated>{'true' if more else 'false'}</IsTruncated>",
    ]
    if more:
        parts.append(f"<NextContinuationToken>{_token(page[-1])}</NextContinuationToken>")
    parts += [_contents(folder / key[len(KEY_PREFIX) :], key) for key in page]
    return 200, "".join([*parts, "</ListBucketResult>"]).encode(), {"Content-Type": _XML}


def _contents(file, key):
    body = file.read_bytes()
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return (
        f"<Contents><Key>{escape(key)}</Key><LastModified>2026-04-01T00:00:00.000Z</LastModified>"
        f"<ETag>&quot;{etag}&quot;</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _token(key):
    return base64.b64encode(key.encode()).decode()


def _refusal(code, message):
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return 400, body.encode(), {"Content-Type": _XML}
