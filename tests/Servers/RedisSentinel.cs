using System.Globalization;
using EmrSim.Server.Tests.Processes;
using StackExchange.Redis;

namespace EmrSim.Tests.Servers;

/// <summary>A primary, two replicas and three sentinels, real ones, with a failover after one second.</summary>
public sealed class RedisSentinel : IAsyncDisposable
{
    public const string Name = "main";

    // What docs/servers.md names, and no more.
    private const string WatchersRights = "&* -@all +ping +sentinel +subscribe +client|setname";
    private const string Kit = "kit";
    // A sentinel that was not scheduled for two seconds does nothing for thirty (TILT).
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly string? _password;
    private readonly string? _sentinelPassword;
    private readonly string? _sentinelUser;

    private readonly int _downAfterMs;
    private readonly TlsFiles? _tls;

    private RedisSentinel(string? password, string? sentinelPassword, string? sentinelUser, int downAfterMs, TlsFiles? tls) =>
        (_password, _sentinelPassword, _sentinelUser, _downAfterMs, _tls) = (password, sentinelPassword, sentinelUser, downAfterMs, tls);

    public IReadOnlyList<RedisServer> Servers { get; private set; } = [];

    public IReadOnlyList<RedisServer> Sentinels { get; private set; } = [];

    public string Url
    {
        get
        {
            string[] options = [.. _sentinelUser is null ? [] : (string[])[$"sentinelUser={_sentinelUser}"], .. _sentinelPassword is null ? [] : (string[])[$"sentinelPassword={Uri.EscapeDataString(_sentinelPassword)}"], .. _tls is null ? [] : (string[])[_tls.Query]];
            return $"{(_tls is null ? "redis" : "rediss")}+sentinel://{(_password is null ? "" : $":{Uri.EscapeDataString(_password)}@")}{Hosts}/{Name}{(options.Length == 0 ? "" : "?")}{string.Join('&', options)}";
        }
    }

    public string Hosts => string.Join(',', Sentinels.Select(static sentinel => $"127.0.0.1:{sentinel.Port}"));

