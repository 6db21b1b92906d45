using EmrSim.Server.Storage;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace EmrSim.Server.Tests.Storage;

public sealed class StartsOnSqlite(SqliteInstallation on) : Starts(on)
{
    [Fact]
    public async Task Of_a_file_that_is_no_database_end_with_one_line()
    {
        using var place = new Place(null);
        await File.WriteAllTextAsync(place.SqliteFile, new string('x', 9000), TestContext.Current.CancellationToken);
        await RefusedAsync(place, "is not a database");
    }

    [Fact]
    public async Task Of_a_newer_database_end_with_one_line()
    {
        using var place = new Place(null);
        await using (var beside = await Beside.OpenAsync(place)) await beside.RunAsync("INSERT INTO schema_version (version, name, applied_at) VALUES (9000, 'later', 'tomorrow')");
        await RefusedAsync(place, "newer version of EMRsim");
    }

    [Fact]
    public async Task Beside_one_who_keeps_the_file_locked_end_with_one_line()
    {
        using var place = new Place(null);
        await using var other = new SqliteConnection($"Data Source={place.SqliteFile};Pooling=false");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var held = other.BeginTransaction(deferred: false);
        await RefusedAsync(place, "database is locked");
    }

    private static async Task RefusedAsync(Place place, string reason)
    {
        await using var server = ServerProcess.Launch(place.Settings, place.Directory);
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains(reason, StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }
}

public sealed class StartsOnPostgres(PostgresInstallation on) : Starts(on)
{
    [Fact]
    public async Task Outlive_their_connections_without_anyone_being_refused()
    {
        using var place = await on.NewPlaceAsync();
        await using var server = await place.StartAsync();
        var session = await Session.BeginAsync(server.Http);
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(n => session.RelayedAsync(new { role = "user", text = "x", itemId = $"{round}-{n}" })));
            Assert.Equal((round + 1) * 10, (await session.TurnsAsync()).Count);
            await using var other = new NpgsqlConnection(PostgresAddress.ToConnectionString(place.Storage.ConnectionUrl!) + ";Pooling=false");
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var cut = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", other);
            await cut.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await session.RelayedAsync(new { role = "user", text = "x", itemId = "last" });
        Assert.Equal(31, (await session.TurnsAsync()).Count);
    }

    [Fact]
    public async Task Without_a_server_end_with_one_line_without_the_password()
    {
        using var place = new Place($"postgres://emrsim:hush-hush@127.0.0.1:{Ports.Take()}/emrsim");
        await using var server = ServerProcess.Launch(place.Settings, place.Directory);
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains("DATABASE_URL", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", server.Output, StringComparison.Ordinal);
    }
}

public abstract class Starts(Installation on)
{
    [Fact]
    public async Task Of_three_processes_at_once_migrate_one_database_once()
    {
        using var place = await on.NewPlaceAsync();
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => place.StartAsync()));
        try
        {
            var session = await Session.BeginAsync(servers[0].Http);
            foreach (var server in servers) Assert.Empty(await session.At(server.Http).TurnsAsync());
            await Eventually.TrueAsync(
                () => servers.Sum(server => server.Output.Split("Database migrated: 0001").Length - 1) == 1,
                TimeSpan.FromSeconds(5),
                () => string.Join('\n', servers.Select(server => server.Output)));
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task After_a_stop_find_everything_again()
    {
        using var place = await on.NewPlaceAsync();
        Session session;
        await using (var first = await place.StartAsync())
        {
            session = await Session.BeginAsync(first.Http);
            await session.RelayedAsync(new { role = "user", text = "hello", itemId = "a" });
            Assert.Equal(0, await first.StopAsync());
        }

        await using var second = await place.StartAsync();
        Assert.Equal(["hello"], await session.At(second.Http).WordsAsync());
    }
}
