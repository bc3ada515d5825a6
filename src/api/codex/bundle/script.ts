/** The helper that agents call. Python's standard library only, so that it runs wherever an agent does. */
export const script = String.raw`#!/usr/bin/env python3
"""Calls the agent API of a workspace: odysseus_api.py NOUN VERB [ARGUMENTS]

capabilities
todos      list | search TEXT | view ID | add TITLE | remind TEXT | done ID | snooze ID [WHEN]
           toggle ID [INDEX] | add-item ID TEXT | edit-item ID INDEX TEXT | delete-item ID INDEX
           move-item ID INDEX TO | update ID JSON | delete ID
emails     list [LIMIT] | read UID | draft-doc TO SUBJECT BODY | send TO SUBJECT BODY
memory     list | search TEXT | add TEXT [CATEGORY] | update ID TEXT | delete ID
calendar   list START END | search TEXT | read UID | add SUMMARY START [END] | update UID JSON
           delete UID | calendars
documents  list [SEARCH] | read ID | create TITLE [CONTENT] [LANGUAGE] | update ID JSON
           replace ID FIND REPLACEMENT | append ID TEXT | delete ID | recover ID
           versions ID | diff ID [FROM] [TO] | restore ID VERSION
cookbook   tasks | servers | cached [HOST] | presets | output SESSION [TAIL] | serve MODEL COMMAND [HOST]
           wait SESSION [SECONDS] | why SESSION | attempts SESSION | relaunch SESSION [FIX or JSON]
           preset NAME | adopt SESSION MODEL [HOST] [PORT] | stop SESSION
approvals  list | wait ID [SECONDS]
search     TEXT
events     [SINCE]
undo       [SEQ | any]
GET|POST|PUT|PATCH|DELETE /api/codex/... [JSON]

An argument that is just - is read from standard input.
Environment: ODYSSEUS_URL and ODYSSEUS_API_TOKEN, or ITHACA_URL and ITHACA_TOKEN.
Exit: 0 done; 1 refused, failed, or waiting for the operator; 2 called wrongly.
"""
import ipaddress
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = "/api/codex/"
TIMEOUT = 20
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Usage(Exception):
    """Called wrongly: exit 2, and nothing was sent."""


def surroundings():
    for url_name, token_name in (("ODYSSEUS_URL", "ODYSSEUS_API_TOKEN"), ("ITHACA_URL", "ITHACA_TOKEN")):
        url = os.environ.get(url_name, "").strip()
        token = os.environ.get(token_name, "").strip()
        if url and token:
            return checked_base(url, url_name), checked_token(token, token_name)
    raise Usage("Set ODYSSEUS_URL and ODYSSEUS_API_TOKEN (or ITHACA_URL and ITHACA_TOKEN).")


def checked_base(url, name):
    try:
        parts = urllib.parse.urlsplit(url)
        parts.port
    except ValueError as error:
        raise Usage("%s is not an address: %s" % (name, error))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Usage("%s must begin with http:// or https://" % name)
    if parts.username is not None or parts.query or parts.fragment or "\\" in url or not plain(url):
        raise Usage("%s must be an address only, without a user, a query or a fragment." % name)
    return url.rstrip("/")


def checked_token(token, name):
    if not plain(token):
        raise Usage("%s has characters that no token has." % name)
    return token


def plain(text):
    return all("!" <= char <= "~" for char in text)


def checked_path(path):
    """Only paths under ROOT, whatever way they are written."""
    if not path.startswith(ROOT):
        raise Usage("Only paths that begin with %s may be called." % ROOT)
    if "#" in path or not plain(path):
        raise Usage("The path has characters that must be percent-encoded.")
    decoded = path.partition("?")[0]
    for _ in range(8):
        if "\\" in decoded or any(part in (".", "..") for part in decoded.split("/")) or "//" in decoded:
            raise Usage("The path must not lead out of %s" % ROOT)
        once_more = urllib.parse.unquote(decoded)
        if once_more == decoded:
            return path
        decoded = once_more
    raise Usage("The path is encoded too many times.")


def is_loopback(host):
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the token to somebody else."""

    def redirect_request(self, *_):
        return None


def opener_for(base):
    handlers = [NoRedirect()]
    if is_loopback(urllib.parse.urlsplit(base).hostname):
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def send(method, path, body=None):
    """The status and the text of the answer."""
    base, token = surroundings()
    headers = {"Accept": "application/json", "Authorization": "Bearer " + token}
    data = None
    if body is not None:
        data = json.dumps(body).encode("utf-8")
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(base + checked_path(path), data=data, headers=headers, method=method)
    try:
        with opener_for(base).open(request, timeout=TIMEOUT) as response:
            return response.status, response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except (urllib.error.URLError, OSError) as error:
        return 0, "%s cannot be reached: %s" % (base, getattr(error, "reason", error))


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def show(stream, text):
    stream.buffer.write(text.encode("utf-8", "replace") + b"\n")
    stream.flush()


def finish(status, text):
    """Prints the answer; the exit code says whether what was asked for happened."""
    if not 200 <= status < 300:
        show(sys.stderr, text or "HTTP %d" % status)
        return 1
    show(sys.stdout, text)
    answer = parsed(text)
    if not isinstance(answer, dict):
        return 0
    if answer.get("pending") is True:
        show(sys.stderr, "Waiting for the operator: approvals wait %s" % answer.get("approval_id", "ID"))
        return 1
    return 1 if answer.get("error") or answer.get("ok") is False or answer.get("success") is False else 0


def call(method, path, body=None):
    return finish(*send(method, path, body))


def quoted(text):
    if text in ("", ".", ".."):
        raise Usage("'%s' cannot be an id." % text)
    return urllib.parse.quote(text, safe="")


def query(**fields):
    return "?" + urllib.parse.urlencode(fields)


def given(**fields):
    return {name: value for name, value in fields.items() if value is not None}


def whole(text):
    try:
        return int(text)
    except ValueError:
        raise Usage("'%s' is not a whole number." % text)


def an_object(text):
    value = parsed(text)
    if not isinstance(value, dict):
        raise Usage("The last argument must be a JSON object.")
    return value


def todo(action, **fields):
    return call("POST", ROOT + "todos", dict(action=action, **fields))


def update_todo(id, fields):
    return todo("update", **dict(an_object(fields), id=id))


def wait(id, seconds="600"):
    """Asks until it is decided, at most this long. The outcome of what was allowed is the outcome of this call."""
    until = time.monotonic() + whole(seconds)
    while True:
        left = until - time.monotonic()
        status, text = send("GET", ROOT + "approvals/%s?wait=%d" % (quoted(id), max(0, min(10, int(left)))))
        answer = parsed(text)
        if status != 200 or not isinstance(answer, dict):
            return finish(status, text)
        outcome = answer.get("outcome")
        if outcome:
            return finish(outcome["status"], json.dumps(outcome["body"]))
        if answer.get("state") in ("denied", "expired"):
            show(sys.stderr, text)
            return 1
        if left <= 0:
            show(sys.stdout, text)
            return 1


def wait_ready(session, seconds="600"):
    """Asks until it is ready or has ended, at most this long; 0 only when it is ready."""
    until = time.monotonic() + whole(seconds)
    while True:
        left = until - time.monotonic()
        path = ROOT + "cookbook/wait/" + quoted(session) + query(timeout=max(0, min(9, int(left))))
        status, text = send("GET", path)
        answer = parsed(text)
        if status != 200 or not isinstance(answer, dict):
            return finish(status, text)
        if answer.get("reached") or answer.get("ended") or left <= 0:
            show(sys.stdout, text)
            return 0 if answer.get("reached") else 1


def relaunch(session, change=None):
    fields = {} if change is None else parsed(change)
    return call(
        "POST",
        ROOT + "cookbook/relaunch/" + quoted(session),
        fields if isinstance(fields, dict) else {"apply": change},
    )


VERBS = {
    "capabilities": lambda: call("GET", ROOT + "capabilities"),
    "todos list": lambda: call("GET", ROOT + "todos"),
    "todos search": lambda *text: todo("search", query=" ".join(text)),
    "todos view": lambda id: todo("view", id=id),
    "todos add": lambda *title: todo("add", title=some(title)),
    "todos remind": lambda *text: todo("remind", text=some(text)),
    "todos done": lambda id: todo("done", id=id),
    "todos snooze": lambda id, *when: todo("snooze", id=id, **given(until=" ".join(when) or None)),
    "todos toggle": lambda id, index="0": todo("toggle_item", id=id, index=whole(index)),
    "todos add-item": lambda id, *text: todo("add_item", id=id, text=some(text)),
    "todos edit-item": lambda id, index, *text: todo("edit_item", id=id, index=whole(index), text=some(text)),
    "todos delete-item": lambda id, index: todo("delete_item", id=id, index=whole(index)),
    "todos move-item": lambda id, index, to: todo("move_item", id=id, index=whole(index), to=whole(to)),
    "todos update": update_todo,
    "todos delete": lambda id: todo("delete", id=id),
    "emails list": lambda limit="10": call(
        "GET", ROOT + "emails" + query(folder="INBOX", limit=whole(limit), offset=0, filter="all")
    ),
    "emails read": lambda uid: call("GET", ROOT + "emails/" + quoted(uid)),
    "emails draft-doc": lambda to, subject, body="": call(
        "POST", ROOT + "emails/draft-document", dict(to=to, subject=subject, body=body)
    ),
    "emails send": lambda to, subject, body: call(
        "POST", ROOT + "emails/send", dict(to=to, subject=subject, body=body)
    ),
    "memory list": lambda: call("GET", ROOT + "memory"),
    "memory search": lambda *text: call("GET", ROOT + "memory" + query(search=some(text))),
    "memory add": lambda text, category="fact": call("POST", ROOT + "memory", dict(text=text, category=category)),
    "memory update": lambda id, *text: call("PATCH", ROOT + "memory/" + quoted(id), dict(text=some(text))),
    "memory delete": lambda id: call("DELETE", ROOT + "memory/" + quoted(id)),
    "calendar list": lambda start, end: call("GET", ROOT + "calendar/events" + query(start=start, end=end)),
    "calendar search": lambda *text: call("GET", ROOT + "calendar/search" + query(q=some(text))),
    "calendar read": lambda uid: call("GET", ROOT + "calendar/events/" + quoted(uid)),
    "calendar add": lambda summary, start, end=None: call(
        "POST", ROOT + "calendar/events", given(summary=summary, dtstart=start, dtend=end)
    ),
    "calendar update": lambda uid, fields: call(
        "PATCH", ROOT + "calendar/events/" + quoted(uid), an_object(fields)
    ),
    "calendar delete": lambda uid: call("DELETE", ROOT + "calendar/events/" + quoted(uid)),
    "calendar calendars": lambda: call("GET", ROOT + "calendar/calendars"),
    "documents list": lambda *search: call(
        "GET", ROOT + "documents" + (query(search=" ".join(search)) if search else "")
    ),
    "documents read": lambda id: call("GET", ROOT + "documents/" + quoted(id)),
    "documents create": lambda title, content="", language=None: call(
        "POST", ROOT + "documents", given(title=title, content=content, language=language)
    ),
    "documents update": lambda id, fields: call("PATCH", ROOT + "documents/" + quoted(id), an_object(fields)),
    "documents replace": lambda id, find, replace: call(
        "POST", ROOT + "documents/" + quoted(id) + "/replace", dict(find=find, replace=replace)
    ),
    "documents append": lambda id, text: call("POST", ROOT + "documents/" + quoted(id) + "/append", dict(text=text)),
    "documents delete": lambda id: call("DELETE", ROOT + "documents/" + quoted(id)),
    "documents recover": lambda id: call("POST", ROOT + "documents/" + quoted(id) + "/recover"),
    "documents versions": lambda id: call("GET", ROOT + "documents/" + quoted(id) + "/versions"),
    "documents diff": lambda id, old=None, new=None: call(
        "GET", ROOT + "documents/" + quoted(id) + "/diff" + query(**given(**{"from": old, "to": new}))
    ),
    "documents restore": lambda id, version: call(
        "POST", ROOT + "documents/" + quoted(id) + "/restore", dict(version=whole(version))
    ),
    "cookbook tasks": lambda: call("GET", ROOT + "cookbook/tasks"),
    "cookbook servers": lambda: call("GET", ROOT + "cookbook/servers"),
    "cookbook cached": lambda host="": call("GET", ROOT + "cookbook/cached" + (query(host=host) if host else "")),
    "cookbook presets": lambda: call("GET", ROOT + "cookbook/presets"),
    "cookbook output": lambda session, tail="400": call(
        "GET", ROOT + "cookbook/output/" + quoted(session) + query(tail=whole(tail))
    ),
    "cookbook serve": lambda model, command, host=None: call(
        "POST", ROOT + "cookbook/serve", given(repo_id=model, cmd=command, remote_host=host)
    ),
    "cookbook preset": lambda name: call("POST", ROOT + "cookbook/preset/" + quoted(name)),
    "cookbook adopt": lambda session, model, host="", port="8000": call(
        "POST", ROOT + "cookbook/adopt", dict(tmux_session=session, model=model, host=host, port=whole(port))
    ),
    "cookbook stop": lambda session: call("POST", ROOT + "cookbook/stop/" + quoted(session)),
    "cookbook wait": wait_ready,
    "cookbook why": lambda session: call("GET", ROOT + "cookbook/why/" + quoted(session)),
    "cookbook attempts": lambda session: call("GET", ROOT + "cookbook/attempts/" + quoted(session)),
    "cookbook relaunch": relaunch,
    "approvals list": lambda: call("GET", ROOT + "approvals"),
    "approvals wait": wait,
    "search": lambda *text: call("GET", ROOT + "search" + query(q=some(text))),
    "events": lambda since=None: call("GET", ROOT + "events" + query(**given(since=since))),
    "undo": lambda what=None: call("POST", ROOT + "undo", {"last": "any"} if what == "any" else given(seq=what and whole(what))),
}


def some(words):
    text = " ".join(words).strip()
    if not text:
        raise Usage("Some text is missing.")
    return text


def run(words):
    if not words or words[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0 if words else 2
    if words[0].upper() in METHODS:
        if not 2 <= len(words) <= 3:
            raise Usage("METHOD path [json]")
        body = None
        if len(words) == 3:
            body = parsed(words[2])
            if body is None and words[2].strip() != "null":
                raise Usage("The body is not JSON.")
        return call(words[0].upper(), words[1], body)
    for length in (1, 2):
        verb = VERBS.get(" ".join(words[:length])) if len(words) >= length else None
        if verb:
            return invoke(verb, " ".join(words[:length]), words[length:])
    raise Usage("There is no '%s'; --help lists what there is." % " ".join(words[:2]))


def invoke(verb, name, arguments):
    code = verb.__code__
    least = code.co_argcount - len(verb.__defaults__ or ())
    most = None if code.co_flags & 4 else code.co_argcount
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise Usage("'%s' takes %s; --help lists them." % (name, describe(least, most)))
    return verb(*arguments)


def describe(least, most):
    if most is None:
        return "at least %d arguments" % least
    return "%d arguments" % least if least == most else "%d to %d arguments" % (least, most)


def main():
    try:
        words = [sys.stdin.read() if word == "-" else word for word in sys.argv[1:]]
        return run(words)
    except Usage as wrong:
        show(sys.stderr, str(wrong))
        return 2
    except KeyboardInterrupt:
        return 1


if __name__ == "__main__":
    sys.exit(main())
`
