using System.Diagnostics;

namespace EmrSim.Deploy.Tests;

/// <summary>The nginx of the compose file, with its own configuration, on a free port before instances of this machine.</summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("emrsim-nginx-").FullName;
    private readonly Process _nginx;

    public FrontDoor(int port, IEnumerable<int> backends)
    {
        Tools.Need("nginx", "nginx");
        Url = new($"http://127.0.0.1:{port}");
        var servers = string.Join("\n    ", backends.Select(static backend => $"server 127.0.0.1:{backend} max_fails=1 fail_timeout=2s;"));
        // Debian's nginx looks names up once only; that one line, the port and the paths are all that differs.
        var backendsFile = string.Join('\n', File.ReadAllLines(ComposeFile.PathOf("nginx/backends.conf")).Where(static line => !line.StartsWith("resolver", StringComparison.Ordinal)))
            .Replace("server backend:3002 resolve max_fails=1 fail_timeout=2s;", servers, StringComparison.Ordinal);
        Assert.DoesNotContain("backend:3002", backendsFile, StringComparison.Ordinal);
        var site = File.ReadAllText(ComposeFile.PathOf("nginx/emrsim.conf"))
            .Replace("include /etc/nginx/emrsim/backends.conf;", $"include {_folder}/backends.conf;", StringComparison.Ordinal)
            .Replace("listen 8080;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "backends.conf"), backendsFile);
        File.WriteAllText(Path.Combine(_folder, "site.conf"), site);
        var temporary = string.Join('\n', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(kind => $"    {kind}_temp_path {_folder}/{kind};"));
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            pid {{_folder}}/nginx.pid;
            error_log {{_folder}}/error.log;
            worker_processes 1;
            events { worker_connections 256; }
            http {
                access_log off;
            {{temporary}}
                include {{_folder}}/site.conf;
            }
            """);
        _nginx = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", _folder, "-c", Path.Combine(_folder, "nginx.conf")]))!;
    }

    public Uri Url { get; }

    public string Errors => File.Exists(Path.Combine(_folder, "error.log")) ? File.ReadAllText(Path.Combine(_folder, "error.log")) : "";

    public async ValueTask DisposeAsync()
    {
        if (!_nginx.HasExited)
        {
            // The master stops its workers on this.
            using var stop = Process.Start("kill", ["-TERM", $"{_nginx.Id}"]);
            await _nginx.WaitForExitAsync();
        }

        _nginx.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
