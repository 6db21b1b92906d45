using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>A memcached as its package starts it takes no value of 1 MiB: the database has that, and the server all others.</summary>
public sealed class SmallItemsOnMemcached : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] s_large = new byte[1024 * 1024];
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-items-{Guid.NewGuid():N}.db");
    private MemcachedServer _server = null!;
    private RunningStore _running = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await MemcachedServer.StartAsync("-I", "1m");
        _running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse(_server.Url), Database = Databases.Sqlite(_file), DatabaseTimeout = TimeSpan.FromSeconds(5), OperationTimeout = TimeSpan.FromSeconds(1) });
    }

    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync();
        await _server.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_no_reason_to_leave_the_server()
    {
        for (var i = 0; i < 6; i++) await _running.Store.SetAsync($"large{i}", s_large, s_minute, Token);
        Assert.Equal("larger than the server's largest item", _running.Host.Status.Tiers[0].LastFailure);
        for (var i = 0; i < 6; i++) Assert.Equal(s_large.Length, (await _running.Store.GetAsync($"large{i}", Token))!.Value.Value.Length);
        await _running.Store.SetAsync("small", "v"u8.ToArray(), s_minute, Token);
        Assert.Equal(("v", 0), (await TextAsync("small"), _running.Log.Count("is left")));
        Assert.StartsWith("HD", await _server.AskAsync("mg small"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_is_used_again_without_the_value_that_it_can_not_take()
    {
        await _running.Store.SetAsync("small", "v"u8.ToArray(), s_minute, Token);
        await _running.Store.SetAsync("large", s_large, s_minute, Token);
        await _server.KillAsync();
        await Eventually.TrueAsync(() => _running.Host.Status.Degraded, s_patience, () => $"{_running.Host.Status.Tiers[0]}");
        await _server.RunAsync();
        await ServesAsync();
        await _server.AskAsync("flush_all");
        await ServesAsync();
        Assert.Equal(s_large.Length, (await _running.Store.GetAsync("large", Token))!.Value.Value.Length);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string?> TextAsync(string key) => await _running.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private Task ServesAsync() => Eventually.TrueAsync(
        async () => !_running.Host.Status.Degraded && (await _server.AskAsync("mg small")).StartsWith("HD", StringComparison.Ordinal) && await TextAsync("small") == "v",
        s_patience,
        () => $"{_running.Host.Status.Server} {string.Join('\n', _running.Log.Lines)}");
}
