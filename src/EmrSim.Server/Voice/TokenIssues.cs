using System.Data.Common;
using System.Text.Json;
using EmrSim.Server.Http;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Voice;

/// <summary>The table of tokens issued in the last minute. One row per session: the newest token wins.</summary>
public sealed partial class TokenIssues(AppDatabase database, TimeProvider clock, ILogger<TokenIssues> log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_betweenPurges = TimeSpan.FromMinutes(1);
    private long _purgedAt;

    /// <summary>False when the database could not be written: the token is good, only its loss could not be healed.</summary>
    public async Task<bool> RecordAsync(string sessionId, DateTimeOffset issuedAt, MintOrder order)
    {
        var json = JsonSerializer.Serialize(order, VoiceJson.Default.MintOrder);
        var purge = IsTimeToPurge(issuedAt);
        return await TryWriteAsync(sessionId, async (connection, transaction, token) =>
        {
            if (purge) await connection.Statement(transaction, "delete from rtc_token_issue where expires_at < @over", ("over", issuedAt.ToUnixTimeMilliseconds())).ExecuteNonQueryAsync(token);
            return await connection.Statement(
                transaction,
                """
                insert into rtc_token_issue (session_id, issued_at, expires_at, mint_order) values (@session, @issued, @expires, @order)
                on conflict (session_id) do update set issued_at = excluded.issued_at, expires_at = excluded.expires_at, mint_order = excluded.mint_order, reminted_at = null, sealed_token = null
                """,
                ("session", sessionId),
                ("issued", issuedAt.ToUnixTimeMilliseconds()),
                ("expires", (issuedAt + RtcToken.Life).ToUnixTimeMilliseconds()),
                ("order", json)).ExecuteNonQueryAsync(token);
        }) == 1;
    }

    public Task<TokenIssue?> FindAsync(string sessionId, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
        {
            await using var row = await connection.Statement(
                null,
                "select session_id, issued_at, expires_at, mint_order, reminted_at, sealed_token from rtc_token_issue where session_id = @session and expires_at > @now",
                ("session", sessionId),
                ("now", clock.GetUtcNow().ToUnixTimeMilliseconds())).ExecuteReaderAsync(token);
            return await row.ReadAsync(token)
                ? new TokenIssue(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.NumberOrNull(4), row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5))
                : null;
        },
        cancellationToken);

    /// <summary>Of all instances that ask at once, one is told true.</summary>
    public async Task<bool> ClaimAsync(TokenIssue issue, CancellationToken cancellationToken) => await database.WriteAsync(
        issue.SessionId,
        (connection, transaction, token) => connection.Statement(
            transaction,
            "update rtc_token_issue set reminted_at = @now where session_id = @SessionId and issued_at = @IssuedAt and reminted_at is null",
            ("now", clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ("SessionId", issue.SessionId),
            ("IssuedAt", issue.IssuedAt)).ExecuteNonQueryAsync(token),
        cancellationToken) == 1;

    /// <summary>Gives the claim back after a mint that failed.</summary>
    public Task ReleaseAsync(TokenIssue issue) => TryWriteAsync(
        issue.SessionId,
        (connection, transaction, token) => connection.Statement(
            transaction,
            "update rtc_token_issue set reminted_at = null where session_id = @SessionId and issued_at = @IssuedAt and sealed_token is null",
            ("SessionId", issue.SessionId),
            ("IssuedAt", issue.IssuedAt)).ExecuteNonQueryAsync(token));

    /// <summary>Keeps the token itself beside its trace.</summary>
    public async Task<bool> KeepAsync(string sessionId, DateTimeOffset issuedAt, DateTimeOffset keptUntil, byte[] sealedToken) => await TryWriteAsync(
        sessionId,
        (connection, transaction, token) => connection.Statement(
            transaction,
            "update rtc_token_issue set sealed_token = @sealedToken, expires_at = @expires where session_id = @sessionId and issued_at = @issued",
            ("sealedToken", sealedToken),
            ("sessionId", sessionId),
            ("expires", keptUntil.ToUnixTimeMilliseconds()),
            ("issued", issuedAt.ToUnixTimeMilliseconds())).ExecuteNonQueryAsync(token)) == 1;

    /// <summary>For a token that lives for less than was asked for.</summary>
    public Task ShortenAsync(string sessionId, DateTimeOffset issuedAt, DateTimeOffset keptUntil) => TryWriteAsync(
        sessionId,
        (connection, transaction, token) => connection.Statement(
            transaction,
            "update rtc_token_issue set expires_at = @expires where session_id = @sessionId and issued_at = @issued",
            ("sessionId", sessionId),
            ("expires", keptUntil.ToUnixTimeMilliseconds()),
            ("issued", issuedAt.ToUnixTimeMilliseconds())).ExecuteNonQueryAsync(token));

    /// <summary>For a token that was never made.</summary>
    public Task ForgetAsync(string sessionId, DateTimeOffset issuedAt) => TryWriteAsync(
        sessionId,
        (connection, transaction, token) => connection.Statement(
            transaction,
            "delete from rtc_token_issue where session_id = @sessionId and issued_at = @issued",
            ("sessionId", sessionId),
            ("issued", issuedAt.ToUnixTimeMilliseconds())).ExecuteNonQueryAsync(token));

    private bool IsTimeToPurge(DateTimeOffset now)
    {
        var last = Volatile.Read(ref _purgedAt);
        return now.Ticks - last > s_betweenPurges.Ticks && Interlocked.CompareExchange(ref _purgedAt, now.Ticks, last) == last;
    }

    // A trace that can't be written must not cost the caller the token, so the failure is told to the operator alone.
    private async Task<int> TryWriteAsync(string sessionId, Func<DbConnection, DbTransaction, CancellationToken, Task<int>> work)
    {
        try
        {
            return await database.WriteAsync(sessionId, work, CancellationToken.None).WaitAsync(s_patience, clock);
        }
        catch (Exception failure) when (failure is ApiErrorException or DbException or TimeoutException)
        {
            LogUnwritten(failure.Message);
            return 0;
        }
    }

    [LoggerMessage(41, LogLevel.Warning, "The trace of a voice token could not be written: {Reason}")]
    private partial void LogUnwritten(string reason);
}
