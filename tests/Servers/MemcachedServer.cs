using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Tests.Servers;

/// <summary>A real memcached of the test's own, that can be stopped, killed and brought back empty.</summary>
public sealed class MemcachedServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly string[] _arguments;
    private Process? _process;

    private MemcachedServer(string[] arguments) => _arguments = arguments;

    public int Port { get; } = Ports.Take();

    public string Url => $"memcached://127.0.0.1:{Port}";

    public static async Task<MemcachedServer> StartAsync(params string[] arguments)
    {
        Need();
        var server = new MemcachedServer(arguments);
        await server.RunAsync();
        return server;
    }

    /// <summary>Skips the test, or fails it in CI, when the program is missing.</summary>
    public static void Need()
    {
        if ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static folder => File.Exists(Path.Combine(folder, "memcached")))) return;
        const string Missing = "memcached is not installed: apt-get install memcached";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Missing);
        Assert.Skip(Missing);
    }

    // Values of 1 MiB and their header need items a little larger than the default.
    public async Task RunAsync()
    {
        _process = Process.Start(new ProcessStartInfo("memcached", ["-l", "127.0.0.1", "-p", $"{Port}", "-U", "0", .. Environment.IsPrivilegedProcess ? (string[])["-u", "root"] : [], "-I", "2m", .. _arguments]) { RedirectStandardError = true })!;
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(AnswersAsync, s_patience, () => "memcached did not start.");
    }

    public void Stop() => _ = SendSignal(_process!.Id, 19);

    public void Continue() => _ = SendSignal(_process!.Id, 18);

    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>What the server answers to one line, up to the end of its answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\nmn\r\n"));
        using var reader = new StreamReader(client.GetStream());
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line && line != "MN") lines.Add(line);
        return string.Join('\n', lines);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) Continue();
        await KillAsync();
        _process?.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited) throw new InvalidOperationException($"memcached ended with {_process.ExitCode}.");
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

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int processId, int signal);
}
