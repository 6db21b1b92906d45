using System.Diagnostics;
using System.Globalization;
using EmrSim.Server.Storage;
using Npgsql;

namespace EmrSim.Server.Doctor;

internal static class PostgresCheck
{
    /// <summary>The oldest version that its makers still look after.</summary>
    public const int OldestMajor = 14;

    private const int Pings = 20;
    private const int SlowMs = 50;
    private static readonly TimeSpan s_asking = TimeSpan.FromSeconds(5);

    public static async Task LookAsync(string address, Findings found, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(PostgresAddress.ToConnectionString(address)) { Pooling = false };
        var place = $"{target.Host}:{target.Port}/{target.Database}";
        try
        {
            await using var connection = new NpgsqlConnection(target.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            found.Good("reachable", $"PostgreSQL {connection.PostgreSqlVersion}, {place}, user {target.Username}");
            if (connection.PostgreSqlVersion.Major < OldestMajor) found.Warn("version", $"PostgreSQL {connection.PostgreSqlVersion} is no longer maintained", $"Move to PostgreSQL {OldestMajor} or newer.");
            var present = await NumberAsync(connection, "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'schema_version'", cancellationToken) == 0
                ? 0
                : (int)await NumberAsync(connection, "SELECT coalesce(max(version), 0) FROM schema_version", cancellationToken);
            DatabaseCheck.JudgeSchema(present, SchemaMigrations.Newest(Dialect.Postgres), found);
            await JudgeWritingAsync(connection, present > 0, found, cancellationToken);
            found.Good("size", DatabaseCheck.Size(await NumberAsync(connection, "SELECT pg_database_size(current_database())", cancellationToken)) + "; watch the disk of the database server, which can't be seen from here");
            await JudgeConnectionsAsync(connection, found, cancellationToken);
            await JudgeLatencyAsync(connection, found, cancellationToken);
        }
        catch (PostgresException refused)
        {
            found.Fail("reachable", $"{place} refuses: {refused.MessageText} ({refused.SqlState})", Remedy(refused.SqlState));
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException)
        {
            found.Fail("reachable", $"{place} can't be reached: {problem.InnerException?.Message ?? problem.Message}", "Check host and port of DATABASE_URL, that the server runs (pg_isready), and the firewall between.");
        }
    }

    private static string Remedy(string state) => state switch
    {
        "28P01" or "28000" => "Check user and password in DATABASE_URL (percent-encoded) and pg_hba.conf of the server.",
        "3D000" => "Make the database (createdb), or correct the name at the end of DATABASE_URL.",
        "42501" => "Let this user use the schema: GRANT ALL ON SCHEMA public TO the user, or make it the owner of the database.",
        "53300" => "Too many connections: raise max_connections, run fewer instances, or set pool_size in DATABASE_URL.",
        _ => "Look into the log of the PostgreSQL server.",
    };

    private static async Task JudgeWritingAsync(NpgsqlConnection connection, bool isMigrated, Findings found, CancellationToken cancellationToken)
    {
        if (await NumberAsync(connection, "SELECT (pg_is_in_recovery() OR current_setting('transaction_read_only')::bool)::int", cancellationToken) == 1)
        {
            found.Fail("writable", "this server is a replica or read-only", "Point DATABASE_URL to the primary.");
            return;
        }

        var allowed = isMigrated
            ? "SELECT (has_table_privilege('encounter', 'INSERT') AND has_table_privilege('encounter', 'UPDATE'))::int"
            : "SELECT has_schema_privilege(current_schema(), 'CREATE')::int";
        if (await NumberAsync(connection, allowed, cancellationToken) == 1) found.Good("writable", "this user may write");
        else found.Fail("writable", "this user may not write", Remedy("42501"));
    }

    private static async Task JudgeConnectionsAsync(NpgsqlConnection connection, Findings found, CancellationToken cancellationToken)
    {
        var used = await NumberAsync(connection, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", cancellationToken);
        var most = await NumberAsync(connection, "SELECT current_setting('max_connections')::bigint", cancellationToken);
        if (used > most * 0.8) found.Warn("connections", $"{used} of {most} in use", Remedy("53300"));
        else found.Good("connections", $"{used} of {most} in use");
    }

    private static async Task JudgeLatencyAsync(NpgsqlConnection connection, Findings found, CancellationToken cancellationToken)
    {
        var times = new List<double>(Pings);
        var begin = Stopwatch.GetTimestamp();
        // On a slow server fewer are enough.
        while (times.Count < Pings && Stopwatch.GetElapsedTime(begin) < s_asking)
        {
            var start = Stopwatch.GetTimestamp();
            await NumberAsync(connection, "SELECT 1", cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        var median = times[times.Count / 2];
        var told = string.Create(CultureInfo.InvariantCulture, $"{times.Count} questions: median {median:0.0} ms, slowest {times[^1]:0.0} ms");
        if (median > SlowMs) found.Warn("latency", told, "Put the instances nearer to the database; every turn waits for a commit there.");
        else found.Good("latency", told);
    }

    private static async Task<long> NumberAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
