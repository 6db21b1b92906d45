using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EmrSim.Server.Tests.Processes;
using StackExchange.Redis;

namespace EmrSim.Tests.Servers;

/// <summary>A real redis-server of the test's own, that can be stopped, killed and brought back with or without its data.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int SigStop = 19;
    private const int SigContinue = 18;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly string _directory = Directory.CreateTempSubdirectory("emrsim-redis-").FullName;
    private readonly string[] _arguments;
    private Process? _process;
    private string _program = "redis-server";
    private bool _isSentinel;

    private RedisServer(string[] arguments, int port)
    {
        _arguments = arguments;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Where the nodes of a cluster talk to each other.</summary>
    public int BusPort { get; private init; }

    public bool IsRunning => _process is { HasExited: false };

    public string Folder => _directory;

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>How the tests' own client gets in, when that needs more than the port.</summary>
    public Action<ConfigurationOptions>? Entry { get; init; }

    /// <summary>Skips the test, or fails it in CI, when the program is missing.</summary>
    public static void Need()
    {
        if (Find("redis-server") is not null) return;
        const string Missing = "redis-server is not installed: apt-get install redis-server";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Missing);
        Assert.Skip(Missing);
    }

    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = Prepare(arguments);
        await server.RunAsync();
        return server;
    }

    /// <summary>Has a port, but does not run yet.</summary>
    public static RedisServer Prepare(string[] arguments, Action<ConfigurationOptions>? entry = null, string program = "redis-server", bool isSentinel = false, int busPort = 0)
    {
        if (program == "redis-server") Need();
        // Its own choice, 10,000 above its port, may be taken.
        if (busPort == 0 && arguments.Contains("--cluster-enabled")) arguments = [.. arguments, "--cluster-port", $"{Ports.Take()}"];
        return new(arguments, Ports.Take()) { Entry = entry, _program = program, _isSentinel = isSentinel, BusPort = busPort };
    }

    public async Task RunAsync()
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardOutput = true, WorkingDirectory = _directory };
        string[] all = [.. _isSentinel ? [] : Own(), .. _arguments.Select(argument => argument.Replace("{port}", $"{Port}", StringComparison.Ordinal).Replace("{dir}", _directory, StringComparison.Ordinal))];
        foreach (var argument in all) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        await Eventually.TrueAsync(AnswersAsync, s_patience, () => "redis-server did not start.");
    }

    public void Stop() => Signal(SigStop);

    public void Continue() => Signal(SigContinue);

    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task<IConnectionMultiplexer> ConnectAsync()
    {
        var options = new ConfigurationOptions { EndPoints = { { "127.0.0.1", Port } }, AllowAdmin = true, ConnectTimeout = 1000 };
        Entry?.Invoke(options);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>The same, on a server that was started with <c>--requirepass hush-hush</c>.</summary>
    public async Task<RedisResult> AskWithPasswordAsync(string command, params object[] arguments)
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { { "127.0.0.1", Port } }, Password = "hush-hush", AllowAdmin = true });
        return await client.GetDatabase().ExecuteAsync(command, arguments);
    }

    public async Task<RedisResult> AskAsync(string command, params object[] arguments)
    {
        await using var client = await ConnectAsync();
        return await client.GetDatabase().ExecuteAsync(command, arguments);
    }

    /// <summary>Asks this node and no other, wherever the client would send it.</summary>
    public async Task<RedisResult> AskItselfAsync(string command, params object[] arguments)
    {
        await using var client = await ConnectAsync();
        return await client.GetServer("127.0.0.1", Port).ExecuteAsync(command, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) Continue();
        await KillAsync();
        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string[] Own() => [.. Tls ? [] : (string[])["--port", $"{Port}"], "--bind", "127.0.0.1", "--save", "", "--dir", _directory];

    private bool Tls => _arguments.Contains("--tls-port");

    public static bool IsOnThePath(string program) => Find(program) is not null;

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited) throw new InvalidOperationException($"redis-server ended with {_process.ExitCode}.");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Signal(int signal) => _ = SendSignal(_process!.Id, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int processId, int signal);
}
