"""The page between sign-in and an application: it goes on by itself, or by its link where a browser does not."""

from html import escape

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="0; url={address}">
<title>Going on · Doorward</title>
</head>
<body>
<main>
<h1>You are signed in</h1>
<p><a href="{address}">Go on to {host}</a></p>
</main>
</body>
</html>
"""


def going_on(host: str, address: str) -> str:
    """Write the page for one host."""
    return _PAGE.format(host=escape(host), address=escape(address))
