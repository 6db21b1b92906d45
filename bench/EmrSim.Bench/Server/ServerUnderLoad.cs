using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace EmrSim.Bench.Server;

/// <summary>The server's Release build as a process of its own, with limits that count but refuse nothing, and a directory that goes with it.</summary>
public sealed class ServerUnderLoad : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _data;

    private ServerUnderLoad(Process process, int port, string data)
    {
        _process = process;
        _data = data;
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Port { get; }

    public HttpClient Http { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Resident memory in MB, as the kernel tells it.</summary>
    public double ResidentMegabytes =>
        double.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    /// <summary>Processor time of the server alone, which a busy machine disturbs less than it does the clock on the wall.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<ServerUnderLoad> StartAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var port = RedisBeside.FreePort();
        var data = Directory.CreateTempSubdirectory("emrsim-bench-").FullName;
        string[] program = Environment.GetEnvironmentVariable("EMRSIM_PROGRAM") is { Length: > 0 } published ? [published] : ["dotnet", Path.Combine(Repository.Root, "artifacts/bin/EmrSim.Server/release/emrsim.dll")];
        var start = new ProcessStartInfo(program[0], program[1..])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = data,
        };
        foreach (var (name, value) in Quiet(port, data).Concat(settings ?? new Dictionary<string, string>())) start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += static (_, _) => { };
        var watch = Stopwatch.StartNew();
        process.Start();
        process.BeginOutputReadLine();
        var server = new ServerUnderLoad(process, port, data);
        while (!await server.AnswersAsync())
        {
            if (process.HasExited) throw new InvalidOperationException($"The server ended with {process.ExitCode}.");
            await Task.Delay(5);
        }

        server.StartTime = watch.Elapsed;
        return server;
    }

    /// <summary>Kills the server as it is and counts the turns that its database holds.</summary>
    public async Task<long> CountStoredAfterKillAsync()
    {
        await KillAsync();
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Directory.GetFiles(_data, "*.db").Single(), Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM transcript_item";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await KillAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task KillAsync()
    {
        if (_process.HasExited) return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    private static Dictionary<string, string> Quiet(int port, string data) => new()
    {
        ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["HOST"] = "127.0.0.1",
        ["DATA_DIR"] = data,
        ["LOG_LEVEL"] = "error",
        ["LIMIT_TOKEN_PER_SESSION"] = "1000000",
        ["LIMIT_RELAY_PER_SESSION"] = "1000000",
        ["LIMIT_TOKEN_PER_ADDRESS"] = "1000000",
        ["LIMIT_SESSIONS_PER_ADDRESS"] = "1000000",
        ["LIMIT_RELAY_PER_ADDRESS"] = "10000000",
    };

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri("/health", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
