"""Google Drive, version 3: lists of files, page by page, and a file's content."""

from __future__ import annotations

from scrapers.base import Http, Record
from scrapers.payload import map_of, records_at
from scrapers.response import Response
from shared.errors import SourceFailure

PATH = "/drive/v3/files"
#: The largest page that is worth asking for: a night has 15 files and a few combined ones.
PAGE_SIZE = "100"
#: Far above any list that is asked for here: an endless list is an error.
MAX_PAGES = 50
_FIELDS = "nextPageToken,incompleteSearch,files(id,name,mimeType,size,modifiedTime,md5Checksum)"


def list_files(http: Http, query: str, place: str) -> tuple[list[Record], int]:
    """Every file that `query` finds, each once, and the number of pages.

    A page that fails fails the whole; so does a search that the source calls incomplete.
    """
    params = {
        "q": f"{query} and trashed = false",
        "fields": _FIELDS,
        "pageSize": PAGE_SIZE,
        "orderBy": "name",
        # The publisher's folder is shared with us: it is not our own drive.
        "corpora": "allDrives",
        "includeItemsFromAllDrives": "true",
        "supportsAllDrives": "true",
    }
    files: dict[str, Record] = {}
    seen: set[str] = set()
    for page in range(1, MAX_PAGES + 1):
        payload = http.get(PATH, params).json()
        for file in records_at(payload, "files[]", place):
            if not file.get("id") or not file.get("name"):
                raise SourceFailure("malformed", f"{place}: a file without id or name")
            files[str(file["id"])] = file
        if map_of({"answer": payload}, "answer").get("incompleteSearch") is True:
            raise SourceFailure("malformed", f"{place}: the search was not complete")
        token = str(payload.get("nextPageToken") or "")
        if not token:
            return list(files.values()), page
        if token in seen:
            raise SourceFailure("malformed", f"{place}: page token [{token[:40]}] came twice")
        seen.add(token)
        params = {**params, "pageToken": token}
    raise SourceFailure("malformed", f"{place}: more than {MAX_PAGES} pages")


def download(http: Http, file: Record, place: str) -> Response:
    """The file's content; `malformed` when it has not the size that the list says."""
    response = http.get(f"{PATH}/{file['id']}", {"alt": "media", "supportsAllDrives": "true"})
    if response.body.lstrip()[:1] == b"<":
        # Drive says with 200 and a page that too many have read the file, or who may.
        said = " ".join(response.body[:200].decode("utf-8", "replace").split())
        raise SourceFailure("error_page", f"{place}: a page instead of a file: [{said}]")
    size = str(file.get("size") or "")
    if size.isdecimal() and size != str(len(response.body)):
        raise SourceFailure(
            "malformed",
            f"{place}: {file['name']} is cut off: {len(response.body)} of {size} bytes",
            status=response.status,
        )
    return response
