namespace EmrSim.SessionStore.Tests.Contract;

public abstract class OnMemcachedServers(int servers) : StoreContract
{
    private readonly List<MemcachedServer> _servers = [];

    protected override string FirstTier => "memcached";

    protected override async ValueTask<SessionStoreOptions> OptionsAsync()
    {
        while (_servers.Count < servers) _servers.Add(await MemcachedServer.StartAsync(Arguments));
        return new() { Server = StoreUrl.Parse($"memcached://{Login}{string.Join(',', _servers.Select(static server => $"127.0.0.1:{server.Port}"))}"), OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } };
    }

    protected virtual string[] Arguments => [];

    protected virtual string Login => "";

    protected override async ValueTask CloseAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }
}

public sealed class OnMemcached() : OnMemcachedServers(1);

public sealed class OnThreeMemcachedServers() : OnMemcachedServers(3);

public sealed class OnMemcachedWithAPassword() : OnMemcachedServers(1)
{
    private readonly string _file = Path.GetTempFileName();

    protected override string[] Arguments
    {
        get
        {
            File.WriteAllText(_file, "emrsim:s3cret\n");
            return ["-Y", _file];
        }
    }

    protected override string Login => "emrsim:s3cret@";

    protected override async ValueTask CloseAsync()
    {
        await base.CloseAsync();
        File.Delete(_file);
    }
}
