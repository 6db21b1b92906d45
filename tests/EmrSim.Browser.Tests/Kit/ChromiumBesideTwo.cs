using EmrSim.Server.Tests.Processes;
using EmrSim.Tests.Servers;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>A browser and two instances, which share a database and are rung over Redis.</summary>
public sealed class ChromiumBesideTwo : Chromium
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-two-").FullName;
    private RedisServer? _redis;

    public ServerProcess Second { get; private set; } = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Second is not null) await Second.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    protected override async Task<ServerProcess> StartServerAsync()
    {
        _redis = await RedisServer.StartAsync();
        var settings = new Dictionary<string, string> { ["REDIS_URL"] = _redis.Url };
        var first = await ServerProcess.StartAsync(settings, _data);
        Second = await ServerProcess.StartAsync(settings, _data);
        return first;
    }
}
