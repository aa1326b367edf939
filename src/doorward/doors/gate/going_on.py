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
<meta name="robots" content="noindex">
<title>Going on · Doorward</title>
<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/app.css">
</head>
<body class="plain">
<header class="plain-top"><span class="brand"><span>Doorward</span></span></header>
<main id="main" class="card">
<h1>You are signed in</h1>
<p class="lead">If your browser does not go on by itself:</p>
<a class="btn btn-primary btn-wide" href="{address}">Go on to {host}</a>
</main>
</body>
</html>
"""


def going_on(host: str, address: str) -> str:
    """Write the page for one host."""
    return _PAGE.format(host=escape(host), address=escape(address))
