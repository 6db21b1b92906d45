using System.Diagnostics;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Memcached;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Two instances on two memcached servers and one database, and everything that can happen to one of the servers.</summary>
public sealed class MemcachedOutages : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-memcached-{Guid.NewGuid():N}.db");
    private MemcachedServer _left = null!;
    private MemcachedServer _right = null!;
    private RunningStore _one = null!;
    private RunningStore _two = null!;

    public async ValueTask InitializeAsync()
    {
        _left = await MemcachedServer.StartAsync();
        _right = await MemcachedServer.StartAsync();
        _one = await RunningStore.StartAsync(Options());
        _two = await RunningStore.StartAsync(Options());
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _left.DisposeAsync();
        await _right.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task A_server_that_is_lost_costs_no_operation_and_comes_back_with_what_lives()
    {
        for (var i = 0; i < 40; i++) await (i % 2 == 0 ? _one : _two).Store.SetAsync($"before{i}", Bytes($"v{i}"), s_minute, Token);
        await _right.KillAsync();
        for (var i = 0; i < 40; i++)
        {
            await _one.Store.SetAsync($"k{i}", Bytes($"v{i}"), s_minute, Token);
            Assert.Equal($"v{i}", await TextAsync(_two, $"k{i}"));
        }

        Assert.True(_one.Host.Status.Degraded);
        Assert.Contains($":{_right.Port}", _one.Host.Status.Server!.LastError, StringComparison.Ordinal);
        await _two.Store.RemoveAsync("k7", Token);
        Assert.Null(await TextAsync(_one, "k7"));
        await _right.RunAsync();
        await RecoveredAsync();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(i == 7 ? null : $"v{i}", await TextAsync(_two, $"k{i}"));
            Assert.Equal($"v{i}", await TextAsync(i % 2 == 0 ? _two : _one, $"before{i}"));
        }

        Assert.Contains("cmd_set", await _right.AskAsync("stats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_is_left_in_time_and_its_late_writes_win_over_nothing_newer()
    {
        var onRight = Enumerable.Range(0, 100).Select(static number => $"key{number}").First(IsOnRight);
        await _one.Store.SetAsync(onRight, Bytes("first"), s_minute, Token);
        _right.Stop();
        for (var i = 0; i < 6; i++)
        {
            var watch = Stopwatch.StartNew();
            await _one.Store.SetAsync(onRight, Bytes($"during{i}"), s_minute, Token);
            Assert.True(watch.ElapsedMilliseconds < 3000, $"{watch.ElapsedMilliseconds} ms");
        }

        await _two.Store.SetAsync(onRight, Bytes("last"), s_minute, Token);
        _right.Continue();
        await RecoveredAsync();
        Assert.Equal("last", await TextAsync(_one, onRight));
        Assert.Equal("last", await TextAsync(_two, onRight));
    }

    [Fact]
    public async Task A_flushed_server_is_filled_again()
    {
        for (var i = 0; i < 10; i++) await _one.Store.SetAsync($"k{i}", Bytes($"v{i}"), s_minute, Token);
        await _left.AskAsync("flush_all");
        await _right.AskAsync("flush_all");
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < 10; i++)
                {
                    if (await TextAsync(_two, $"k{i}") != $"v{i}") return false;
                }

                return true;
            },
            s_patience,
            () => "It stays empty.");
    }

    [Fact]
    public async Task Every_key_can_be_listed()
    {
        await _one.Store.SetAsync("some:ключ%20", Bytes("v"), s_minute, Token);
        await _one.Store.SetAsync("other", Bytes("v"), s_minute, Token);
        var keys = new List<string>();
        await Eventually.TrueAsync(
            async () =>
            {
                keys.Clear();
                foreach (var server in (MemcachedServer[])[_left, _right])
                {
                    await foreach (var key in KeyDump.OfAsync("127.0.0.1", server.Port, null, TimeProvider.System, Token)) keys.Add(key);
                }

                return keys.Contains("some:ключ%20") && keys.Contains("other");
            },
            s_patience,
            () => string.Join(' ', keys));
    }

    [Fact]
    public async Task Another_server_on_the_port_and_a_wrong_password_are_named()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var stranger = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse($"memcached://127.0.0.1:{redis.Port}") });
        await stranger.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        Assert.Equal("v", await TextAsync(stranger, "k"));
        await Eventually.TrueAsync(() => stranger.Host.Status.Server!.LastError?.Contains("refuses", StringComparison.Ordinal) == true || stranger.Host.Status.Server!.LastError?.Contains("not a memcached", StringComparison.Ordinal) == true, s_patience, () => $"{stranger.Host.Status.Server}");

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "emrsim:right\n", Token);
        await using var locked = await MemcachedServer.StartAsync("-Y", file);
        foreach (var (login, complaint) in ((string, string)[])[("emrsim:hush@", "wrong user or password"), ("", "asks for a password")])
        {
            await using var refused = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse($"memcached://{login}127.0.0.1:{locked.Port}") });
            await Eventually.TrueAsync(() => refused.Host.Status.Server!.LastError?.Contains(complaint, StringComparison.Ordinal) == true, s_patience, () => $"{refused.Host.Status.Server}");
            Assert.Equal(0, refused.Log.Count("hush"));
            Assert.True(refused.Host.Status.Degraded);
        }

        File.Delete(file);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private bool IsOnRight(string key) => new NodeRing([$"127.0.0.1:{_left.Port}", $"127.0.0.1:{_right.Port}"]).NodeOf(key) == 1;

    private SessionStoreOptions Options() => new()
    {
        Server = StoreUrl.Parse($"memcached://127.0.0.1:{_left.Port},127.0.0.1:{_right.Port}"),
        Database = Databases.Sqlite(_file),
        DatabaseTimeout = TimeSpan.FromSeconds(5),
    };

    private Task RecoveredAsync() => Eventually.TrueAsync(
        () => !_one.Host.Status.Degraded && !_two.Host.Status.Degraded && _one.Host.Status.PendingPromotions == 0 && _two.Host.Status.PendingPromotions == 0,
        s_patience,
        () => $"{_one.Host.Status} {_two.Host.Status}");
}
