using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Live.SocketIo;

/// <summary>The client from npm in a process of its own, and what it heard.</summary>
public sealed class OfficialClient : IAsyncDisposable
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "socket-io-client");
    private readonly Process _node;
    private readonly ConcurrentQueue<(string Name, JsonElement Payload)> _heard = new();

    private OfficialClient(Process node) => _node = node;

    public IReadOnlyList<JsonElement> Transcripts => Heard("transcript");

    public static async Task<OfficialClient> ConnectAsync(ServerProcess server, string transports, bool upgrade = true)
    {
        var client = Begin(server.Port, transports, upgrade);
        await client.HeardAsync("connect", 1);
        return client;
    }

    /// <summary>Does not wait until it is connected.</summary>
    public static OfficialClient Begin(int port, string transports, bool upgrade = true)
    {
        SkipWithoutNode();
        var node = new Process
        {
            StartInfo = new("node", [Path.Combine(s_folder, "client.js"), $"http://127.0.0.1:{port}", transports, upgrade ? "true" : "false"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var client = new OfficialClient(node);
        node.OutputDataReceived += (_, line) => client.Keep(line.Data);
        node.ErrorDataReceived += (_, line) => client.Complain(line.Data);
        node.Start();
        node.BeginOutputReadLine();
        node.BeginErrorReadLine();
        return client;
    }

    public IReadOnlyList<JsonElement> Heard(string name) => [.. _heard.Where(heard => heard.Name == name).Select(heard => heard.Payload)];

    public async Task<JsonElement> HeardAsync(string name, int count)
    {
        await Eventually.TrueAsync(() => Heard(name).Count >= count, TimeSpan.FromSeconds(20), () => $"{name} came {Heard(name).Count} times, not {count}:\n{string.Join('\n', _heard)}");
        return Heard(name)[count - 1];
    }

    public async Task EmitAsync(string name, object payload)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new[] { name, payload }));
        await _node.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    public async Task<JsonElement> AskAsync(string name, object payload)
    {
        var before = Heard("ack").Count;
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new[] { name, payload, true }));
        await _node.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        return await HeardAsync("ack", before + 1);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_node.HasExited) _node.Kill();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }

    private static void SkipWithoutNode()
    {
        if (Directory.Exists(Path.Combine(s_folder, "node_modules")) && Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "node")))) return;
        const string Missing = "The official client is not installed: apt-get install nodejs npm; npm ci in tests/socket-io-client";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Missing);
        Assert.Skip(Missing);
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        var told = JsonSerializer.Deserialize<JsonElement[]>(line)!;
        _heard.Enqueue((told[0].GetString()!, told.Length > 1 ? told[1] : default));
    }

    private void Complain(string? line)
    {
        if (line is not null) _heard.Enqueue((line, default));
    }
}
