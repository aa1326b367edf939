"""The configuration of the proxy in front of a host, filled in.

Laws: whatever header tells an upstream who is there is removed before it is set, in each spelling; the host is a
constant where the proxy allows it; the upstream sees no cookie of ours where the proxy can take it out.
"""

import re

from doorward.features.applications.model import HostName, Proxy, ShowConfiguration

_NGINX = """\
# HOST asks Doorward who is there. A file of its own in /etc/nginx/conf.d/.

# What the application gets of the cookies: all but Doorward's two.
map $http_cookie $SLUG_without_one {
    default $http_cookie;
    "~^__Host-doorward-(?:app|nonce)=[^;]*(?:; *(?<SLUG_rest>.*))?$" $SLUG_rest;
    "~^(?<SLUG_before>.*?); *__Host-doorward-(?:app|nonce)=[^;]*(?<SLUG_after>.*)$" $SLUG_before$SLUG_after;
}
map $SLUG_without_one $SLUG_cookie {
    default $SLUG_without_one;
    "~^__Host-doorward-(?:app|nonce)=[^;]*(?:; *(?<SLUG_rest>.*))?$" $SLUG_rest;
    "~^(?<SLUG_before>.*?); *__Host-doorward-(?:app|nonce)=[^;]*(?<SLUG_after>.*)$" $SLUG_before$SLUG_after;
}
map $http_upgrade $SLUG_connection {
    default upgrade;
    "" "";
}

server {
    listen PORT ssl;
    server_name NAME;
    ssl_certificate /etc/letsencrypt/live/NAME/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/NAME/privkey.pem;

    # Remote_User would pass for Remote-User in many applications.
    underscores_in_headers off;

    # Asked before each request. Of what the visitor sent only these headers go along.
    location = /.doorward/ask {
        internal;
        proxy_pass SERVER/forward-auth;
        proxy_http_version 1.1;
        proxy_pass_request_body off;
        proxy_pass_request_headers off;
        proxy_set_header Connection "";
        proxy_set_header Cookie $http_cookie;
        proxy_set_header Sec-Fetch-Mode $http_sec_fetch_mode;
        proxy_set_header Sec-WebSocket-Key $http_sec_websocket_key;
        proxy_set_header User-Agent $http_user_agent;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Original-URL https://HOST$request_uri;
        proxy_redirect off;
        proxy_buffer_size 32k;
        proxy_buffers 4 32k;
        proxy_busy_buffers_size 64k;
    }

    location / {
        auth_request /.doorward/ask;
        auth_request_set $SLUG_user $upstream_http_remote_user;
        auth_request_set $SLUG_email $upstream_http_remote_email;
        auth_request_set $SLUG_groups $upstream_http_remote_groups;
        auth_request_set $SLUG_assertion $upstream_http_remote_assertion;
        auth_request_set $SLUG_way $upstream_http_location;
        auth_request_set $SLUG_set_cookie $upstream_http_set_cookie;
        error_page 401 = @SLUG_sign_in;

        proxy_pass UPSTREAM;
        proxy_http_version 1.1;
        proxy_set_header Connection $SLUG_connection;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Host HOST;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Host HOST;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header Cookie $SLUG_cookie;
        proxy_set_header Remote-User $SLUG_user;
        proxy_set_header Remote-Email $SLUG_email;
        proxy_set_header Remote-Groups $SLUG_groups;
        proxy_set_header Remote-Assertion $SLUG_assertion;
        proxy_set_header Remote-Name "";
        proxy_set_header X-Remote-User "";
        proxy_set_header X-Forwarded-User "";
        proxy_set_header X-Forwarded-Email "";
        proxy_set_header X-Forwarded-Groups "";
    }

    # nginx passes on nothing but 401 and 403: the way to sign-in comes as the Location of a 401.
    location @SLUG_sign_in {
        add_header Set-Cookie $SLUG_set_cookie always;
        add_header Cache-Control no-store always;
        if ($SLUG_way = "") {
            return 401;
        }
        return 302 $SLUG_way;
    }
}
"""

_CADDY = """\
# HOST asks Doorward who is there. In the Caddyfile.
HOST {
	route {
		# Caddy drops what Connection names, even the headers that it has set itself.
		@drops header_regexp Connection (?i)(remote|cookie|forwarded|original|sec-)
		respond @drops 400

		# Who is there is said by Doorward alone, in whatever spelling.
		request_header -Remote*
		request_header -X-Remote*
		request_header -X_*
		request_header -X-Forwarded_*
		request_header -X-Forwarded-User
		request_header -X-Forwarded-Email
		request_header -X-Forwarded-Groups

		forward_auth SERVER {
			uri /forward-auth
			header_up -X-Original-URL
			header_up -X-Original-Method
			copy_headers Remote-User Remote-Email Remote-Groups Remote-Assertion
		}

		# What the application gets of the cookies: all but Doorward's own.
		request_header Cookie "__Host-doorward-(?:app|nonce)=[^;]*(?:; *)?()" "$1"
		reverse_proxy UPSTREAM
	}
}
"""

_TRAEFIK = """\
# HOST asks Doorward who is there. In a file of the file provider.
# Traefik cannot take Doorward's cookie out of what the application gets; it opens nothing but this host.
http:
  routers:
    SLUG:
      rule: Host(`NAME`)
      entryPoints: [websecure]
      tls: {}
      middlewares: [SLUG-clean, SLUG-doorward]
      service: SLUG
  middlewares:
    SLUG-clean:
      headers:
        customRequestHeaders:
          Remote_User: ""
          Remote_Email: ""
          Remote_Groups: ""
          Remote_Assertion: ""
          Remote-Name: ""
          Remote_Name: ""
          X-Remote-User: ""
          X-Remote_User: ""
          X_Remote-User: ""
          X_Remote_User: ""
          X-Forwarded-User: ""
          X-Forwarded_User: ""
          X_Forwarded-User: ""
          X_Forwarded_User: ""
          X-Forwarded-Email: ""
          X-Forwarded_Email: ""
          X_Forwarded-Email: ""
          X_Forwarded_Email: ""
          X-Forwarded-Groups: ""
          X-Forwarded_Groups: ""
          X_Forwarded-Groups: ""
          X_Forwarded_Groups: ""
          X-Original-URL: ""
          X-Original-Method: ""
    SLUG-doorward:
      forwardAuth:
        address: SERVER/forward-auth
        trustForwardHeader: false
        authResponseHeaders: [Remote-User, Remote-Email, Remote-Groups, Remote-Assertion]
  services:
    SLUG:
      loadBalancer:
        servers:
          - url: UPSTREAM
"""

_TEMPLATES = {Proxy.NGINX: _NGINX, Proxy.CADDY: _CADDY, Proxy.TRAEFIK: _TRAEFIK}


_WORD = re.compile("UPSTREAM|SERVER|HOST|NAME|PORT|SLUG")
"""Filled in at once, so that a value that looks like one of these words stays as it is."""


def filled_in(command: ShowConfiguration, named: HostName) -> str:
    """Fill in a proxy's configuration."""
    port = named.host.removeprefix(named.name).removeprefix(":") or "443"
    slug = f"d_{named.name}".replace(".", "_").replace("-", "_")
    words = {
        "UPSTREAM": command.places.upstream,
        "SERVER": command.places.server,
        "HOST": named.host,
        "NAME": named.name,
        "PORT": port,
        "SLUG": slug,
    }
    return _WORD.sub(lambda found: words[found[0]], _TEMPLATES[command.proxy])
