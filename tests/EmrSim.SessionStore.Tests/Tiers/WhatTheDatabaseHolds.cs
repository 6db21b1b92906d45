using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Database;
using EmrSim.SessionStore.Tests.Contract;
using EmrSim.SessionStore.Tiered;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>What a look at the database says of entries that come and go meanwhile.</summary>
public sealed class WhatTheDatabaseHolds(PostgresServer postgres) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private const int Rounds = 300;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-holds-{Guid.NewGuid():N}.db");
    private StoreDatabase _database = null!;
    private DatabaseTier _sqlite = null!;
    private DatabaseTier _tier = null!;

    public async ValueTask InitializeAsync()
    {
        _sqlite = new(Databases.Sqlite(_file), TimeProvider.System, TimeSpan.FromSeconds(10));
        _database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        _tier = new(_database, TimeProvider.System, TimeSpan.FromSeconds(10));
        await _sqlite.ProbeAsync(Token);
        await _tier.ProbeAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _tier.DisposeAsync();
        await _sqlite.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task A_look_that_began_before_a_write_does_not_hide_it()
    {
        for (uint round = 1; round <= Rounds; round++)
        {
            var entry = Entry("k", round);
            var looks = Enumerable.Range(0, 6).Select(_ => _tier.RefreshAsync(byKey: true, Token).AsTask()).ToArray();
            await _tier.SetAsync(entry.Key, entry.Envelope, Token);
            await Task.WhenAll(looks);
            Assert.True(_tier.MayHoldAny, $"round {round}");
            Assert.Equal(["k"], await _tier.ForgetAsync([entry], Token));
            await _tier.RefreshAsync(byKey: true, Token);
            Assert.False(_tier.MayHoldAny, $"round {round}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_what_is_still_the_same_is_forgotten_and_said_so(bool onPostgres)
    {
        var tier = onPostgres ? _tier : _sqlite;
        HeldEntry[] seen = [Entry("a", 1), Entry("b", 1), Entry("quote\"and\\", 1)];
        foreach (var (key, envelope) in seen) await tier.SetAsync(key, envelope, Token);
        await tier.SetAsync("b", Entry("b", 2).Envelope, Token);
        Assert.Equal(["a", "quote\"and\\"], (await tier.ForgetAsync(seen, Token)).Order(StringComparer.Ordinal));
        Assert.Empty(await tier.ForgetAsync(seen, Token));
        Assert.Equal(["b"], await KeysAsync(tier));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_a_pass_begins_it_comes_by_everything_once(bool onPostgres)
    {
        var tier = onPostgres ? _tier : _sqlite;
        string[] keys = [.. Enumerable.Range(0, 57).Select(static n => $"k:{n}:\u00e4")];
        foreach (var key in keys) await tier.SetAsync(key, Entry(key, 1).Envelope, Token);
        await tier.RefreshAsync(byKey: true, Token);
        for (var round = 0; round < 5; round++) Assert.Equal(keys.Order(StringComparer.Ordinal), (await KeysAsync(tier)).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_asked_for_comes_first(bool onPostgres)
    {
        var tier = onPostgres ? _tier : _sqlite;
        string[] keys = [.. Enumerable.Range(0, 57).Select(static n => $"k:{n}"), "asked\"for\""];
        foreach (var key in keys) await tier.SetAsync(key, Entry(key, 1).Envelope, Token);
        await tier.RefreshAsync(byKey: true, Token);
        Assert.True(tier.MayHold(keys[^1]));
        Assert.False(tier.MayHold("absent"));
        var found = await KeysAsync(tier);
        Assert.Equal(keys[^1], found[0]);
        Assert.Equal(keys.Order(StringComparer.Ordinal), found.Distinct().Order(StringComparer.Ordinal));
        Assert.NotEqual(keys[^1], (await KeysAsync(tier))[0]);
    }

    [Fact]
    public async Task It_is_found_by_the_key_also_when_the_database_believes_that_there_is_little()
    {
        const int Held = 3_000;
        const string Fill = "insert into session_store_entry select 'k' || n, 1, 1, n, 1, 9000000000000, '\\x01' from generate_series(1, 3000) n on conflict do nothing";
        await using var connection = await _database.OpenAsync(Token);
        foreach (var sql in (string[])[Fill, "delete from session_store_entry where stamp_counter < 2991", "vacuum analyze session_store_entry", Fill]) await connection.Command(sql).ChangeAsync(Token);
        await foreach (var page in _tier.PagesAsync(100, Token)) Assert.Equal(page.Count, (await _tier.ForgetAsync(page, Token)).Count);
        async Task<long> CountedAsync(string what) => (long)(await connection.Command($"select {what} from pg_stat_user_tables where relname = 'session_store_entry'").ScalarAsync(Token))!;
        await Eventually.TrueAsync(async () => await CountedAsync("n_tup_del") >= 2_990 + Held, TimeSpan.FromSeconds(30), static () => "no counts");
        Assert.InRange(await CountedAsync("seq_tup_read"), 0, 5 * Held);
    }

    [Fact]
    public async Task Two_who_move_it_in_step_do_not_do_everything_twice()
    {
        const int Held = 1_000;
        var (read, gone) = (0, new List<string>());
        await using var other = new DatabaseTier(_database, TimeProvider.System, TimeSpan.FromSeconds(10));
        await other.ProbeAsync(Token);
        await using var connection = await _database.OpenAsync(Token);
        for (var round = 0; round < 4; round++)
        {
            await connection.Command($"insert into session_store_entry select 'r{round}:' || n, 1, 1, n, 1, 9000000000000, '\\x01' from generate_series(1, {Held}) n").ChangeAsync(Token);
            await Task.WhenAll(_tier.RefreshAsync(byKey: true, Token).AsTask(), other.RefreshAsync(byKey: true, Token).AsTask());
            DatabaseTier[] both = [_tier, other];
            var passes = both.Select(static tier => tier.PagesAsync(20, Token).GetAsyncEnumerator(Token)).ToArray();
            var going = new[] { true, true };
            while (going[0] || going[1])
            {
                for (var i = 0; i < both.Length; i++) going[i] = going[i] && await passes[i].MoveNextAsync();
                for (var i = 0; i < both.Length; i++)
                {
                    if (!going[i]) continue;
                    read += passes[i].Current.Count;
                    gone.AddRange(await both[i].ForgetAsync(passes[i].Current, Token));
                }
            }

            foreach (var pass in passes) await pass.DisposeAsync();
        }

        Assert.Equal(4 * Held, gone.Count);
        Assert.Equal(4 * Held, gone.Distinct().Count());
        Assert.InRange(read, 4 * Held, 5 * Held);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(DatabaseTier tier)
    {
        var keys = new List<string>();
        await foreach (var page in tier.PagesAsync(10, Token)) keys.AddRange(page.Select(static entry => entry.Key));
        return keys;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static HeldEntry Entry(string key, uint counter) =>
        new(key, new(EntryKind.Value, new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), counter, uint.MaxValue), TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds(), new byte[] { 1 }));
}
