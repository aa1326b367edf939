"""What the doors that speak HTTP share: arrivals, cookies, credentials, the origin check, problems, headers.

The `__Host-` cookies are always `Secure`, on `http://127.0.0.1` too: browsers count loopback as trustworthy (W3C Secure
Contexts, section 3.1), and Chromium was seen to store such cookies from `http://127.0.0.1` and `http://localhost` and
to send them back. So there is one spelling of each cookie, with and without TLS. Safari does not follow there: it
wants TLS on loopback as well.
"""
