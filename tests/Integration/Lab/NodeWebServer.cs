namespace Integration.Lab;

/// <summary>A web server on port 80 of a node, for tests of the laboratory itself and for keepalived's own figures.</summary>
internal static class NodeWebServer
{
    public static void Start(Laboratory lab, string node)
    {
        string directory = Path.Combine(lab.Directory, $"web-{node}");
        Directory.CreateDirectory(directory);
        string config = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(config, $$"""
            daemon off;
            pid {{directory}}/pid;
            error_log stderr warn;
            worker_processes 1;
            events { worker_connections 4096; }
            http {
                access_log off;
                client_body_temp_path {{directory}}/body;
                proxy_temp_path {{directory}}/proxy;
                fastcgi_temp_path {{directory}}/fastcgi;
                uwsgi_temp_path {{directory}}/uwsgi;
                scgi_temp_path {{directory}}/scgi;
                server {
                    listen 80;
                    add_header X-Served-By node-{{node}};
                    location / { return 200 "ok\n"; }
                }
            }

            """);
        lab.Start(node, $"web-{node}", ["nginx", "-e", "stderr", "-c", config]);
        Until.True($"nginx on {node} answers", () => lab.Exec(node, "curl", "-sf", "http://127.0.0.1/").ExitCode == 0);
    }
}
