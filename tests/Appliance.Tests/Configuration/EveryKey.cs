namespace Appliance.Tests.Configuration;

/// <summary>A configuration in which every key of the data plane has another value than its default, one key a line.</summary>
internal static class EveryKey
{
    public const string Text = """
        listeners:
          - name: web
            addresses:
              - 192.0.2.1:443
              - 192.0.2.2:443
            trusted_proxies:
              - 198.51.100.0/24
            proxy_protocol: true
            tls:
              certificate_file: a.pem
              key_file: a.key
              ocsp_file: a.ocsp
              certificates:
                - { certificate_file: b.pem, key_file: b.key }
              minimum_version: "1.3"
              ciphers: ECDHE+AESGCM
              client_ca_file: ca.pem
              client_certificate: optional
              session_tickets: false
              strict_sni: true
            limits:
              connections_per_second: 0.5
              connection_burst: 7
              concurrent_connections: 8
              bytes_per_second: 9k
              maximum_connections: 10
              ipv6_prefix: 56
            on_limit: drop
            offload_after:
              refusals: 11
              window: 12s
              for: 13s
            policies: enforce
            on_policy_failure: closed
            max_body_size: 14k
            minimum_body_rate: 15
            maximum_requests: 16
            forwarded: both
            request_headers:
              set:
                X-In: "1"
              remove:
                - X-Out
            response_headers:
              set:
                X-Back: "2"
              remove:
                - Server
            error_pages:
              503: page.html
            routes:
              - hosts: [a.example.com]
                path_prefix: /v1
                upstream: api
                replace_prefix: /v2
                host: $server
                request_headers:
                  set:
                    X-Route: "3"
                response_headers:
                  remove:
                    - X-Secret
              - path_prefix: /old
                redirect:
                  status: 308
                  location: https://$host/new
              - path_prefix: /fixed
                response:
                  status: 404
                  content_type: text/html
                  body: gone
              - { upstream: names }
            timeouts:
              connect: 1s
              request_header: 2s
              idle: 3s
              response: 4s
              tunnel: 5s
          - { name: plain, address: "192.0.2.1:80", redirect_to_https: 8443 }
          - { name: db, address: "192.0.2.1:5432", protocol: tcp, upstream: plain, routes: [{ hosts: [db.example.com], upstream: plain }] }
          - name: names
            address: 192.0.2.1:53
            protocol: udp
            upstream: plain
            udp:
              idle: 6s
              responses: 17
              maximum_sessions: 18
        upstreams:
          - name: api
            balance: hash
            hash:
              on: cookie
              name: session
            servers:
              - { address: "app.example.com:8080", weight: 3, maximum_connections: 19 }
              - { address: "198.51.100.22:80", backup: true }
            health_check:
              path: /health
              host: h.example.com
              statuses:
                - 200
                - 210-299
              body_contains: fine
              interval: 20s
              timeout: 7s
              healthy_after: 21
              unhealthy_after: 22
              port: 23
            outlier_ejection:
              consecutive_failures: 24
              for: 25s
              maximum_percent: 26
            circuit_breaker:
              failure_threshold: 27
              success_threshold: 28
              timeout: 29s
              half_open_requests: 30
            retry:
              attempts: 2
              on:
                - 502
                - 503
              non_idempotent: true
              try_timeout: 31s
              total_timeout: 32s
            slow_start: 33s
            sticky:
              cookie: S
              max_age: 34s
            tls:
              verify: false
              server_name: s.example.com
              certificate_file: c.pem
              key_file: c.key
              minimum_version: "1.3"
            proxy_protocol: v2
            keepalive:
              maximum_idle: 35
              idle_timeout: 36s
            queue_timeout: 37s
          - { name: names, servers: [{ address: "198.51.100.23:80" }], tls: { ca_file: roots.pem } }
          - { name: plain, servers: [{ address: "198.51.100.24:80" }] }
        policies: { file: p.json, max_delayed: 5 }
        log:
          access: all
        memory_limit: 38m
        """;
}
