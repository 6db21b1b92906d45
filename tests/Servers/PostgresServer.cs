using System.Diagnostics;
using EmrSim.Server.Tests.Processes;
using Npgsql;

namespace EmrSim.Tests.Servers;

/// <summary>A PostgreSQL of the tests' own, in a directory of its own, on a free port. Starts when it is first asked for.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Packages = "/usr/lib/postgresql";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _starting = new(1);
    private readonly int _port = Ports.Take();
    private string? _directory;
    private string? _programs;
    private Process? _server;

    /// <summary>The postgres:// address of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_server is null) await StartAsync();
        }
        finally
        {
            _starting.Release();
        }

        var name = $"emrsim_{Guid.NewGuid():N}";
        await RunAsync($"CREATE DATABASE {name}");
        return $"postgres://postgres@127.0.0.1:{_port}/{name}?sslmode=disable";
    }

    /// <summary>Stops all its processes where they are: connections stay, answers do not come.</summary>
    public Task FreezeAsync() => SignalAllAsync("STOP");

    public Task ThawAsync() => SignalAllAsync("CONT");

    /// <summary>SIGKILL to all its processes.</summary>
    public async Task KillAsync()
    {
        if (_server is not { HasExited: false }) return;
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
    }

    /// <summary>Starts again with the data that it had, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        _server!.Dispose();
        await ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await KillAsync();
        _server?.Dispose();
        _starting.Dispose();
        if (_directory is not null) Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync()
    {
        if (Programs() is not { } programs)
        {
            const string Missing = "PostgreSQL is not installed: apt-get install postgresql";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Missing);
            Assert.Skip(Missing);
            return;
        }

        _programs = programs;
        _directory = Directory.CreateTempSubdirectory("emrsim-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            using var owned = Process.Start("chown", ["postgres", _directory])!;
            await owned.WaitForExitAsync();
        }

        using var made = Start(Path.Combine(programs, "initdb"), ["-D", Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]);
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
        await ServeAsync();
    }

    private string Data => Path.Combine(_directory!, "data");

    private async Task ServeAsync()
    {
        _server = Start(
            Path.Combine(_programs!, "postgres"),
            ["-D", Data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_directory}", "-c", "max_connections=300", "-c", "fsync=off"]);
        await Eventually.TrueAsync(AnswersAsync, s_patience, () => "PostgreSQL did not start.");
    }

    private static Process Start(string program, string[] arguments)
    {
        // PostgreSQL refuses to run as root.
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, Path.GetTempPath());
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task SignalAllAsync(string signal)
    {
        var postmaster = $"{_server!.Id}";

        // The postmaster first, so that it makes no more.
        foreach (var target in (string[][])[["kill", $"-{signal}", postmaster], ["pkill", $"-{signal}", "-P", postmaster]])
        {
            using var sent = Process.Start(target[0], target[1..])!;
            await sent.WaitForExitAsync();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await RunAsync("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string? Programs()
    {
        IEnumerable<string> packaged = Directory.Exists(Packages) ? Directory.EnumerateFiles(Packages, "initdb", SearchOption.AllDirectories) : [];
        return packaged.Append("/usr/bin/initdb").Append("/usr/local/bin/initdb")
            .Select(program => Path.GetDirectoryName(program)!)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}
