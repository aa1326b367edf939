"""The configurations of the three web servers, with words in capitals for what is filled in.

Laws: whatever header tells an upstream who is there is removed before it is set, in each spelling; the host is a
constant where the proxy allows it; the upstream sees no cookie of ours where the proxy can take it out. A question may
be put to another node when one does not answer: it is a GET, and a ticket that it has taken opens nothing twice.
"""

from doorward.features.applications.model import Proxy

NGINX = """\
# HOST asks Doorward who is there. A file of its own in /etc/nginx/conf.d/.

# What the application gets of the cookies: all but Doorward's two.
map $http_cookie $SLUG_no_app {
    default $http_cookie;
    "~^__Host-doorward-app=[^;]*(?:; *(?<doorward_rest>.*))?$" $doorward_rest;
    "~^(?<doorward_before>.*?); *__Host-doorward-app=[^;]*(?<doorward_after>.*)$" $doorward_before$doorward_after;
}
map $SLUG_no_app $SLUG_cookie {
    default $SLUG_no_app;
    "~^__Host-doorward-nonce=[^;]*(?:; *(?<doorward_rest>.*))?$" $doorward_rest;
    "~^(?<doorward_before>.*?); *__Host-doorward-nonce=[^;]*(?<doorward_after>.*)$" $doorward_before$doorward_after;
}
map $http_upgrade $SLUG_connection {
    default upgrade;
    "" "";
}

# The nodes of Doorward. One that does not answer is left out for some seconds.
upstream SLUG_doorward {
    zone SLUG_doorward 64k;
    server NODES max_fails=2 fail_timeout=5s;
    keepalive 16;
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
        proxy_pass SCHEME://SLUG_doorward/forward-auth;TRUST
        proxy_connect_timeout 2s;
        proxy_next_upstream error timeout;
        proxy_next_upstream_timeout 5s;
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
        error_page 500 = @SLUG_away;

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

    # No node of Doorward answers, or none has its database: of that nginx makes a bare 500.
    location @SLUG_away {
        add_header Retry-After 5 always;
        add_header Cache-Control no-store always;
        return 503;
    }
}
"""

CADDY = """\
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
		request_header -X.*
		request_header -X-Forwarded_*
		request_header -X-Forwarded.*
		request_header -X-Forwarded-User
		request_header -X-Forwarded-Email
		request_header -X-Forwarded-Groups

		# A node that is not ready is left out; what it does not answer another is asked.
		forward_auth NODES {
			uri /forward-auth
			health_uri /readyz
			health_interval 2s
			health_timeout 2s
			lb_try_duration 3s
			header_up -X-Original-URL
			header_up -X-Original-Method
			copy_headers Remote-User Remote-Email Remote-Groups Remote-AssertionTRUST
		}

		# What the application gets of the cookies: all but Doorward's own.
		request_header Cookie "__Host-doorward-(?:app|nonce)=[^;]*(?:; *)?()" "$1"
		reverse_proxy UPSTREAM
	}

	# Nobody answers: Doorward, or the application.
	handle_errors {
		@away expression {http.error.status_code} in [502, 503, 504]
		header @away Retry-After 5
		respond @away 503
		respond {http.error.status_code}
	}
}
"""

TRAEFIK = """\
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
        address: NODES/forward-auth
        trustForwardHeader: false
        authResponseHeaders: [Remote-User, Remote-Email, Remote-Groups, Remote-Assertion]
  services:
    SLUG:
      loadBalancer:
        servers:
          - url: UPSTREAM
"""

TRAEFIK_OF_SEVERAL = (
    TRAEFIK.replace(
        "http:\n",
        """\
# forwardAuth asks one address, so Traefik asks itself and spreads the questions over the nodes. In its static
# configuration stand besides these lines, and --behind-proxy of each node names 127.0.0.1/32 too:
#   entryPoints:
#     doorward:
#       address: 127.0.0.1:8419
#       forwardedHeaders:
#         trustedIPs: [127.0.0.1/32]
http:
""",
        1,
    )
    .replace(
        "      service: SLUG\n",
        """\
      service: SLUG
    SLUG-doorward:
      rule: PathPrefix(`/forward-auth`)
      entryPoints: [doorward]
      service: SLUG-doorward
""",
        1,
    )
    .replace("address: NODES", "address: http://127.0.0.1:8419", 1)
    + """\
    SLUG-doorward:
      loadBalancer:
        healthCheck:
          path: /readyz
          interval: 2s
          timeout: 2s
        servers:
          - url: NODES
"""
)

TEMPLATES = {Proxy.NGINX: NGINX, Proxy.CADDY: CADDY, Proxy.TRAEFIK: TRAEFIK}
BETWEEN_NODES = {
    Proxy.NGINX: " max_fails=2 fail_timeout=5s;\n    server ",
    Proxy.CADDY: " ",
    Proxy.TRAEFIK: "\n          - url: ",
}
TRUST = {
    Proxy.NGINX: """
        proxy_ssl_server_name on;
        proxy_ssl_name OWN;
        proxy_ssl_verify on;
        proxy_ssl_verify_depth 3;
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;""",
    Proxy.CADDY: """
			transport http {
				tls_server_name OWN
			}""",
    Proxy.TRAEFIK: "",
}
"""By what each knows Doorward over TLS: a certificate for its own name. Traefik takes one for the node's name."""
