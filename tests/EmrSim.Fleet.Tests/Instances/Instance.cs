using System.Globalization;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Fleet.Tests.Instances;

/// <summary>One server process of the fleet: keeps its port and its way to Redis when it is started again.</summary>
public sealed class Instance : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly Dictionary<string, string> _settings;
    private readonly string _data;
    private readonly HttpClient _health;
    private ServerProcess? _process;

    public Instance(string name, IReadOnlyDictionary<string, string> settings, string data, StoreLink? link)
    {
        (Name, Link, _data) = (name, link, data);
        var port = Ports.Take();
        _settings = new(settings) { ["PORT"] = port.ToString(CultureInfo.InvariantCulture) };
        if (link is not null) _settings["REDIS_URL"] = $"redis://127.0.0.1:{link.Port}";
        Url = new($"http://127.0.0.1:{port}");

        // As a load balancer keeps them: a few connections, given up soon.
        Http = new(new SocketsHttpHandler { ConnectTimeout = s_patience, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(15) };
        _health = new() { BaseAddress = Url, Timeout = s_patience };
    }

    public string Name { get; }

    public Uri Url { get; }

    public StoreLink? Link { get; }

    public HttpClient Http { get; }

    public bool Runs => _process is { HasExited: false };

    public int Starts { get; private set; }

    public string Output => _process?.Output ?? "";

    public async Task StartAsync(params (string Name, string Value)[] more)
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = null;
        Starts++;
        var settings = new Dictionary<string, string>(_settings);
        foreach (var (name, value) in more) settings[name] = value;
        _process = await ServerProcess.StartAsync(settings, _data);
    }

    public Task KillAsync() => _process!.KillAsync();

    public Task<int> StopAsync() => _process!.StopAsync();

    /// <summary>What it says of itself: healthy, degraded, unhealthy, or gone when it says nothing.</summary>
    public async Task<string> StatusAsync()
    {
        try
        {
            using var answer = await _health.GetAsync(new Uri("/health", UriKind.Relative));
            using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return said.RootElement.GetProperty("status").GetString()!;
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or JsonException)
        {
            return "gone";
        }
    }

    /// <summary>How many voice tokens it has minted again since it was started, because the store had lost them.</summary>
    public async Task<int> MintedAgainAsync()
    {
        var metrics = await _health.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return metrics.Split('\n').Where(static line => line.StartsWith("voice_tokens_reminted_total", StringComparison.Ordinal)).Sum(static line => (int)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        if (Link is not null) await Link.DisposeAsync();
        Http.Dispose();
        _health.Dispose();
    }
}
