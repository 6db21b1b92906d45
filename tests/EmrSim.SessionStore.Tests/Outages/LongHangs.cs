using System.Diagnostics;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>A server that hangs for longer than its connections are believed, and goes on.</summary>
public sealed class LongHangs : IAsyncLifetime
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-hang-{Guid.NewGuid():N}.db");
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync("--appendonly", "no");

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task Is_used_again_soon_after_it_goes_on()
    {
        Assert.True(StoreUrl.TryParse(_redis.Url, out var url, out _));
        await using var store = await RunningStore.StartAsync(new() { Server = url, Database = Databases.Sqlite(_file), DatabaseTimeout = TimeSpan.FromSeconds(5) });
        var begin = Stopwatch.GetTimestamp();
        _redis.Stop();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var asking = AskAsync(store, over.Token);
        await Task.Delay(s_hang, TestContext.Current.CancellationToken);
        Assert.True(store.Host.Status.Degraded);
        TestContext.Current.TestOutputHelper!.WriteLine($"continue at {Stopwatch.GetElapsedTime(begin)}");
        _redis.Continue();
        var goesOn = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => !store.Host.Status.Degraded, s_patience, () => $"{store.Host.Status}");
        var took = Stopwatch.GetElapsedTime(goesOn);
        await over.CancelAsync();
        await asking;
        TestContext.Current.TestOutputHelper!.WriteLine($"{took}\n{string.Join('\n', store.Log.Lines)}");
        Assert.True(took < TimeSpan.FromSeconds(2.5), $"{took}\n{string.Join('\n', store.Log.Lines)}");
    }

    [Fact]
    public async Task Are_waited_for_once_also_by_one_who_asks_alone()
    {
        Assert.True(StoreUrl.TryParse(_redis.Url, out var url, out _));
        await using var store = await RunningStore.StartAsync(new() { Server = url, Database = Databases.Sqlite(_file), DatabaseTimeout = TimeSpan.FromSeconds(5) });
        await store.Store.SetAsync("k", new byte[] { 1 }, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.False(store.Host.Status.Degraded, $"{store.Host.Status}");
        _redis.Stop();
        await store.Store.SetAsync("k", new byte[] { 2 }, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(store.Host.Status.Degraded, $"{store.Host.Status}");
        var found = await store.Store.GetAsync("k", TestContext.Current.CancellationToken);
        Assert.Equal([2], found?.Value.ToArray());
        _redis.Continue();
    }

    private static async Task AskAsync(RunningStore store, CancellationToken cancellationToken)
    {
        for (var n = 0; !cancellationToken.IsCancellationRequested; n++)
        {
            await store.Store.SetAsync($"k{n % 10}", new byte[] { 1 }, TimeSpan.FromMinutes(1), CancellationToken.None);
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
