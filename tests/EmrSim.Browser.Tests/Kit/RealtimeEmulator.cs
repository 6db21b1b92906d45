using System.Diagnostics;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>The emulated voice service as a process of its own.</summary>
public sealed class RealtimeEmulator : IAsyncDisposable
{
    private readonly Process _process;

    private RealtimeEmulator(Process process, int port)
    {
        _process = process;
        Http = new() { BaseAddress = new($"http://127.0.0.1:{port}") };
    }

    public HttpClient Http { get; }

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["VOICE_ENABLED"] = "true",
        ["OPENAI_API_KEY"] = "sk-test-1234567890abcdef",
        ["OPENAI_BASE_URL"] = $"{Http.BaseAddress}v1",
    };

    public static async Task<RealtimeEmulator> StartAsync()
    {
        var script = BrowserKit.PathOf("realtime-emulator/emulator.js", needs: "werift");
        var process = Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The realtime emulator did not start.");
        return new(process, int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    public async Task PlayAsync(string[] student, string[] patient, int wordMs = 40)
    {
        using var response = await Http.PostAsync("/script", new { student, patient, wordMs });
        response.EnsureSuccessStatusCode();
    }

    public async Task DoAsync(string what, object body)
    {
        using var response = await Http.PostAsync(what, body);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>What the newest call has received and sent.</summary>
    public async Task<JsonElement> LastCallAsync()
    {
        using var response = await Http.GetAnswerAsync("/calls");
        return (await response.JsonAsync()).GetProperty("calls").EnumerateArray().Last();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
