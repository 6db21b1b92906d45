using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EmrSim.Server.Tests.Processes;

/// <summary>The built server as a real process on a free port with a data directory of its own.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly bool _ownsData;

    private ServerProcess(Process process, int port, string dataDirectory, bool ownsData)
    {
        _process = process;
        _ownsData = ownsData;
        Port = port;
        DataDirectory = dataDirectory;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = s_patience };
    }

    public int Port { get; }

    public string DataDirectory { get; }

    public HttpClient Http { get; }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => string.Join('\n', _output);

    /// <summary>Starts the server and waits until it is ready to serve.</summary>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string>? settings = null, string? dataDirectory = null, bool asBuilt = false, bool asAnyUser = false)
    {
        var server = Launch(settings, dataDirectory, asBuilt, asAnyUser);
        try
        {
            await Eventually.TrueAsync(
                async () => server.HasExited
                    ? throw new InvalidOperationException($"The server ended with {server._process.ExitCode}:\n{server.Output}")
                    : await server.AnswersAsync("/health/ready"),
                s_patience,
                () => $"The server was not ready:\n{server.Output}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server without waiting, for starts that are meant to fail.</summary>
    public static ServerProcess Launch(IReadOnlyDictionary<string, string>? settings = null, string? dataDirectory = null, bool asBuilt = false, bool asAnyUser = false)
    {
        var port = settings?.TryGetValue("PORT", out var given) == true ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : Ports.Take();
        var data = dataDirectory ?? Directory.CreateTempSubdirectory("emrsim-data-").FullName;
        var start = asBuilt ? BuiltProgram.AsBuilt() : BuiltProgram.Start();
        if (asAnyUser && Environment.IsPrivilegedProcess) GiveUpRights(start);
        foreach (var inherited in Cleared) start.Environment.Remove(inherited);
        start.Environment["HOST"] = "127.0.0.1";
        start.Environment["PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DATA_DIR"] = data;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var process = new Process { StartInfo = start };
        var server = new ServerProcess(process, port, data, dataDirectory is null);
        process.OutputDataReceived += (_, line) => server.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => server.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>SIGKILL: nothing of the process runs after this.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stands still, with all that it has open.</summary>
    public void Stand() => _ = SendSignal(_process.Id, 19);

    /// <summary>SIGCONT.</summary>
    public void GoOn() => _ = SendSignal(_process.Id, 18);

    /// <summary>SIGTERM, and the exit code once it is gone.</summary>
    public async Task<int> StopAsync()
    {
        _ = SendSignal(_process.Id, 15);
        return await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        if (_ownsData) Directory.Delete(DataDirectory, recursive: true);
    }

    public async Task<bool> AnswersAsync(string path)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>What the tests' own environment must not tell the program.</summary>
    public static IReadOnlyList<string> Cleared { get; } = ["REDIS_URL", "SESSION_STORE_URL", "DATABASE_URL", "CONTENT_DIR", "SQLITE_PATH", "DB_PATH", "OPENAI_API_KEY", "VOICE_ENABLED", "TEACHER_KEY", "NODE_ENV", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    // Root may read and write everything; without these rights it is refused as every other user is.
    private static void GiveUpRights(ProcessStartInfo start)
    {
        foreach (var (place, word) in ((string[])["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", start.FileName]).Index()) start.ArgumentList.Insert(place, word);
        start.FileName = "setpriv";
    }

    private void Keep(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int processId, int signal);
}
