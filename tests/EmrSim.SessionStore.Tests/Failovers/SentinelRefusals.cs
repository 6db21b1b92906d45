using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;

namespace EmrSim.SessionStore.Tests.Failovers;

/// <summary>What is wrong in the address of a primary with sentinels is said with the setting to change, without secrets, and something else serves.</summary>
[Collection(nameof(SharedSentinel))]
public sealed class SentinelRefusals(SentinelWithPasswords servers)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(":p%40ss%25w@", "other", "w%40tch%25", "the sentinels know no primary 'other': correct the name after the sentinels in SESSION_STORE_URL")]
    [InlineData(":p%40ss%25w@", "main", "hush-hush", "the sentinels refuse the password: correct sentinelPassword (and sentinelUser) in SESSION_STORE_URL")]
    [InlineData(":p%40ss%25w@", "main", null, "the sentinels want a password: add ?sentinelPassword=… to SESSION_STORE_URL")]
    [InlineData(":hush-hush@", "main", "w%40tch%25", "user or password are refused: correct them in SESSION_STORE_URL")]
    [InlineData("", "main", "w%40tch%25", "user or password are refused: correct them in SESSION_STORE_URL")]
    public async Task Name_the_setting(string entry, string name, string? sentinelPassword, string expected)
    {
        var url = StoreUrl.Parse($"redis+sentinel://{entry}{servers.Group.Hosts}/{name}{(sentinelPassword is null ? "" : $"?sentinelPassword={sentinelPassword}")}");
        await using var running = await RunningStore.StartAsync(new() { Server = url });
        await running.Store.SetAsync("k", "v"u8.ToArray(), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.NotNull(await running.Store.GetAsync("k", TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError == expected, s_patience, () => $"{running.Host.Status.Server}");
        Assert.True(running.Host.Status.Degraded);
        await Eventually.TrueAsync(() => running.Log.Count(expected) > 0, s_patience, () => string.Join('\n', running.Log.Lines));
        var said = $"{running.Host.Status}{string.Join('\n', running.Log.Lines)}";
        foreach (var secret in (string[])["hush", "p@ss", "p%40ss", "w@tch", "w%40tch"]) Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("redis+cluster")]
    public async Task A_sentinel_is_no_server_that_holds_data(string scheme)
    {
        const string Expected = "what answers is not a Redis server: correct host, port and TLS (rediss) in SESSION_STORE_URL; sentinels need redis+sentinel://host/primaryName";
        await using var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse($"{scheme}://:w%40tch%25@127.0.0.1:{servers.Group.Sentinels[0].Port}") });
        await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError == Expected, s_patience, () => $"{running.Host.Status.Server}");
        Assert.True(running.Host.Status.Degraded);
    }

    [Fact]
    public async Task Sentinels_that_are_not_there_are_named_as_such()
    {
        var url = StoreUrl.Parse($"redis+sentinel://127.0.0.1:{Ports.Take()},127.0.0.1:{Ports.Take()}/main");
        await using var running = await RunningStore.StartAsync(new() { Server = url });
        await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError?.StartsWith("no sentinel answers", StringComparison.Ordinal) == true, s_patience, () => $"{running.Host.Status.Server}");
    }
}
