using EmrSim.Server.Http;
using EmrSim.Server.Storage;
using Microsoft.Data.Sqlite;

namespace EmrSim.Server.Tests.Storage;

public sealed class GroupCommitsOnSqlite(SqliteInstallation on) : GroupCommits(on);

public sealed class GroupCommitsOnPostgres(PostgresInstallation on) : GroupCommits(on);

public abstract class GroupCommits(Installation on)
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_only_what_another_connection_can_read()
    {
        using var place = await on.NewPlaceAsync();
        await using var beside = await OpenAsync(place);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            await InsertAsync(beside.Database, n);
            Assert.Equal(1, await CountAsync(beside.Database, $"WHERE n = {n}"));
        }));
    }

    [Fact]
    public async Task Let_one_bad_caller_fail_alone()
    {
        using var place = await on.NewPlaceAsync();
        await using var beside = await OpenAsync(place);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            try
            {
                await InsertAsync(beside.Database, n, fails: n % 10 == 3);
                return true;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }));
        Assert.Equal(Enumerable.Range(0, 100).Select(n => n % 10 != 3), outcomes);
        Assert.Equal(90, await CountAsync(beside.Database, ""));
    }

    [Fact]
    public async Task Forget_who_gave_up_before_the_work_began_and_nobody_else()
    {
        using var place = await on.NewPlaceAsync();
        await using var beside = await OpenAsync(place);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InsertAsync(beside.Database, 1, cancellationToken: gone.Token));
        await InsertAsync(beside.Database, 2);
        Assert.Equal(1, await CountAsync(beside.Database, ""));
    }

    [Fact]
    public async Task Never_run_two_works_of_one_lane_at_once()
    {
        using var place = await on.NewPlaceAsync();
        await using var beside = await OpenAsync(place);
        int inside = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => beside.Database.WriteAsync(
            "one",
            async (_, _, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Yield();
                return Interlocked.Decrement(ref inside);
            },
            Now)));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Write_what_waits_before_they_close()
    {
        using var place = await on.NewPlaceAsync();
        Task<int>[] waiting;
        await using (var beside = await OpenAsync(place))
        {
            waiting = [.. Enumerable.Range(0, 300).Select(n => InsertAsync(beside.Database, n))];
        }

        await Task.WhenAll(waiting);
        await using var again = await Beside.OpenAsync(place);
        Assert.Equal(300, await CountAsync(again.Database, ""));
    }

    private static async Task<Beside> OpenAsync(Place place)
    {
        var beside = await Beside.OpenAsync(place);
        await beside.RunAsync("CREATE TABLE number (n BIGINT NOT NULL PRIMARY KEY)");
        return beside;
    }

    private static Task<int> InsertAsync(AppDatabase database, int n, bool fails = false, CancellationToken? cancellationToken = null) => database.WriteAsync(
        $"lane {n % 7}",
        async (connection, transaction, token) =>
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = ($"INSERT INTO number (n) VALUES ({n})", transaction);
            var rows = await command.ExecuteNonQueryAsync(token);
            return fails ? throw new InvalidDataException() : rows;
        },
        cancellationToken ?? Now);

    private static Task<long> CountAsync(AppDatabase database, string condition) => database.ReadAsync(
        async (connection, token) =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM number {condition}";
            return Convert.ToInt64(await command.ExecuteScalarAsync(token), System.Globalization.CultureInfo.InvariantCulture);
        },
        Now);
}

public sealed class ALockedSqliteFile
{
    [Fact]
    public async Task Is_an_outage_that_passes()
    {
        using var place = new Place(null);
        await using var beside = await Beside.OpenAsync(place);
        await using var other = new SqliteConnection($"Data Source={place.SqliteFile};Pooling=false");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using (var held = other.BeginTransaction(deferred: false))
        {
            var refused = await Assert.ThrowsAsync<ApiErrorException>(() => beside.RunAsync("DELETE FROM encounter_event"));
            Assert.Equal((503, "storage_unavailable"), (refused.Error.Status, refused.Error.Code));
            Assert.NotNull(refused.Error.RetryAfter);
            Assert.True(await beside.Database.PingAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(0, await beside.RunAsync("DELETE FROM encounter_event"));
    }
}