    /// <summary>With a user of the sentinels, that one has the least rights and the default user is off.</summary>
    public static async Task<RedisSentinel> StartAsync(string? password = null, string? sentinelPassword = null, int downAfterMs = 1000, bool tls = false, string? sentinelUser = null)
    {
        var group = new RedisSentinel(password, sentinelPassword, sentinelUser, downAfterMs, tls ? new() : null);
        try
        {
            await group.RunAsync();
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync()
    {
        string[] entry = [.. _password is null ? [] : (string[])["--requirepass", _password, "--masterauth", _password], .. _tls?.Arguments ?? []];
        var primary = Prepare(entry);
        Servers = [primary, Prepare([.. entry, "--replicaof", "127.0.0.1", $"{primary.Port}"]), Prepare([.. entry, "--replicaof", "127.0.0.1", $"{primary.Port}"])];
        foreach (var server in Servers) await server.RunAsync();
        Sentinels = [.. Enumerable.Range(0, 3).Select(_ => PrepareSentinel(primary.Port))];
        foreach (var sentinel in Sentinels) await sentinel.RunAsync();
        await SettledAsync();
    }

    /// <summary>The port that a majority of the running sentinels take for the primary's.</summary>
    public async Task<int> PrimaryPortAsync()
    {
        var ports = new List<int>();
        foreach (var sentinel in Sentinels)
        {
            if (await TryAskAsync(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", Name) is { } answer) ports.Add(int.Parse(((string[])answer!)[1], CultureInfo.InvariantCulture));
        }

        return ports.GroupBy(static port => port).OrderByDescending(static same => same.Count()).First().Key;
    }

    public async Task<RedisServer> PrimaryAsync()
    {
        var port = await PrimaryPortAsync();
        return Servers.Single(server => server.Port == port);
    }

    /// <summary>Another server than this one is the primary, and says so itself.</summary>
    public async Task<RedisServer> NextPrimaryAsync(RedisServer old)
    {
        RedisServer? next = null;
        await Eventually.TrueAsync(
            async () =>
            {
                next = await PrimaryAsync();
                return next != old && await TryAskAsync(next, "ROLE") is { } role && (string?)role[0] == "master";
            },
            s_patience,
            static () => "No failover.");
        return next!;
    }

    /// <summary>Makes an old primary that has returned a replica, as the sentinels would some ten seconds later.</summary>
    public async Task DemoteAsync(RedisServer old)
    {
        await old.AskAsync("REPLICAOF", "127.0.0.1", await PrimaryPortAsync());
        await SettledAsync();
    }

    /// <summary>All of them run and have come together, whatever another test left behind.</summary>
    public async Task MendedAsync()
    {
        foreach (var server in Servers.Concat(Sentinels).Where(static server => !server.IsRunning)) await server.RunAsync();
        await SettledAsync();
    }

    /// <summary>One primary with two replicas in step, known to all sentinels, so that the next failover can happen.</summary>
    public Task SettledAsync() => Eventually.TrueAsync(
        async () =>
        {
            foreach (var sentinel in Sentinels)
            {
                if (await TryAskAsync(sentinel, "SENTINEL", "MASTER", Name) is not { } facts) return false;
                var told = facts.ToDictionary();
                if ((string?)told["flags"] != "master" || (int)told["num-other-sentinels"] != 2 || (int)told["num-slaves"] != 2) return false;
            }

            if (await TryAskAsync(await PrimaryAsync(), "INFO", "replication") is not { } replication) return false;
            var lines = ((string?)replication ?? "").Split('\n');
            return lines.Count(static line => line.Contains("state=online", StringComparison.Ordinal)) == 2;
        },
        s_patience,
        static () => "The servers and sentinels do not come together.");

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Sentinels.Concat(Servers)) await server.DisposeAsync();
        _tls?.Dispose();
    }

    private static async Task<RedisResult?> TryAskAsync(RedisServer server, string command, params object[] arguments)
    {
        if (!server.IsRunning) return null;
        try
        {
            return await server.AskAsync(command, arguments);
        }
        catch (RedisException)
        {
            return null;
        }
    }

    private RedisServer Prepare(string[] arguments) =>
        RedisServer.Prepare([.. arguments, "--repl-diskless-sync-delay", "0", "--repl-timeout", "10"], options => Enter(options, _password));

    private void Enter(ConfigurationOptions options, string? password)
    {
        options.Password = password;
        if (_tls is not null) TlsFiles.Enter(options);
    }

    private RedisServer PrepareSentinel(int primary)
    {
        var sentinel = RedisServer.Prepare(["{dir}/sentinel.conf", "--sentinel"], options =>
        {
            Enter(options, _sentinelUser is null ? _sentinelPassword : Kit);
            if (_sentinelUser is not null) options.User = Kit;
            (options.CommandMap, options.TieBreaker) = (CommandMap.Sentinel, "");
            options.AllowAdmin = true;
        }, isSentinel: true);
        string[] lines =
        [
            .. _tls is null ? [$"port {sentinel.Port}"] : (string[])[.. _tls.Lines, $"tls-port {sentinel.Port}"],
            "bind 127.0.0.1",
            $"dir {sentinel.Folder}",
            $"sentinel monitor {Name} 127.0.0.1 {primary} 2",
            $"sentinel down-after-milliseconds {Name} {_downAfterMs}",
            $"sentinel failover-timeout {Name} 3000",
            $"sentinel parallel-syncs {Name} 2",
            .. _password is null ? [] : (string[])[$"sentinel auth-pass {Name} {_password}"],
            .. _sentinelUser is not null
                ? [$"user {_sentinelUser} on >{_sentinelPassword} {WatchersRights}", $"user {Kit} on >{Kit} ~* &* +@all", "user default off", $"sentinel sentinel-user {Kit}", $"sentinel sentinel-pass {Kit}"]
                : _sentinelPassword is null ? [] : (string[])[$"requirepass {_sentinelPassword}", $"sentinel sentinel-pass {_sentinelPassword}"],
        ];
        File.WriteAllLines(Path.Combine(sentinel.Folder, "sentinel.conf"), lines);
        return sentinel;
    }
}
