using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EmrSim.Bench;

/// <summary>A redis-server of the benchmark's own, on loopback, that keeps nothing.</summary>
public sealed class RedisBeside : IAsyncDisposable
{
    private readonly int _port;
    private Process _process;

    private RedisBeside(Process process, int port)
    {
        (_process, _port) = (process, port);
        Url = $"redis://127.0.0.1:{port}";
    }

    public string Url { get; }

    public static async Task<RedisBeside> StartAsync()
    {
        var port = FreePort();
        return new(await RunAsync(port), port);
    }

    /// <summary>Empty, on the same port.</summary>
    public async Task RunAgainAsync()
    {
        _process.Dispose();
        _process = await RunAsync(_port);
    }

    private static async Task<Process> RunAsync(int port)
    {
        string[] arguments = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        var process = Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() })!;
        process.BeginOutputReadLine();
        while (!await AnswersAsync(port))
        {
            if (process.HasExited) throw new InvalidOperationException($"redis-server ended with {process.ExitCode}.");
            await Task.Delay(10);
        }

        return process;
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>It answers no more, and keeps its connections.</summary>
    public async Task HangAsync()
    {
        using var sent = Process.Start("kill", ["-STOP", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await sent.WaitForExitAsync();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
