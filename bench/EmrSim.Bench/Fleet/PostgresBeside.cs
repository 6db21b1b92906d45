using System.Diagnostics;
using System.Globalization;

namespace EmrSim.Bench.Fleet;

/// <summary>A PostgreSQL of the benchmark's own, on loopback, that commits to the disk as it does by default.</summary>
public sealed class PostgresBeside : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("emrsim-bench-postgres-").FullName;
    private readonly string _programs;
    private readonly int _port = RedisBeside.FreePort();
    private Process? _server;

    private PostgresBeside(string programs) => _programs = programs;

    public string Url => $"postgres://postgres@127.0.0.1:{_port}/postgres?sslmode=disable";

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;SSL Mode=Disable");

    /// <summary>Null where it is not installed.</summary>
    public static async Task<PostgresBeside?> StartAsync()
    {
        IEnumerable<string> packaged = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateFiles("/usr/lib/postgresql", "initdb", SearchOption.AllDirectories) : [];
        if (packaged.Append("/usr/bin/initdb").Append("/usr/local/bin/initdb").FirstOrDefault(File.Exists) is not { } initdb) return null;
        var postgres = new PostgresBeside(Path.GetDirectoryName(initdb)!);
        await postgres.RunAsync();
        return postgres;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            using var owned = Process.Start("chown", ["postgres", _directory]);
            await owned.WaitForExitAsync();
        }

        var port = _port.ToString(CultureInfo.InvariantCulture);
        var data = Path.Combine(_directory, "data");
        await OnceAsync("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync");
        _server = Start("postgres", "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_directory}", "-c", "max_connections=300");
        while (await OnceAsync("pg_isready", "-q", "-h", "127.0.0.1", "-p", port) != 0)
        {
            if (_server.HasExited) throw new InvalidOperationException($"postgres ended with {_server.ExitCode}.");
            await Task.Delay(50);
        }
    }

    private async Task<int> OnceAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private Process Start(string program, params string[] arguments)
    {
        // PostgreSQL refuses to run as root.
        var file = Path.Combine(_programs, program);
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", file, .. arguments])
            : new ProcessStartInfo(file, arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, Path.GetTempPath());
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
