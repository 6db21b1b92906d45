using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EmrSim.Server.Tests.Processes;
using StackExchange.Redis;

namespace EmrSim.Tests.Servers;

/// <summary>Three primaries, each with a replica, in a real cluster that fails over after about a second.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16384;
    private const string UsersRights = "~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time +cluster";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly string? _password;
    private readonly string? _user;
    private readonly TlsFiles? _tls;

    private RedisCluster(string? password, string? user, TlsFiles? tls) => (_password, _user, _tls) = (password, user, tls);

    public IReadOnlyList<RedisServer> Servers { get; private set; } = [];

    public string Url => $"{(_tls is null ? "redis" : "rediss")}+cluster://{(_password is null ? "" : $"{_user}:{Uri.EscapeDataString(_password)}@")}{string.Join(',', Servers.Take(3).Select(static server => $"127.0.0.1:{server.Port}"))}{(_tls is null ? "" : $"/?{_tls.Query}")}";

    /// <summary>With a user, that one has the password and no more rights than docs/servers.md names.</summary>
    public static async Task<RedisCluster> StartAsync(string? password = null, bool tls = false, string? user = null)
    {
        var cluster = new RedisCluster(password, user, tls ? new() : null);
        try
        {
            await cluster.RunAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync()
    {
        string[] entry = [.. _user is not null ? ["--user", _user, "on", $">{_password}", .. UsersRights.Split(' ')] : _password is null ? [] : (string[])["--requirepass", _password, "--masterauth", _password], .. _tls is null ? [] : (string[])[.. _tls.Arguments, "--tls-cluster", "yes"]];
        Servers = [.. Enumerable.Range(0, 6).Select(_ => Prepare(entry))];
        await Task.WhenAll(Servers.Select(static server => server.RunAsync()));
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var server = Servers[i];
            ids.Add((string)(await server.AskItselfAsync("CLUSTER", "MYID"))!);
            await server.AskItselfAsync("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
            if (i < 3) await server.AskItselfAsync("CLUSTER", "ADDSLOTSRANGE", Slots * i / 3, (Slots * (i + 1) / 3) - 1);
            if (i > 0) await server.AskItselfAsync("CLUSTER", "MEET", "127.0.0.1", Servers[0].Port, Servers[0].BusPort);
        }

        for (var i = 3; i < 6; i++)
        {
            var replica = Servers[i];
            var primary = ids[i - 3];
            await Eventually.TrueAsync(async () => ((string?)await replica.AskItselfAsync("CLUSTER", "NODES"))!.Contains(primary, StringComparison.Ordinal), s_patience, static () => "The nodes do not meet.");
            await replica.AskItselfAsync("CLUSTER", "REPLICATE", primary);
        }

        await SettledAsync();
    }

    /// <summary>All of them run and have come together, whatever another test left behind.</summary>
    public async Task MendedAsync()
    {
        foreach (var server in Servers.Where(static server => !server.IsRunning)) await server.RunAsync();
        await SettledAsync();
    }

    /// <summary>All slots served, each primary with a replica in step, known to every running node.</summary>
    public async Task SettledAsync()
    {
        var wrong = "not looked yet";
        await Eventually.TrueAsync(
            async () =>
            {
                var found = new List<string>();
                foreach (var server in Servers.Where(static server => server.IsRunning)) found.AddRange(await WrongAsync(server));
                wrong = string.Join("; ", found);
                return found.Count == 0;
            },
            s_patience,
            () => $"The cluster does not come together: {wrong}");
    }

    private static async Task<IReadOnlyList<string>> WrongAsync(RedisServer server)
    {
        var wrong = new List<string>();
        var nodes = await NodesAsync(server);
        var away = nodes.Where(static node => node.IsAway).Select(static node => node.Port).ToList();
        var primaries = nodes.Count(static node => node.IsPrimary && node.Slots.Count > 0 && !node.IsAway);
        if (primaries != 3) wrong.Add($"{server.Port} sees {primaries} primaries");
        if (nodes.Count - away.Count < 6) wrong.Add($"{server.Port} sees {nodes.Count} nodes, away {string.Join(", ", away)}");
        if (!((string)(await server.AskItselfAsync("CLUSTER", "INFO"))!).Contains("cluster_state:ok", StringComparison.Ordinal)) wrong.Add($"{server.Port} says that its state is not ok");
        var replication = ((string?)await server.AskItselfAsync("INFO", "replication"))!;
        if (!replication.Contains("state=online", StringComparison.Ordinal) && !replication.Contains("master_link_status:up", StringComparison.Ordinal)) wrong.Add($"{server.Port} has nobody in step: {replication.ReplaceLineEndings(" ")}");
        return wrong;
    }

    /// <summary>The running primary that serves this key's slot, as the nodes see it.</summary>
    public async Task<RedisServer> PrimaryOfAsync(string key) => await PrimaryOfAsync(await SlotAsync(key));

    public async Task<int> SlotAsync(string key) => (int)await Servers.First(static server => server.IsRunning).AskItselfAsync("CLUSTER", "KEYSLOT", key);

    public async Task<RedisServer> PrimaryOfAsync(int slot)
    {
        foreach (var server in Servers.Where(static server => server.IsRunning))
        {
            if ((await NodesAsync(server)).Find(node => node.IsPrimary && !node.IsAway && node.Slots.Exists(range => slot >= range.From && slot <= range.To)) is { } owner && Servers.FirstOrDefault(other => other.Port == owner.Port) is { IsRunning: true } found) return found;
        }

        throw new InvalidOperationException($"Slot {slot} has no primary.");
    }

    /// <summary>Waits until a slot whose primary was lost has one again.</summary>
    public Task NextPrimaryAsync(int slot) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return await PrimaryOfAsync(slot) is not null;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        },
        s_patience,
        static () => "No failover.");

    /// <summary>Moves slots with their keys as an operator's tool does, while clients go on.</summary>
    public Task MoveSlotsAsync(int first, int count) => MoveAsync(first, _ => Task.FromResult(Enumerable.Range(first, count)));

    /// <summary>Moves some of the slots in which the primary of the first has keys; gives how many keys they held.</summary>
    public Task<int> MoveUsedSlotsAsync(int first, int most) => MoveAsync(first, async server =>
    {
        var slots = new HashSet<int>();
        await foreach (var key in server.KeysAsync(pageSize: 1000)) slots.Add(server.Multiplexer.HashSlot(key));
        return slots.Take(most);
    });

    /// <summary>Leaves a slot in the middle of its move, with these keys moved; moving it as a whole ends that.</summary>
    public async Task HalfMoveSlotAsync(int slot, params string[] moved)
    {
        var (from, to) = (await PrimaryOfAsync(slot), await PrimaryOfAsync((slot + (Slots / 3)) % Slots));
        await to.AskItselfAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", (string)(await from.AskItselfAsync("CLUSTER", "MYID"))!);
        await from.AskItselfAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", (string)(await to.AskItselfAsync("CLUSTER", "MYID"))!);
        foreach (var key in moved) await from.AskItselfAsync("MIGRATE", "127.0.0.1", to.Port, key, 0, 5000);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers) await server.DisposeAsync();
        _tls?.Dispose();
    }

    private async Task<int> MoveAsync(int first, Func<IServer, Task<IEnumerable<int>>> choose)
    {
        var from = await PrimaryOfAsync(first);
        var to = await PrimaryOfAsync((first + (Slots / 3)) % Slots);
        await using var source = await from.ConnectAsync();
        await using var target = await to.ConnectAsync();
        var (there, here) = (source.GetServers().First(server => Port(server.EndPoint) == from.Port), target.GetServers().First(server => Port(server.EndPoint) == to.Port));
        var (fromId, toId) = ((string)(await there.ExecuteAsync("CLUSTER", "MYID"))!, (string)(await here.ExecuteAsync("CLUSTER", "MYID"))!);
        var moved = 0;
        foreach (var slot in await choose(there))
        {
            await here.ExecuteAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
            await there.ExecuteAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
            while (true)
            {
                var keys = (string[])(await there.ExecuteAsync("CLUSTER", "GETKEYSINSLOT", slot, 100))!;
                if (keys.Length == 0) break;
                object[] migrate = ["127.0.0.1", to.Port, "", 0, 5000, .. _password is null || _user is not null ? [] : (object[])["AUTH", _password], "KEYS", .. keys];
                await there.ExecuteAsync("MIGRATE", migrate);
                moved += keys.Length;
            }

            await here.ExecuteAsync("CLUSTER", "SETSLOT", slot, "NODE", toId);
            await there.ExecuteAsync("CLUSTER", "SETSLOT", slot, "NODE", toId);
        }

        return moved;
    }

    private static int Port(EndPoint endpoint) => endpoint is IPEndPoint address ? address.Port : ((DnsEndPoint)endpoint).Port;

    private static async Task<List<Node>> NodesAsync(RedisServer server)
    {
        var text = (string)(await server.AskItselfAsync("CLUSTER", "NODES"))!;
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => Node.Read(line.Split(' ')))];
    }

    private RedisServer Prepare(string[] arguments)
    {
        var bus = Ports.Take();
        return RedisServer.Prepare(
            [.. arguments, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "1000", "--cluster-port", $"{bus}", "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"],
            options =>
            {
                if (_user is null) options.Password = _password;
                if (_tls is not null) TlsFiles.Enter(options);
            },
            busPort: bus);
    }

    private sealed record Node(int Port, bool IsPrimary, bool IsAway, List<(int From, int To)> Slots)
    {
        public static Node Read(string[] fields)
        {
            var flags = fields[2].Split(',');
            var address = fields[1].Split('@')[0];
            return new(
                int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture),
                flags.Contains("master"),
                flags.Any(static flag => flag is "fail" or "fail?" or "handshake" or "noaddr") || fields[7] == "disconnected",
                [.. fields.Skip(8).Where(static part => !part.StartsWith('[')).Select(static part => part.Split('-')).Select(static ends => (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture)))]);
        }
    }
}
